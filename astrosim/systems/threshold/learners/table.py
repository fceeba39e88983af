"""Learners of threshold networks by name, with the place of each: a new learner is one file, and one line here.

The schema reads the names alone; a file, which may load compiled code, is loaded when its learner is asked for. Other
packages add baselines by an entry point of the group `astrosim.learners`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from astrosim.contracts.loading import find, installed
from astrosim.rules.choices import chosen

Scenario = Any  # the schema imports the table of learners

if TYPE_CHECKING:
    from astrosim.systems.threshold.learners.learner import Learner

HERE = "astrosim.systems.threshold.learners"
BASELINES = {
    name: f"{HERE}.baselines.{name}:LEARNER"
    for name in (
        "one_plus_one",
        "adaptive_monte_carlo",
        "evolution",
        "cma_es",
        "spsa",
        "node_perturbation",
        "reinforce",
        "delta",
        "backpropagation",
    )
}
"""Learners beside astrocytes and neurons; their weights are float64, without a grid."""
LEARNERS = {
    "astrocytes": f"{HERE}.astrocytes:LEARNER",
    "cursor": f"{HERE}.cursor:LEARNER",
    "neurons": f"{HERE}.neurons:LEARNER",
    "both": f"{HERE}.joint:LEARNER",
    "none": f"{HERE}.none:LEARNER",
    **BASELINES,
}
"""``module:name`` by value of `learner`."""
GROUP = "astrosim.learners"
INSTALLED = {name: place for name, place in installed(GROUP).items() if name not in LEARNERS}
"""Baselines of other packages."""
BASELINES |= INSTALLED
LEARNERS |= INSTALLED


@cache
def learner_of(name: str) -> Learner:
    """Return a learner by its name.

    Raises
    ------
    AstrosimError
        If there is no such learner.
    """
    learner: Learner = find(chosen("learner", LEARNERS, name), f'learner = "{name}" needs')
    return learner


def carrier_of(scenario: Scenario) -> Learner:
    """Return the learner whose engines and phases carry out a scenario's trials.

    Neurons and relays in which no astrocytes learn have those of `neurons`.
    """
    alone = scenario.neuronal and not scenario.astrocytic
    return learner_of("neurons" if alone else scenario.learner)
