"""What `against_nest` holds runs against: stored figures of NEST and Brian2, and both simulators themselves.

Units are those of the models: ms, mV, pA, uM.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

from astrosim.spiking import Simulated, Trains
from astrosim.systems.spiking.kernel.astrocytes.gchi import GCHI
from astrosim.systems.spiking.network.description import Nodes

STORED = Path(__file__).parent.parent / "tests" / "golden" / "spiking"
HEAD = f"{'case':30}{'same spikes':>12}{'difference':>12} {'':10}{'allowed':>9}"
EQUATIONS = """
dG/dt = (O_N * Y * (1 - G) - Omega_N * (1 + zeta * C / (C + K_KC)) * G) / second : 1
dI/dt = (O_beta * G + O_delta / (1 + I / kappa_delta) * C**2 / (C**2 + K_delta**2)
         - O_3K * C**4 / (C**4 + K_D**4) * I / (I + K_3K) - Omega_5P * I + J) / second : 1
dC/dt = ((Omega_C * (I / (I + d_1) * C / (C + d_5) * h)**3 + Omega_L) * (C_T - (1 + rho_A) * C)
         - O_P * C**2 / (C**2 + K_P**2)) / second : 1
dh/dt = O_2 * (d_2 * (I + d_1) / (I + d_3) - (d_2 * (I + d_1) / (I + d_3) + C) * h) / second : 1
Y : 1 (constant)
J : 1
"""
STEP, LAST, STRENGTH = 2.0, 200, 0.3  # ms, steps, 1/s
CHOSEN = ("O_P", "Omega_C", "Omega_L", "O_2", "O_beta", "O_delta", "Omega_5P", "O_3K")


def golden(name: str) -> dict:
    """Return the stored figures of another simulator."""
    with gzip.open(STORED / f"{name}.json.gz", "rt") as file:
        return json.load(file)


def nodes(models: str | list[str], count: int = 1, prefix: str = "", **values: float) -> Nodes:
    """Return nodes of one model, or of a model each, with parameters by NEST's names."""
    model = np.array([models] * count if isinstance(models, str) else models, object)
    label = np.array([f"{prefix}{n}" for n in range(len(model))], object)
    return Nodes(label, model, {name: np.full(len(model), value, float) for name, value in values.items()})


def trains(target: object, time: object, weight: object = 1.0, delay: object = 1.0) -> Trains:
    """Return given spikes."""
    full = np.broadcast_arrays(target, time, weight, delay)
    return Trains(full[0].ravel().astype("i8"), *(one.ravel().astype(float) for one in full[1:]))


def values(run: Simulated, name: str) -> np.ndarray:
    """Return a recorded variable: shape (sample, node)."""
    return run.traces[name].values


def apart(found: np.ndarray, wanted: object) -> float:
    """Return the largest difference."""
    return float(np.abs(found - np.asarray(wanted)).max())


def row(name: str, spikes: str, difference: float, unit: str, bound: float) -> None:
    """Print a row of a table, and hold the difference against its bound."""
    print(f"{name:30}{spikes:>12}{difference:12.1e} {unit:10}{bound:9.0e}")
    assert difference < bound, name


def same(run: Simulated, wanted: object, step: float) -> str:
    """Return words on spikes that all fall into NEST's steps."""
    stamps = np.rint(run.spike_times_ms / step).astype(int)
    assert stamps.tolist() == np.rint(np.asarray(wanted, float) / step).astype(int).tolist()
    return f"{len(stamps)} of {len(stamps)}"


def random_case(seed: int) -> dict:
    """Return a neuron of random parameters under random input."""
    rng = np.random.default_rng(seed)
    params = {"C_m": rng.uniform(100, 400), "tau_m": rng.uniform(5, 30), "t_ref": round(rng.uniform(1, 4), 1)}
    params |= {"tau_syn_ex": rng.uniform(1, 6), "tau_syn_in": rng.uniform(1, 6), "I_e": rng.uniform(0, 200)}
    times = np.unique(np.round(rng.uniform(1.0, 190.0, 120), 1))
    sizes = rng.uniform(-200.0, 500.0, len(times))
    given = [{"t_ms": t, "weight_pA": w, "delay_ms": 1.0} for t, w in zip(times.tolist(), sizes.tolist(), strict=True)]
    return {"params": params, "input_spikes": given, "resolution_ms": 0.1, "duration_ms": 200.0}


def run_nest(case: dict) -> tuple[np.ndarray, np.ndarray]:
    """Simulate the same neuron in NEST; return its potential at the end of each step but the last, and spike times."""
    import nest

    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = case["resolution_ms"]
    neuron = nest.Create("iaf_psc_exp", params=case["params"])
    given = case["input_spikes"]
    own = {"spike_times": [s["t_ms"] for s in given], "spike_weights": [s["weight_pA"] for s in given]}
    nest.Connect(nest.Create("spike_generator", params=own), neuron, syn_spec={"delay": 1.0})
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": case["resolution_ms"]})
    nest.Connect(meter, neuron, syn_spec={"delay": case["resolution_ms"]})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neuron, recorder)
    nest.Simulate(case["duration_ms"])
    return np.array(meter.events["V_m"]), np.array(recorder.events["times"])


def random_ring(seed: int) -> tuple[dict, np.ndarray]:
    """Return parameters of the model, and IP3 of four astrocytes at the start (uM)."""
    rng = np.random.default_rng(seed)
    own = {one.name: one.default * rng.uniform(0.7, 1.4) for one in GCHI.parameters if one.name in CHOSEN}
    return own, rng.uniform(0.05, 1.5, 4)


def run_brian(own: dict, level: np.ndarray) -> np.ndarray:
    """Simulate the same ring in Brian2; return its states at the end: shape (variable, astrocyte)."""
    import brian2 as b

    b.start_scope()
    b.prefs.codegen.target = "numpy"
    values = {one.name: one.default for one in GCHI.parameters} | own
    group = b.NeuronGroup(len(level), EQUATIONS, method="rk4", dt=STEP * b.ms, namespace=values)
    group.I, group.C, group.h, group.Y = level, 0.1, 0.8, 0.0

    def couple() -> None:
        ip3 = np.array(group.I[:])
        group.J = STRENGTH * (np.roll(ip3, 1) + np.roll(ip3, -1) - 2 * ip3)

    b.Network(group, b.NetworkOperation(couple, dt=STEP * b.ms, when="start")).run(LAST * STEP * b.ms)
    return np.array([group.G[:], group.I[:], group.C[:], group.h[:]])
