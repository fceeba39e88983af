"""Black boxes as a run sees them: each replicate alone, the shape of the store, how much there is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Lengthening, Runner, RunQueries
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.records import VARIABLES
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.start import started


def budget(scenario: BlackboxScenario) -> int:
    """Return the environment steps, or evaluations, of a replicate."""
    return scenario.budget


def cost(scenario: BlackboxScenario) -> float:
    """Return the environment steps, or evaluations."""
    return float(scenario.budget)


def sizes(scenario: BlackboxScenario, seed: int) -> tuple[int, int]:
    """Return numbers of inputs and of weights of a replicate; builds its task."""
    recording = Recording(Replicate("", seed, 0, 0), scenario)
    recording.player.close()
    return recording.player.card.inputs, recording.player.weights(recording.learning.policy).size


def check_start(scenario: BlackboxScenario, seed: int) -> None:
    """Check that the weights a resolved scenario starts from are those of its network; builds its task.

    Raises
    ------
    ScenarioError
        If they are not: says what differs.
    """
    recording = Recording(Replicate("", seed, 0, 0), scenario)
    try:
        started(scenario, seed, recording.learning)
    finally:
        recording.player.close()


def dimensions(resolved: Mapping[str, BlackboxScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store; a replicate of each condition tells its numbers of inputs and weights."""
    every = list(resolved.values())
    firsts = [Replicate(name, seeds[0], row, 0) for row, name in enumerate(resolved)]
    found = run_queries(sizes, firsts)
    weights = max((count for (_, count), one in zip(found, every, strict=True) if one.record.weights), default=0)
    records = sorted({(n + 1) * one.record.every for one in every for n in range(one.records)})
    coordinates = {
        "record": np.array(records, dtype="i8"),
        "test_episode": np.arange(max(one.record.test for one in every), dtype="i4"),
        "astrocyte": np.arange(max(one.actors for one in every), dtype="i4"),
        "input": np.arange(max(count for count, _ in found), dtype="i4"),
        "parameter": np.arange(weights, dtype="i4"),
    }
    return Dimensions(VARIABLES, coordinates)


RUNNER = Runner(
    simulate=Recording,
    units=budget,
    cost=cost,
    dimensions=dimensions,
    preload=("astrosim.systems.blackbox.runner",),
    packages=("gymnasium", "box2d"),
    lengthening=Lengthening("schedule.steps"),
)
"""Runner of scenarios with kind = "task" and an environment."""
OBJECTIVE_RUNNER = replace(RUNNER, lengthening=Lengthening("schedule.evaluations"))
"""Runner of scenarios with kind = "task" and an objective."""
