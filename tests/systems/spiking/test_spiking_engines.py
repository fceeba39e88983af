"""Both engines, any stretches and any checkpoint give the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from spiking_networks import MODELS, collected, mixed_simulation

from astrosim.systems.spiking.agents import AgentSimulation
from astrosim.systems.spiking.simulation import Trace

STEPS = 600
COUNT = len(MODELS)
TRACES = (
    Trace("V_m", tuple(range(COUNT - 1)), 3),
    Trace("I_SIC", (0, 5), 1),
    Trace("Ca_astro", (COUNT, COUNT + 69), 7),
)


@pytest.fixture(scope="module")
def whole() -> tuple:
    return collected(mixed_simulation(TRACES), STEPS)


def same(first: tuple, second: tuple) -> None:
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    for one, other in zip(first[2], second[2], strict=True):
        np.testing.assert_array_equal(one, other)


def test_all_that_is_recorded_moves(whole: tuple) -> None:
    node, stamp, traces = whole
    assert set(node) == set(range(COUNT))  # each model fires
    assert (np.diff(stamp) >= 0).all()
    assert all(np.ptp(one, axis=0).min() > 0 for one in traces)


@pytest.mark.parametrize("cut", [1, 7, 64])
def test_stretches_change_nothing(whole: tuple, cut: int) -> None:
    same(whole, collected(mixed_simulation(TRACES), STEPS, cut))


def test_records_change_nothing(whole: tuple) -> None:
    node, stamp, _ = collected(mixed_simulation((Trace("w", (5,), 11),)), STEPS)
    np.testing.assert_array_equal(node, whole[0])
    np.testing.assert_array_equal(stamp, whole[1])


def test_agents_give_the_bits_of_the_kernel(whole: tuple) -> None:
    agents, kernel = AgentSimulation(mixed_simulation(TRACES)), mixed_simulation(TRACES)
    same(whole, collected(agents, STEPS, 211))
    collected(kernel, STEPS)
    for name, values in kernel.state().items():
        np.testing.assert_array_equal(agents.state()[name], values, err_msg=name)


@pytest.mark.parametrize("at", [1, 333])
def test_each_engine_goes_on_from_the_other_in_the_middle_of_a_block(whole: tuple, at: int) -> None:
    kernel, agents = mixed_simulation(TRACES), AgentSimulation(mixed_simulation(TRACES))
    for one in (kernel, agents):
        one.advance(at, lambda stretch: None)
    onto_agents, onto_kernel = AgentSimulation(mixed_simulation(TRACES)), mixed_simulation(TRACES)
    onto_agents.restore(kernel.state())
    onto_kernel.restore(agents.state())
    later = whole[1] > at
    for one in (onto_agents, onto_kernel):
        node, stamp, traces = collected(one, STEPS)
        np.testing.assert_array_equal(node, whole[0][later])
        np.testing.assert_array_equal(stamp, whole[1][later])
        np.testing.assert_array_equal(traces[0], whole[2][0][at // 3 :])


def test_nodes_without_a_variable_are_recorded_as_nan(whole: tuple) -> None:
    mixed = (Trace("V_m", (0, COUNT), 3),)
    kernel, agents = (
        collected(one, 60)[2][0] for one in (mixed_simulation(mixed), AgentSimulation(mixed_simulation(mixed)))
    )
    np.testing.assert_array_equal(kernel, agents)
    np.testing.assert_array_equal(kernel[:, 0], whole[2][0][:20, 0])
    assert np.isnan(kernel[:, 1]).all()


def test_a_state_of_another_network_is_refused() -> None:
    simulation = mixed_simulation()
    saved = simulation.state()
    saved["nodes_li_rinzel"] = saved["nodes_li_rinzel"][:, :-1]
    before = simulation.state()
    with pytest.raises(ValueError, match="nodes_li_rinzel"):
        simulation.restore(saved)
    for name, values in simulation.state().items():
        np.testing.assert_array_equal(values, before[name])
