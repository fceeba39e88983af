"""NEST and Brian2 (extra `reference`) on the cases of `benchmarks.spiking`: processor seconds per biological second.

Run as a program, in a process of its own each: python -m benchmarks.spiking_peers PROGRAM CASE. Facts of the cases:
NEST's example of a network with astrocytes, scaled; constants are the defaults of both.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from typing import Any

ASTROCYTES, NEURONS, STEP = 100, 1000, 0.1
RATES = {5: 0.02, 100: 0.02, 1500: 0.0004}
"""Hz of Poisson input, and IP3 (uM) of a spike: calcium oscillates, or stays raised."""
START_IP3 = 0.4
NETWORK = {"p": 0.1, "p_third": 0.5, "pool": 10, "rate": 2000.0, "excitation": 1.0, "inhibition": -4.0, "sic": 0.05}
WARM, ASTROCYTE_MS, NETWORK_MS = 1.0, 500.0, 500.0
BRIAN2_MS = 2000.0  # at once: each call of its `run` takes as long as many steps
ROUNDS = 5  # of a steady case; the fastest counts: what the code costs, with the least of what else the machine did


def installed(program: str) -> bool:
    """Whether a program can be imported."""
    return importlib.util.find_spec(program) is not None


def timed(simulate: Any, ms: float, rounds: int = 1) -> float:
    """Processor seconds per biological second in the fastest of some rounds, after a start."""
    simulate(WARM)
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        simulate(ms / rounds)
        taken.append((time.process_time() - start) / ms * rounds * 1000.0)
    return min(taken)


def nest_astrocytes(rate: int) -> dict[str, float]:
    """Seconds per astrocyte-second."""
    import nest

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.resolution = STEP
    glia = nest.Create("astrocyte_lr_1994", ASTROCYTES, params={"IP3": START_IP3, "delta_IP3": RATES[rate]})
    source = nest.Create("poisson_generator", params={"rate": float(rate)})
    nest.Connect(source, glia, syn_spec={"weight": 1.0, "delay": 1.0})
    return {"seconds": timed(nest.Simulate, ASTROCYTE_MS, ROUNDS) / ASTROCYTES}


def nest_network(_: int) -> dict[str, float]:
    """Seconds per biological second, rate (Hz) and mean calcium (uM)."""
    import nest

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.resolution = STEP
    taus = {"tau_syn_ex": 2.0, "tau_syn_in": 4.0}
    excitatory = nest.Create("aeif_cond_alpha_astro", NEURONS * 4 // 5, params=taus)
    inhibitory = nest.Create("aeif_cond_alpha_astro", NEURONS // 5, params=taus)
    glia, both = nest.Create("astrocyte_lr_1994", NEURONS, params={"IP3": START_IP3}), excitatory + inhibitory
    plastic = {"synapse_model": "tsodyks_synapse", "weight": NETWORK["excitation"], "tau_psc": 2.0, "delay": 2.0}
    pairs = {"rule": "pairwise_bernoulli", "p": NETWORK["p"]}
    nest.TripartiteConnect(
        excitatory, both, glia, pairs,
        {"rule": "third_factor_bernoulli_with_pool", "p": NETWORK["p_third"], "pool_size": NETWORK["pool"],
         "pool_type": "random"},
        syn_specs={"primary": plastic, "third_in": plastic,
                   "third_out": {"synapse_model": "sic_connection", "weight": NETWORK["sic"], "delay": 1.0}},
    )  # fmt: skip
    back = {"synapse_model": "tsodyks_synapse", "weight": NETWORK["inhibition"], "tau_psc": 4.0, "delay": 1.0}
    nest.Connect(inhibitory, both, pairs, back)
    source = nest.Create("poisson_generator", params={"rate": NETWORK["rate"]})
    nest.Connect(source, both, syn_spec={"weight": 1.0, "delay": 2.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(both, recorder)
    seconds = timed(nest.Simulate, NETWORK_MS)
    calcium = sum(glia.get("Ca_astro")) / NEURONS
    return {"seconds": seconds, "hz": recorder.n_events / (NETWORK_MS + WARM) * 1000.0 / NEURONS, "calcium": calcium}


LI_RINZEL = """
dI/dt = (0.16 - I) / (7142 * ms) : 1
dC/dt = (0.006 * (I / (I + 0.13) * C / (C + 0.08234) * h)**3 * (2 - 1.185 * C) + 0.00011 * (2 - 1.185 * C)
         - 0.0009 * C**2 / (C**2 + 0.01)) / ms : 1
dh/dt = 0.0002 * (1.049 * (I + 0.13) / (I + 0.9434) * (1 - h) - C * h) / ms : 1
"""


def brian2_astrocytes(rate: int) -> dict[str, float]:
    """Seconds per astrocyte-second; by Runge and Kutta's method of order 4."""
    import brian2 as b

    b.prefs.codegen.target = "cython"
    b.defaultclock.dt = STEP * b.ms
    glia = b.NeuronGroup(ASTROCYTES, LI_RINZEL, method="rk4")
    glia.I, glia.C, glia.h = START_IP3, 0.073, 0.793
    source = b.PoissonInput(glia, "I", 1, rate * b.Hz, weight=RATES[rate])
    network = b.Network(glia, source)
    return {"seconds": timed(lambda ms: network.run(ms * b.ms), BRIAN2_MS) / ASTROCYTES}


PROGRAMS = {
    ("nest", "astrocytes"): nest_astrocytes,
    ("nest", "network"): nest_network,
    ("brian2", "astrocytes"): brian2_astrocytes,
}


def measured(program: str, case: str, rate: int = 0) -> dict[str, float] | None:
    """Measure in a process of its own; None where the program is not installed."""
    if not installed(program):
        return None
    command = [sys.executable, "-m", "benchmarks.spiking_peers", program, case, str(rate)]
    alone = os.environ | {"OMP_NUM_THREADS": "1", "PYNEST_QUIET": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(PROGRAMS[sys.argv[1], sys.argv[2]](int(sys.argv[3]))))
