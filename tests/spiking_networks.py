"""Small spiking networks that tests share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.description import (
    Coupling,
    Network,
    Nodes,
    Poisson,
    Steps,
    Trains,
    connections,
)
from astrosim.systems.spiking.simulation import Simulation, Trace

KEY = stream_key(5, "spiking_poisson")
MODELS = np.array(["iaf_psc_exp"] * 3 + ["iaf_psc_alpha"] * 2 + ["aeif_cond_alpha"] * 3 + ["parrot_neuron"], object)
GLIA = 70
"""Astrocytes: more than a tile, so that sums over tiles are tested, too."""


def mixed_network() -> Network:
    """All models of neurons and synapses, tripartite, gap junctions; delays from .8 to 4 ms."""
    rng, count = np.random.default_rng(0), len(MODELS)
    slow = MODELS == "aeif_cond_alpha"
    neurons = Nodes(
        np.array([str(n) for n in range(count)], object), MODELS, {"tau_syn_ex": np.where(slow, 2.0, np.nan)}
    )
    astrocytes = Nodes(
        np.array([f"a:{n}" for n in range(GLIA)], object),
        np.array(["li_rinzel"] * GLIA, object),
        {
            "IP3": np.linspace(0.5, 0.7, GLIA),
            "Ca_astro": np.full(GLIA, 0.19),
            "delta_IP3": np.full(GLIA, 0.05),
        },
    )
    rows: list[tuple[float, ...]] = []
    for pre in range(count):
        for post in range(count):
            if rng.random() < 0.6 and MODELS[post] != "parrot_neuron":
                size = (3.0 if slow[post] else 300.0) * (1 if rng.random() < 0.8 else -1)
                rows.append((pre, post, size, round(0.1 * rng.integers(8, 40), 1), rng.integers(0, 3)))
    rows += [(n % count, count + n, 1.0, 1.2, 0) for n in range(GLIA)]
    for n in range(GLIA):
        rows += [(count + n, post, 2.0, round(0.1 * rng.integers(9, 30), 1), 0) for post in range(count - 1)]
    pre, post, weight, delay, model = np.array(rows).T
    pairs = np.stack([np.arange(GLIA - 1), np.arange(1, GLIA)], axis=1)
    return Network(
        neurons,
        astrocytes,
        connections(pre.astype(int), post.astype(int), weight, delay, model.astype(int)),
        Coupling("threshold_linear", pairs),
    )


def mixed_simulation(traces: Sequence[Trace] = ()) -> Simulation:
    """The mixed network under Poisson trains and steps of current."""
    count = len(MODELS)
    weight = np.where(MODELS == "aeif_cond_alpha", 3.0, 200.0)
    rates = (np.full(count, 2000.0), weight, np.full(count, 1.0), np.zeros(count), np.full(count, 1e9))
    changes = Steps(np.array([3, 0]), np.array([20.0, 30.0]), np.array([450.0, 100.0]))
    given = Trains(np.array([0, 10]), np.array([5.0, 5.0]), np.array([500.0, 3.0]), np.array([1.0, 1.0]))
    return Simulation(mixed_network(), 0.1, KEY, given, Poisson(np.arange(count), *rates), changes, traces)


def collected(simulation: Any, steps: int, cut: int = 10**9) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Spikes (node, stamp) and traces up to a step, in stretches of `cut` steps."""
    found: list[Any] = []
    while simulation.done < steps:
        simulation.advance(min(cut, steps - simulation.done), found.append)
    traces = [np.concatenate([one.traces[n] for one in found]) for n in range(len(found[0].traces))]
    return np.concatenate([one.node for one in found]), np.concatenate([one.stamp for one in found]), traces


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write some files into a folder."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
