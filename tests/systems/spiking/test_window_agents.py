"""Agents on Mesa's event list against the kernel: the same trials, to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from astrosim.systems.spiking.learners.agents_engine import AgentsLearning
from astrosim.systems.spiking.learners.recipe import Recipe, Trials, condition
from astrosim.systems.spiking.learners.windows import WindowLearning


def coupled() -> Recipe:
    """Calcium that flows through gap junctions."""
    recipe = condition("calcium")
    own = replace(recipe.astrocytes, coupling="threshold_linear", drive=2.0, max_active=3)
    return replace(recipe, astrocytes=own)


CASES = {
    "random": condition("random"),
    "calcium": condition("calcium"),
    "strict": condition("strict"),
    "online": condition("calcium", trials=Trials(window=1)),
    "coupled": coupled(),
    "part": condition("calcium", trials=Trials(window=2, consolidation="proportional", rate=0.5, margin=0.01)),
}


def assert_same(kernel: WindowLearning, agents: WindowLearning) -> None:
    found, other = kernel.outcome(), agents.outcome()
    assert [name for name in found if not np.array_equal(found[name], other[name])] == []
    for pattern in range(8):
        assert np.array_equal(kernel.spikes(pattern), agents.spikes(pattern))


@pytest.mark.parametrize("name", CASES)
def test_agents_do_what_the_kernel_does(name: str) -> None:
    kernel, agents = WindowLearning(CASES[name], 41), AgentsLearning(CASES[name], 41)
    for trials in (7, 23):
        for one, other in zip(kernel.advance(trials), agents.advance(trials), strict=True):
            assert np.array_equal(one, other)
    assert kernel.learning.counter[1] > 0
    assert_same(kernel, agents)


def test_either_engine_goes_on_from_the_state_of_the_other() -> None:
    """From the 300th trial on, when hidden neurons fire; a neuron and an astrocyte are silenced."""
    recipe = CASES["calcium"]
    kernel, agents = WindowLearning(recipe, 42), AgentsLearning(recipe, 42)
    kernel.advance(300)
    kernel.silence("neurons", [int(kernel.spikes(1)[-1, 1])])
    kernel.silence("astrocytes", [2])
    agents.restore(kernel.state())
    for one, other in zip(kernel.advance(12), agents.advance(12), strict=True):
        assert np.array_equal(one, other)
    back = WindowLearning(recipe, 42)
    back.restore(agents.state())
    assert_same(kernel, back)
    for one, other in zip(kernel.advance(50), back.advance(50), strict=True):
        assert np.array_equal(one, other)
