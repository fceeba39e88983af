"""NEST itself (extra `reference`) on random networks from files: all models of neurons and synapses, tripartite."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosim.scenario.inputs import InputFile
from astrosim.spiking import network_from_files, simulate
from astrosim.systems.spiking.network.files import read_trains

nest = pytest.importorskip("nest", reason="the extra `reference` is not installed")
pytestmark = pytest.mark.full

LENGTH = 400.0  # ms
IN_NEST = {"aeif_cond_alpha": "aeif_cond_alpha_astro", "li_rinzel": "astrocyte_lr_1994"}
STEPS = (0.05, 0.1, 0.25, 0.5)
SYNAPSE_PARAMETERS = ("U", "tau_rec", "tau_fac", "tau_psc")
BOUNDS = {"iaf": 1e-10, "aeif": 1e-2, "Ca_astro": 1e-10, "IP3": 1e-12, "I_SIC": 1e-6, "w": 1e-5}
"""Largest differences: mV, of AdEx on the way up a spike; relative of calcium and IP3; pA."""


class Case:
    """A random network with its input, as rows of files."""

    def __init__(self, seed: int) -> None:
        self.random = random = np.random.default_rng(seed)
        self.step = float(random.choice(STEPS))
        self.neurons = [self.neuron() for _ in range(random.integers(4, 12))]
        self.astrocytes = [self.astrocyte() for _ in range(random.integers(1, 5))]
        self.synapses = [*self.between_neurons(), *self.with_astrocytes()]
        self.spikes = sorted(self.trains(), key=lambda row: row[1])

    def number(self, low: float, high: float) -> float:
        return float(np.round(self.random.uniform(low, high), 5))

    def time(self, low: float, high: float) -> float:
        return round(self.step * int(self.random.integers(max(1, low // self.step), high // self.step + 1)), 6)

    def neuron(self) -> dict[str, Any]:
        n = self.number
        model = str(self.random.choice(["iaf_psc_exp", "iaf_psc_alpha", "aeif_cond_alpha"]))
        shared = {"C_m": n(150, 400), "E_L": n(-75, -65), "V_m": n(-75, -60), "I_e": n(0, 500)}
        if model == "aeif_cond_alpha":
            slow = {
                "V_reset": n(-65, -58),
                "V_th": n(-55, -48),
                "V_peak": n(-10, 20),
                "Delta_T": n(1, 4),
                "g_L": n(10, 40),
            }
            adapting = {
                "a": n(0, 8),
                "b": n(0, 100),
                "tau_w": n(50, 250),
                "t_ref": self.random.choice([0.0, self.time(0.5, 3)]),
            }
            return {"model": model, **shared, **slow, **adapting, "tau_syn_ex": n(0.3, 4), "tau_syn_in": n(0.5, 6)}
        own = {"tau_m": n(5, 30), "V_th": n(-57, -50), "V_reset": n(-80, -66), "t_ref": self.time(0.5, 4)}
        return {"model": model, **shared, **own, "tau_syn_ex": n(0.5, 6), "tau_syn_in": n(0.5, 8)}

    def astrocyte(self) -> dict[str, Any]:
        n = self.number
        fast = {
            "IP3_0": n(0.1, 0.3),
            "tau_IP3": n(300, 7000),
            "delta_IP3": n(0.005, 0.2),
            "rate_SERCA": n(0.0007, 0.0012),
        }
        return {"model": "li_rinzel", **fast, "Ca_astro": n(0.07, 0.3), "IP3": n(0.2, 0.8), "h_IP3R": n(0.6, 0.9)}

    def size(self, neuron: int, share: float) -> float:
        slow = self.neurons[neuron]["model"] == "aeif_cond_alpha"
        sign = -1.0 if self.random.random() < share else 1.0
        return sign * (self.number(1, 15) if slow else self.number(50, 400))

    def between_neurons(self) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for pre in range(len(self.neurons)):
            for post, target in enumerate(self.neurons):
                if self.random.random() > 0.4:
                    continue
                weight, model = (
                    self.size(post, 0.3),
                    str(self.random.choice(["static", "static", "tsodyks", "tsodyks2"])),
                )
                kernel = target["tau_syn_ex" if weight > 0 else "tau_syn_in"]
                facilitation = self.random.choice([0.0, self.number(20, 400)])
                own = [self.number(0.1, 0.9), self.number(50, 900), facilitation, kernel]
                rows.append([pre, post, weight, self.time(0.5, 5), model, *(own if model != "static" else [""] * 4)])
        return rows

    def with_astrocytes(self) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for number in range(len(self.astrocytes)):
            for neuron, target in enumerate(self.neurons):
                if self.random.random() < 0.6:
                    rows.append([neuron, f"a:{number}", self.number(0.2, 2), self.time(0.5, 5), "static", *[""] * 4])
                if target["model"] == "aeif_cond_alpha" and self.random.random() < 0.8:
                    rows.append([f"a:{number}", neuron, self.number(5, 60), self.time(0.5, 5), "static", *[""] * 4])
        return rows

    def trains(self) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for target, mean, count in [
            *((n, 8.0, 60) for n in range(len(self.neurons))),
            *((f"a:{n}", 30.0, 12) for n in range(len(self.astrocytes))),
        ]:
            for time in np.cumsum(self.random.exponential(mean, count)):
                stamp = round(self.step * max(1, round(time / self.step)), 6)
                weight = self.number(0.2, 3) if isinstance(target, str) else 2.0 * self.size(target, 0.2)
                if stamp < LENGTH - 10:
                    rows.append([target, stamp, weight, self.time(0.5, 3)])
        return rows

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the files; return their places by name."""
        for name, head, nodes in (("neurons", "neuron", self.neurons), ("astrocytes", "astrocyte", self.astrocytes)):
            columns = list(dict.fromkeys(column for node in nodes for column in node))
            rows = [[number, *(node.get(column, "") for column in columns)] for number, node in enumerate(nodes)]
            _write(folder / f"{name}.csv", [head, *columns], rows)
        _write(
            folder / "synapses.csv", ["pre", "post", "weight", "delay_ms", "model", *SYNAPSE_PARAMETERS], self.synapses
        )
        _write(folder / "spikes.csv", ["target", "time_ms", "weight", "delay_ms"], self.spikes)
        return {name: folder / f"{name}.csv" for name in ("neurons", "astrocytes", "synapses")}

    def in_nest(self) -> tuple[list[tuple[int, int]], dict[str, Any]]:
        """Simulate in NEST: spikes (step, neuron), and records by node and variable."""
        nest.set_verbosity("M_ERROR")
        nest.ResetKernel()
        nest.resolution = self.step
        nodes = {}
        for prefix, rows in (("", self.neurons), ("a:", self.astrocytes)):
            for number, row in enumerate(rows):
                own = {name: float(value) for name, value in row.items() if name != "model"}
                own |= {"gsl_error_tol": 1e-12} if row["model"] == "aeif_cond_alpha" else {}
                nodes[f"{prefix}{number}"] = nest.Create(IN_NEST.get(row["model"], row["model"]), params=own)
        for pre, post, weight, delay, model, *plasticity in self.synapses:
            spec = {"synapse_model": f"{model}_synapse", "weight": weight, "delay": delay}
            if str(pre).startswith("a:"):
                spec["synapse_model"] = "sic_connection"
            if model != "static":
                spec |= dict(zip(SYNAPSE_PARAMETERS, map(float, plasticity), strict=True))
                spec |= {"u": 0.0, "x": 1.0, "y": 0.0} if model == "tsodyks" else {"u": float(plasticity[0]), "x": 1.0}
                if model == "tsodyks2":
                    spec.pop("tau_psc")
            nest.Connect(nodes[str(pre)], nodes[str(post)], syn_spec=spec)
        for target, time, weight, delay in self.spikes:
            source = nest.Create("spike_generator", params={"spike_times": [time]})
            nest.Connect(source, nodes[str(target)], syn_spec={"weight": weight, "delay": delay})
        recorder, meters = nest.Create("spike_recorder"), {}
        for name, node in nodes.items():
            slow = not name.startswith("a:") and self.neurons[int(name)]["model"] == "aeif_cond_alpha"
            variables = ["Ca_astro", "IP3"] if name.startswith("a:") else ["V_m", *(["I_SIC", "w"] if slow else [])]
            meters[name] = nest.Create("multimeter", params={"record_from": variables, "interval": self.step})
            nest.Connect(meters[name], node)
            if not name.startswith("a:"):
                nest.Connect(node, recorder)
        nest.Simulate(LENGTH + self.step)
        numbers = {node.global_id: int(name) for name, node in nodes.items() if not name.startswith("a:")}
        events = recorder.events
        fired = [(round(t / self.step), numbers[s]) for t, s in zip(events["times"], events["senders"], strict=True)]
        return sorted(pair for pair in fired if pair[0] <= round(LENGTH / self.step)), {
            n: m.events for n, m in meters.items()
        }


def _write(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.mark.parametrize("seed", range(1, 21))
def test_every_spike_and_trace_of_a_random_network(seed: int, tmp_path: Path) -> None:
    case = Case(seed)
    network = network_from_files(**case.write(tmp_path), step_ms=case.step)
    given, problems = read_trains(InputFile.of(str(tmp_path / "spikes.csv")), network, case.step)
    assert problems == []
    labels = [str(label) for label in network.labels]
    record = dict.fromkeys(("V_m", "Ca_astro", "IP3", "I_SIC", "w"), labels)
    slow = any(one["model"] == "aeif_cond_alpha" for one in case.neurons)
    record = {name: nodes for name, nodes in record.items() if slow or name not in ("w",)}
    run = simulate(network, LENGTH, step_ms=case.step, spikes=given, record=record, every_ms=case.step)
    spikes, records = case.in_nest()
    stamps = np.rint(run.spike_times_ms / case.step).astype(int).tolist()
    assert sorted(zip(stamps, run.spike_nodes.tolist(), strict=True)) == spikes
    assert len(spikes) > 20
    for place, label in enumerate(labels):
        events = records[label]
        steps = np.rint(events["times"] / case.step).astype(int)
        kept = steps <= round(LENGTH / case.step)
        for name in ("V_m", "Ca_astro", "IP3", "I_SIC", "w"):
            if name in events and name in run.traces:
                own, other = run.traces[name].values[steps[kept] - 1, place], np.array(events[name])[kept]
                off = np.abs(own / other - 1) if name in ("Ca_astro", "IP3") else np.abs(own - other)
                bound = BOUNDS[case.neurons[place]["model"].partition("_")[0]] if name == "V_m" else BOUNDS[name]
                assert off.max() < bound, (label, name)
