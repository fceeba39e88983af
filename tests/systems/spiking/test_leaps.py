"""Astrocytes that leap from arrival to arrival: as exact as specified, and dependent on arrivals alone."""

from __future__ import annotations

import numpy as np
import pytest
from spiking_nets import KEY, Run, apart, astrocytes, collect, gather, golden, nodes, relative, trains

from astrosim.systems.spiking.network.description import Coupling, Network, Nodes, Trains, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

CASES = {case["name"]: case for case in golden("astrocyte_lr_1994")["cases"]}
NONE = connections(*[np.zeros(0)] * 4)
STEP = 0.1
PER_MS = 10  # steps
ERRORS = {
    "poisson_5Hz_oscillating": {5: 2e-11, 10: 2.7e-10, 20: 4.3e-9, 50: 1.8e-7, 100: 3.0e-6},
    "poisson_50Hz_fast_IP3": {5: 6.4e-10, 10: 9.2e-9, 20: 1.2e-7, 50: 2.1e-6, 100: 1.6e-5},
}
"""Largest relative errors of calcium over 20 s, by the longest leap (ms), of an independent program."""
VARIABLES = ("Ca_astro", "IP3", "h_IP3R", "SIC")


def driven(name: str, leap_ms: float, every: int) -> Run:
    case = CASES[name]
    inputs = trains(0, case["input_times_ms"], case["input_weights"], case["input_delay_ms"])
    network = Network(no_nodes(), astrocytes("li_rinzel", **case["params"], **case["initial"]), NONE)
    traces = [Trace("Ca_astro", (0,), every)]
    simulation = Simulation(network, STEP, KEY, inputs, traces=traces, leap=round(leap_ms * PER_MS))
    return collect(simulation, 20_000 * PER_MS)


@pytest.mark.parametrize("name", ERRORS)
def test_errors_by_the_longest_leap(name):
    """Ours may be a little larger: leaps start from absolute multiples, the program's at arrivals alone."""
    grid = driven(name, 0, 100)
    for leap, error in ERRORS[name].items():
        found = relative(driven(name, leap, 100).traces[0], grid.traces[0])
        assert found < 2 * error, leap
    assert found > ERRORS[name][20]  # leaps are taken


def test_errors_fall_with_the_fourth_power_of_the_leap():
    grid = driven("poisson_5Hz_oscillating", 0, 2000)
    leaps = [20, 40, 80]
    errors = [apart(driven("poisson_5Hz_oscillating", leap, 2000).traces[0], grid.traces[0]) for leap in leaps]
    assert 3.5 < np.polyfit(np.log(leaps), np.log(errors), 1)[0] < 5.0


def test_against_nest():
    case = CASES["poisson_5Hz_oscillating"]
    run = driven("poisson_5Hz_oscillating", 10, PER_MS)
    assert relative(run.traces[0][:, 0], case["Ca"][: len(run.traces[0])]) < 1e-7


COUNT = 70


def various() -> Nodes:
    random = np.random.default_rng(3)
    return astrocytes("li_rinzel", COUNT, IP3=random.uniform(0.1, 0.7, COUNT), tau_IP3=random.uniform(500, 7000, COUNT))


def shots() -> Trains:
    """Some arrive at one astrocyte alone, some at most of a tile at once; some weigh less than nothing."""
    random = np.random.default_rng(4)
    alone = trains(random.integers(0, COUNT, 300), random.integers(1, 5000, 300) * STEP, random.normal(60, 80, 300))
    together = trains(np.arange(20, 66), 200.0, 40.0)
    parts = ((getattr(alone, one), getattr(together, one)) for one in ("target", "time", "weight", "delay"))
    return Trains(*(np.concatenate(pair) for pair in parts))


def simulation(leap: int = 120, traces: tuple[Trace, ...] = (), coupling: Coupling | None = None) -> Simulation:
    network = Network(no_nodes(), various(), NONE, coupling or Coupling())
    return Simulation(network, STEP, KEY, shots(), traces=traces, leap=leap)


def states(one: Simulation) -> np.ndarray:
    """State of each astrocyte by calcium, IP3, gate and its stamp, at the end of a multiple of the leap."""
    return one.state()["nodes_li_rinzel"][3:].T


def test_records_and_stretches_change_nothing():
    plain, recorded, cut = (
        simulation(),
        simulation(traces=(Trace("SIC", (3, 69), 1), Trace("IP3", (0,), 7))),
        simulation(),
    )
    collect(plain, 5880)
    collect(recorded, 5880, 111)
    collect(cut, 5880, 1)
    assert np.array_equal(states(plain), states(recorded))
    assert np.array_equal(states(plain), states(cut))
    assert (states(plain)[:, 3] == 5880).all()


def test_records_are_the_same_whatever_else_is_recorded():
    everything = [Trace(name, tuple(range(COUNT)), 1) for name in VARIABLES]
    full = collect(simulation(traces=tuple(everything)), 3000, 77)
    some = collect(simulation(traces=(Trace("Ca_astro", (5, 66), 30),)), 3000)
    assert np.array_equal(full.traces[0][29::30][:, [5, 66]], some.traces[0])


def test_records_between_leaps_lie_on_the_grid_s_curve():
    traces = tuple(Trace(name, tuple(range(COUNT)), 13) for name in VARIABLES[:3])
    for found, wanted in zip(
        collect(simulation(traces=traces), 5200).traces, collect(simulation(0, traces), 5200).traces, strict=True
    ):
        assert apart(found, wanted) < 1e-7


def test_side_by_side_as_alone():
    """Each in a network of its own, with the shots that it gets: one by one there, mostly together here."""
    together, values, given = simulation(), various(), shots()
    collect(together, 2400)
    for one in (0, 20, 33, 69):
        own = astrocytes("li_rinzel", **{name: column[one] for name, column in values.values.items()})
        mine = given.target == one
        inputs = Trains(np.zeros(mine.sum(), "i8"), given.time[mine], given.weight[mine], given.delay[mine])
        alone = Simulation(Network(no_nodes(), own, NONE), STEP, KEY, inputs, leap=120)
        collect(alone, 2400)
        assert np.array_equal(states(alone)[0], states(together)[one])


def test_resumed_between_two_leaps():
    traces = (Trace("h_IP3R", (1, 40), 9),)
    whole, kept = collect(simulation(traces=traces), 3000), []
    first, second = simulation(traces=traces), simulation(traces=traces)
    first.advance(1111, kept.append)
    second.restore(first.state())
    second.advance(3000 - 1111, kept.append)
    assert gather(kept, 1).same(whole)


def test_astrocytes_with_a_slow_inward_current_do_not_leap():
    neuron = nodes("aeif_cond_alpha")
    own = Network(neuron, astrocytes("li_rinzel", 3, IP3=0.6), connections([2], [0], [30.0], [1.0]))
    inputs = trains([1, 2, 3] * 20, np.repeat(np.arange(20) * 20.0 + 1, 3), 30.0)
    traces = [Trace("Ca_astro", (1, 2, 3), 10), Trace("V_m", (0,), 10)]
    leaping, grid = (collect(Simulation(own, STEP, KEY, inputs, traces=traces, leap=leap), 5000) for leap in (50, 0))
    assert np.array_equal(leaping.traces[1], grid.traces[1])
    same = [np.array_equal(leaping.traces[0][:, column], grid.traces[0][:, column]) for column in range(3)]
    assert same == [False, True, False]
    assert apart(leaping.traces[0], grid.traces[0]) < 1e-8


def test_coupled_astrocytes_leap_to_each_update_of_the_fluxes():
    pairs = np.stack([np.arange(COUNT), (np.arange(COUNT) + 1) % COUNT], axis=1)
    coupling = Coupling("linear", pairs, strength=2.0, every_ms=10.0)
    traces = (Trace("IP3", tuple(range(COUNT)), 50),)
    found, wanted = (collect(simulation(leap, traces, coupling), 6000).traces[0] for leap in (200, 0))
    assert apart(found, wanted) < 1e-9
    uncoupled = collect(simulation(0, traces), 6000).traces[0]
    assert apart(found, uncoupled) > 0.1
    cut = collect(simulation(200, traces, coupling), 6000, 33).traces[0]
    assert np.array_equal(found, cut)
