"""Interventions in simulations: closed forms, networks without what was lost, both engines, any cut of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from spiking_nets import astrocytes, nodes
from spiking_networks import GLIA, KEY, MODELS, collected, mixed_network, mixed_simulation

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.agents import AgentSimulation
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.glia import flow
from astrosim.systems.spiking.kernel.model import GAP, gathered
from astrosim.systems.spiking.network.description import Coupling, Network, connections, no_nodes
from astrosim.systems.spiking.scenario.interventions import Intervention
from astrosim.systems.spiking.simulation import Simulation, Trace

COUNT = len(MODELS)
STEPS, AT = 240, 103  # steps; in the middle of the 100 over which fluxes are held
TRACES = (
    Trace("V_m", tuple(range(COUNT - 1)), 3),
    Trace("I_SIC", (0, 5), 1),
    Trace("Ca_astro", (COUNT, COUNT + 3, COUNT + 69), 7),
)
DRAWS = stream_key(5, "intervention")


def item(action: str, at: int = AT, step: float = 0.1, **own: Any) -> Intervention:
    """An intervention before a step."""
    return Intervention(action=action, at_ms=at * step, **own)  # type: ignore[arg-type]


EVERY = (
    item("silence_neurons", which=[0, "5", "8"]),
    item("lesion_astrocytes", which=["a:3", 17]),
    item("silence_astrocytes", fraction=0.3),
    item("set", 110, parameter="tau_m", value=15.0, fraction=0.5),
    item("set", 110, parameter="tau_IP3", value=400.0, which=["a:0", "a:69"]),
    item("set", 115, parameter="I_e", value=500.0, which=[1]),
    item("cut_gap_junctions", 150, which=[40, 41, 42]),
    item("set", 150, parameter="gap_junctions.strength", value=5.0),
    item("release_neurons", 170, which=["0"]),
    item("lesion_neurons", 170, which=["6"]),
    item("restore_gap_junctions", 180),
    item("release_astrocytes", 200, every_ms=3.0),
)


def planned(items: Sequence[Intervention] = EVERY, network: Network | None = None) -> Simulation:
    """The mixed network with interventions."""
    simulation = mixed_simulation(TRACES)
    if network is not None:
        simulation = Simulation(network, 0.1, KEY, traces=TRACES)
    simulation.intervene(items, DRAWS)
    return simulation


def same(first: tuple, second: tuple) -> None:
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    for one, other in zip(first[2], second[2], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def whole() -> tuple:
    return collected(planned(), STEPS)


@pytest.fixture(scope="module")
def untouched() -> tuple:
    return collected(mixed_simulation(TRACES), STEPS)


def test_nothing_changes_before_the_first_one(whole: tuple, untouched: tuple) -> None:
    for one, other in zip(whole[2], untouched[2], strict=True):
        every = STEPS // len(other)
        np.testing.assert_array_equal(one[: AT // every], other[: AT // every])
    assert not np.array_equal(whole[2][0], untouched[2][0], equal_nan=True)
    before, other = (run[1] <= AT for run in (whole, untouched))
    np.testing.assert_array_equal(whole[0][before], untouched[0][other])


@pytest.mark.parametrize("cut", [1, 7, 64])
def test_stretches_change_nothing(whole: tuple, cut: int) -> None:
    same(whole, collected(planned(), STEPS, cut))


def test_agents_give_the_bits_of_the_kernel(whole: tuple) -> None:
    agents, kernel = AgentSimulation(planned()), planned()
    same(whole, collected(agents, STEPS, 111))
    collected(kernel, STEPS)
    for name, values in kernel.state().items():
        np.testing.assert_array_equal(agents.state()[name], values, err_msg=name)


def goes_on(state: dict[str, np.ndarray], onto: Any, whole: tuple, at: int) -> None:
    """A simulation that is restored from a state ends as the whole run."""
    onto.restore(state)
    node, stamp, traces = collected(onto, STEPS)
    later = whole[1] > at
    np.testing.assert_array_equal(node, whole[0][later])
    np.testing.assert_array_equal(stamp, whole[1][later])
    for own, wanted, trace in zip(traces, whole[2], TRACES, strict=True):
        np.testing.assert_array_equal(own, wanted[at // trace.every :])


@pytest.mark.parametrize("at", [102, 103, 104, 160, 200, 233])
def test_a_run_goes_on_from_any_step(whole: tuple, at: int) -> None:
    """Before a step with interventions, at it and after it; what was lost, cut and set is so again."""
    kernel = planned()
    kernel.advance(at, lambda stretch: None)
    goes_on(kernel.state(), planned(), whole, at)


def test_each_engine_goes_on_from_the_other(whole: tuple) -> None:
    kernel, agents = planned(), AgentSimulation(planned())
    for one in (kernel, agents):
        one.advance(AT, lambda stretch: None)
    goes_on(kernel.state(), AgentSimulation(planned()), whole, AT)
    goes_on(agents.state(), planned(), whole, AT)


def test_a_state_of_other_interventions_is_refused() -> None:
    with pytest.raises(ValueError, match="the saved interventions do not fit"):
        planned(EVERY[:2]).restore(planned().state())
    with pytest.raises(ValueError, match="the saved interventions do not fit"):
        planned().restore(mixed_simulation(TRACES).state())


def test_several_of_one_time_act_in_the_order_of_the_file() -> None:
    on, off = item("silence_neurons", which=[0]), item("release_neurons", which=[0])
    fired = [(collected(planned(order), STEPS)[0][:] == 0).sum() for order in ((on, off), (off, on))]
    assert fired[0] == (collected(mixed_simulation(TRACES), STEPS)[0] == 0).sum() > fired[1]


def without_output(network: Network, lost: Sequence[int]) -> Network:
    """The same network, all connections from some nodes of weight 0."""
    own = network.connections
    return replace(network, connections=replace(own, weight=np.where(np.isin(own.pre, lost), 0.0, own.weight)))


def test_a_silenced_neuron_is_a_network_without_its_output() -> None:
    """From the state at that time a network in which its synapses have no weight goes on alike, bit for bit."""
    lost = [0, 5]
    silenced, other = planned((item("silence_neurons", which=lost),)), mixed_simulation(TRACES)
    node, stamp, traces = collected(silenced, STEPS)
    assert not np.isin(node[stamp > AT], lost).any()
    assert np.isin(node[stamp <= AT], lost).any()
    other.advance(AT, lambda stretch: None)
    cut = mixed_simulation(TRACES)
    cut.synapses.weight[:] = Simulation(without_output(mixed_network(), lost), 0.1, KEY).synapses.weight
    cut.restore(other.state())
    kept, at, later = collected(cut, STEPS)
    rest = ~np.isin(kept, lost)
    np.testing.assert_array_equal(kept[rest], node[stamp > AT])
    np.testing.assert_array_equal(at[rest], stamp[stamp > AT])
    for own, wanted, trace in zip(later, traces, TRACES, strict=True):
        np.testing.assert_array_equal(own, wanted[AT // trace.every :])


def test_a_silenced_astrocyte_is_a_network_that_it_neither_hears_nor_acts_on() -> None:
    lost = [COUNT + n for n in (3, 17)]
    silenced, other = planned((item("silence_astrocytes", which=[3, 17]),)), mixed_simulation(TRACES)
    node, stamp, traces = collected(silenced, STEPS)
    other.advance(AT, lambda stretch: None)
    own = mixed_network().connections
    weight = np.where(np.isin(own.pre, lost), 0.0, own.weight)
    deaf = Simulation(replace(mixed_network(), connections=replace(own, weight=weight)), 0.1, KEY)
    alone = mixed_simulation(TRACES)
    alone.currents.weight[:] = deaf.currents.weight
    tiles = alone.tiles_of("li_rinzel")
    tiles[0, [li_rinzel.DELTA_IP3 + n for n in (3, 17)]] = 0.0
    alone.restore(other.state())
    kept, at, later = collected(alone, STEPS)
    np.testing.assert_array_equal(kept, node[stamp > AT])
    np.testing.assert_array_equal(at, stamp[stamp > AT])
    for one, wanted, trace in zip(later, traces, TRACES, strict=True):
        np.testing.assert_array_equal(one, wanted[AT // trace.every :])


@pytest.mark.parametrize("at", [100, 103])
def test_a_cut_junction_is_a_network_without_it(at: int) -> None:
    """From the state at that time, and, within the step over which fluxes are held, without its part of the flux."""
    cut, other = planned((item("cut_gap_junctions", at, which=[30, 31]),)), mixed_simulation(TRACES)
    node, stamp, traces = collected(cut, STEPS)
    other.advance(at, lambda stretch: None)
    network = mixed_network()
    pairs = network.coupling.pairs
    left = pairs[~np.isin(pairs, [30, 31]).any(axis=1)]
    assert len(pairs) - len(left) == 3
    without = mixed_simulation(TRACES)
    apart = Simulation(replace(network, coupling=replace(network.coupling, pairs=left)), 0.1, KEY)
    without.junctions = apart.junctions
    without.restore(other.state())
    without.junctions = apart.junctions
    level = other.junctions.level
    if at % 100:
        without.junctions.level[:] = level
        before = gathered(without.tiles_of("li_rinzel"), GAP, GLIA)
        flow(without.astrocytes, without.junctions)
        changed = np.flatnonzero(before != gathered(without.tiles_of("li_rinzel"), GAP, GLIA))
        assert set(changed) == {29, 30, 31, 32}
    kept, _, later = collected(without, STEPS)
    np.testing.assert_array_equal(kept, node[stamp > at])
    for own, wanted, trace in zip(later, traces, TRACES, strict=True):
        np.testing.assert_array_equal(own, wanted[at // trace.every :])


def ring(count: int, leap: int = 0, traces: Sequence[Trace] = ()) -> Simulation:
    """Astrocytes in a ring, no neuron, IP3 between .2 and .9 uM."""
    glia = astrocytes("li_rinzel", count)
    glia = replace(glia, values={"IP3": np.linspace(0.2, 0.9, count)})
    pairs = np.stack([np.arange(count), (np.arange(count) + 1) % count], axis=1)
    none = connections(*[np.zeros(0)] * 4)
    network = Network(no_nodes(), glia, none, Coupling("linear", pairs, strength=0.5))
    return Simulation(network, 1.0, KEY, traces=traces, leap=leap)


def levels(simulation: Simulation) -> np.ndarray:
    """IP3 of all astrocytes."""
    count = len(simulation.network.astrocytes)
    return gathered(simulation.tiles_of("li_rinzel"), li_rinzel.IP3, count).copy()


@pytest.mark.parametrize("leap", [0, 20])
def test_ip3_is_conserved_over_the_junctions_that_are_left(leap: int) -> None:
    """The sum over the others relaxes as if they were alone: S' = (n IP3_0 - S) / tau, in closed form."""
    simulation, at, end = ring(9, leap), 1235, 5000
    simulation.intervene((item("lesion_astrocytes", at, 1.0, which=[4]),), DRAWS)
    simulation.advance(at, lambda stretch: None)
    others = np.arange(9) != 4
    simulation.interventions.act(simulation)
    before = levels(simulation)
    if leap:  # it and its neighbours have come to this step, the others wait at the last coupling
        since = gathered(simulation.tiles_of("li_rinzel"), li_rinzel.SINCE, 9)
        assert since.tolist() == [1230] * 3 + [at] * 3 + [1230] * 3
        return
    simulation.advance(end - at, lambda stretch: None)
    rest = 0.16 * 8
    expected = rest + (before[others].sum() - rest) * np.exp(-(end - at) / 7142.0)
    assert levels(simulation)[others].sum() == pytest.approx(expected, rel=1e-12)
    alone = 0.16 + (before[4] - 0.16) * np.exp(-(end - at) / 7142.0)
    assert levels(simulation)[4] == pytest.approx(alone, rel=1e-12)
    assert np.ptp(levels(simulation)[others]) > 0.01


def test_astrocytes_that_leap_are_those_on_the_grid_to_their_error() -> None:
    items = (
        item("cut_gap_junctions", 1235, 1.0, which=[4]),
        item("set", 1507, 1.0, parameter="tau_IP3", value=900.0, which=["a:0"]),
        item("set", 2001, 1.0, parameter="gap_junctions.strength", value=0.05),
    )
    found = []
    for leap in (0, 20):
        simulation = ring(9, leap)
        simulation.intervene(items, DRAWS)
        simulation.advance(4000, lambda stretch: None)
        found.append(levels(simulation))
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_a_lesioned_node_has_no_variables_any_more() -> None:
    items = (item("lesion_astrocytes", which=[3]), item("lesion_neurons", which=[6]))
    simulation = planned(items)
    node, stamp, (voltage, _, calcium) = collected(simulation, STEPS)
    assert np.isnan(calcium[AT // 7 :, 1]).all()
    assert not np.isnan(calcium[: AT // 7]).any()
    assert not np.isnan(calcium[:, [0, 2]]).any()
    assert np.isnan(voltage[AT // 3 :, 6]).all()
    assert 6 not in node[stamp > AT]
    kept = gathered(simulation.tiles_of("li_rinzel"), li_rinzel.CALCIUM, GLIA)[np.arange(GLIA) != 3]
    assert simulation.mean_calcium() == float(np.mean(kept))


def test_a_set_parameter_acts_from_then_on() -> None:
    """A membrane without input relaxes with the one time constant, then with the other: in closed form."""
    neurons = nodes("iaf_psc_exp", 2, V_m=-60.0)
    network = Network(neurons, no_nodes(), connections(*[np.zeros(0)] * 4))
    simulation = Simulation(network, 0.1, KEY, traces=(Trace("V_m", (0, 1), 100),))
    simulation.intervene(
        (
            item("set", 100, parameter="tau_m", value=40.0, which=[0]),
            item("set", 150, parameter="I_e", value=25.0, which=[1]),
        ),
        DRAWS,
    )
    _, _, (voltage,) = collected(simulation, 200)
    assert voltage[0] == pytest.approx(-70.0 + 10.0 * np.exp(-1.0), rel=1e-12)
    assert voltage[1, 0] == pytest.approx(-70.0 + 10.0 * np.exp(-1.0 - 0.25), rel=1e-12)
    assert voltage[1, 1] == pytest.approx(-70.0 + 10.0 * np.exp(-2.0) + 1.0 * (1.0 - np.exp(-0.5)), rel=1e-12)


def test_a_fraction_is_drawn_by_the_seed() -> None:
    drawn = []
    for seed in (5, 5, 6):
        simulation = mixed_simulation(TRACES)
        simulation.intervene((item("silence_astrocytes", fraction=0.3),), stream_key(seed, "intervention"))
        simulation.advance(AT + 1, lambda stretch: None)
        drawn.append(np.flatnonzero(simulation.interventions.standing.silent["astrocytes"]).tolist())
    assert len(drawn[0]) == round(0.3 * GLIA)
    assert drawn[0] == drawn[1] != drawn[2]


def test_cells_are_silenced_by_hand_as_by_the_file() -> None:
    by_file, by_hand = planned((item("silence_neurons", 100, which=[0]),)), mixed_simulation(TRACES)
    node, stamp, _ = collected(by_file, STEPS)
    by_hand.advance(100, lambda stretch: None)
    by_hand.interventions.silence(by_hand, "neurons", [0])
    kept, at, _ = collected(by_hand, STEPS)
    np.testing.assert_array_equal(kept, node[stamp > 100])
    np.testing.assert_array_equal(at, stamp[stamp > 100])
