"""Spiking networks: astrocytes alone, neurons with astrocytes, a large network; NEST and Brian2 where installed.

Processor time of one core; of astrocytes, whose activity is steady, in the fastest of some rounds. Accuracy of
astrocytes is measured, too, against steps of 0.02 ms.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.description import Network, Poisson, Trains
from astrosim.systems.spiking.network.populations import Population, Populations
from astrosim.systems.spiking.simulation import Simulation, Stretch, Trace
from benchmarks import spiking_peers as peers

KEY = stream_key(1, "spiking_poisson")
ASTROCYTES, SECONDS = 1000, 2.0
LEAPS_MS = (0.0, 10.0, 20.0)
TARGETS = {5: 500.0, 100: 500.0, 1500: 50.0}
"""Times NEST, by rate of the input (Hz), of astrocytes that leap."""
FINE = 0.02  # ms
CHECKED = 20  # astrocytes whose error is measured
NETWORK_SECONDS, NETWORK_TARGET = peers.NETWORK_MS / 1000.0, 10.0
TOLERANCES = (1e-8, 1e-12)  # mV; NEST's own default is off as much as the first
LARGE, DEGREE, LARGE_SECONDS = 100_000, 100, 0.2

Rows = list[dict[str, Any]]


def poisson(count: int, rate: float, weight: float, delay: float) -> Poisson:
    """A train for each node."""
    full = [np.full(count, value) for value in (rate, weight, delay, 0.0, np.inf)]
    return Poisson(np.arange(count), *full)


def processor(simulation: Simulation, seconds: float, rounds: int = 1) -> tuple[float, list[Stretch]]:
    """Processor seconds per biological second in the fastest of some rounds, and the records; after a start."""
    simulation.advance(20, lambda _: None)
    kept: list[Stretch] = []
    steps, taken = round(seconds * 1000.0 / simulation.step / rounds), []
    for _ in range(rounds):
        start = time.process_time()
        simulation.advance(steps, kept.append)
        taken.append((time.process_time() - start) * rounds / seconds)
    return min(taken), kept


def astrocytes(count: int, rate: int) -> Network:
    """Astrocytes alone."""
    values = {"IP3": peers.START_IP3, "delta_IP3": peers.RATES[rate]}
    return Populations([], [Population("A", "li_rinzel", count, values)]).network()


def error(rate: int, leap_ms: float) -> float:
    """Largest relative error of calcium over 10 s, given spikes on the grid of 0.1 ms."""
    random, ms = np.random.default_rng(rate), 10_000.0
    node = np.repeat(np.arange(CHECKED), random.poisson(rate * ms / 1000.0, CHECKED))
    times = random.integers(1, round(ms / peers.STEP) - 20, len(node)) * peers.STEP
    given = Trains(node, times, np.ones(len(node)), np.ones(len(node)))
    found = []
    for step, leap in ((FINE, 0.0), (peers.STEP, leap_ms)):
        traces = [Trace("Ca_astro", tuple(range(CHECKED)), round(50.0 / step))]
        steps = round(leap / step)
        simulation = Simulation(astrocytes(CHECKED, rate), step, KEY, given, traces=traces, leap=steps)
        kept: list[Stretch] = []
        simulation.advance(round(ms / step), kept.append)
        found.append(np.concatenate([one.traces[0] for one in kept]))
    return float(np.max(np.abs(found[1] / found[0] - 1.0)))


def _astrocyte_rows() -> Rows:
    rows = []
    for rate in peers.RATES:
        nest, brian = (peers.measured(program, "astrocytes", rate) for program in ("nest", "brian2"))
        for leap in LEAPS_MS:
            simulation = Simulation(
                astrocytes(ASTROCYTES, rate), peers.STEP, KEY, poisson=poisson(ASTROCYTES, rate, 1.0, 1.0),
                leap=round(leap / peers.STEP),
            )  # fmt: skip
            seconds, _ = processor(simulation, SECONDS if leap else SECONDS / 4, peers.ROUNDS)
            case = f"{ASTROCYTES} astrocytes, {rate} Hz, " + (f"leaps of {leap:g} ms" if leap else "steps of 0.1 ms")
            target = TARGETS[rate] if leap else None
            note = f"error {error(rate, leap):.1e}"
            rows.append(_row(case, "astrocyte-second", seconds / ASTROCYTES, nest, brian, target, note))
    return rows


def example(tolerance: float) -> Network:
    """NEST's example of a network with astrocytes, scaled to 1,000 neurons and 1,000 astrocytes."""
    own, count = peers.NETWORK, peers.NEURONS
    values = {"tau_syn_ex": 2.0, "tau_syn_in": 4.0, "tolerance": tolerance}
    sizes = {"E": count * 4 // 5, "I": count // 5}
    made = Populations(
        [Population(name, "aeif_cond_alpha", size, values) for name, size in sizes.items()],
        [Population("A", "li_rinzel", count, {"IP3": peers.START_IP3})],
    )
    pairs, both = {"rule": "pairwise_bernoulli", "p": own["p"], "synapse": "tsodyks"}, ["E", "I"]
    primary = made.connect("E", both, weight=own["excitation"], delay=2.0, tau_psc=2.0, **pairs)
    made.third_by_pool(
        primary, both, "A", p=own["p_third"], pool_size=int(own["pool"]), weight_out=own["sic"], delay_in=2.0
    )
    made.connect("I", both, weight=own["inhibition"], delay=1.0, tau_psc=4.0, **pairs)
    return made.network()


def _network_rows() -> Rows:
    nest, rows = peers.measured("nest", "network"), []
    for tolerance in TOLERANCES:
        network = example(tolerance)
        traces = [Trace("Ca_astro", tuple(range(peers.NEURONS, 2 * peers.NEURONS)), 1000)]
        inputs = poisson(peers.NEURONS, peers.NETWORK["rate"], 1.0, 2.0)
        seconds, kept = processor(Simulation(network, peers.STEP, KEY, poisson=inputs, traces=traces), NETWORK_SECONDS)
        hz = sum(len(one.node) for one in kept) / NETWORK_SECONDS / peers.NEURONS
        note = f"{hz:.2f} Hz, Ca {kept[-1].traces[0][-1].mean():.3f} uM"
        note += f"; NEST {nest['hz']:.2f} Hz, {nest['calcium']:.3f} uM" if nest else ""
        case = f"1,000 neurons + 1,000 astrocytes, tolerance {tolerance:g} mV"
        rows.append(_row(case, "second", seconds, nest, None, NETWORK_TARGET, note))
    return rows


def large() -> Network:
    """Integrate-and-fire neurons, a hundred synapses each."""
    values = {"V_m": {"uniform": (-70.0, -55.0)}, "I_e": {"uniform": (330.0, 420.0)}}
    kinds = [Population(name, "iaf_psc_exp", size, values) for name, size in (("E", LARGE * 4 // 5), ("I", LARGE // 5))]
    made = Populations(kinds)
    for name, degree, weight in (("E", DEGREE * 4 // 5, 20.0), ("I", DEGREE // 5, -100.0)):
        made.connect(name, ["E", "I"], "fixed_indegree", number=degree, weight=weight, delay=1.5)
    return made.network()


def _large_rows() -> Rows:
    start = time.process_time()
    network = large()
    wired = time.process_time() - start
    simulation = Simulation(network, peers.STEP, KEY, poisson=poisson(LARGE, 100.0, 100.0, 1.0))
    seconds, kept = processor(simulation, LARGE_SECONDS)
    events = simulation.events
    hz = sum(len(one.node) for one in kept) / LARGE_SECONDS / LARGE
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    note = f"{hz:.1f} Hz, {events / 1e6:.0f}M events; wired in {wired:.1f} s, {memory:.1f} GB at most"
    case = f"{LARGE:,} neurons, {len(network.connections):,} synapses"
    return [_row(case, "synaptic event", seconds * LARGE_SECONDS / events, None, None, None, note)]


def _row(
    case: str, per: str, seconds: float, nest: dict[str, float] | None, brian: dict[str, float] | None,
    target: float | None, note: str,
) -> dict[str, Any]:  # fmt: skip
    times = nest["seconds"] / seconds if nest else None
    return {
        "case": case,
        "per": per,
        "seconds": seconds,
        "nest_s": nest["seconds"] if nest else None,
        "brian2_s": brian["seconds"] if brian else None,
        "times_nest": times,
        "target": target,
        "note": note,
    }


PARTS: tuple[Callable[[], Rows], ...] = (_astrocyte_rows, _network_rows, _large_rows)


def measure() -> Rows:
    """One row per case."""
    return [row for part in PARTS for row in part()]
