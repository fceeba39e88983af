"""Baseline: a learner with the network, task and scalar reward of astrocytes, and one update per trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from astrosim.systems.threshold.learners.learner import Learner
from astrosim.systems.threshold.scenario.baseline_section import Rival

Scenario = Any  # the schema imports the table of learners

HERE = "astrosim.systems.threshold.learners.baselines"
ENGINES = {"kernel": f"{HERE}.engine:BaselineEngine"}
ASCENT = ("learning_rate", "optimiser")
"""Fields that `gradient_ascent.climb` reads."""
IDLE_PHASE = "nothing (no astrocytes)"


def once(rival: Rival) -> int:
    """Return 1: every pattern is shown once per update."""
    return 1


def ascends(source: str) -> Callable[[Rival], str]:
    """Return the words of a decision that climbs; `source` names the direction, such as an estimate."""
    return lambda rival: f"up the {source}; {rival.optimiser}, learning rate {rival.learning_rate:g}"


@dataclass(frozen=True, kw_only=True)
class Baseline(Learner):
    """Baseline learner.

    Attributes
    ----------
    reads : tuple of str
        Fields of the section `rival` that it reads.
    update : callable or None
        Carries out one update: (circuit, numbers, memory, room, weight, trial) to the decision; None if the baseline
        has an engine of its own.
    shown : callable
        Number of times that an update shows every pattern, from the section `rival`.
    perturbed, decided : callable
        The phases of these names in words, from the section `rival`.
    before, judged : str
        The two evaluations in words; ``{judged}`` is replaced by the argument of `words`.
    refreshed : str
        Quantities that it adapts beside the weights; empty if none.
    keeps : bool
        Whether it keeps or reverts a step of all weights.
    rewarded : bool
        Whether `decision.reward` judges it.
    onto_outputs : bool
        Whether only synapses onto the task's outputs learn.
    """

    engines: Mapping[str, str] = field(default_factory=lambda: ENGINES)
    reads: tuple[str, ...]
    update: Callable[..., Any] | None = None
    shown: Callable[[Rival], int] = once
    perturbed: Callable[[Rival], str] = lambda rival: "nothing"
    decided: Callable[[Rival], str]
    before: str = "nothing"
    judged: str = "{judged}"
    refreshed: str = ""
    keeps: bool = False
    rewarded: bool = True
    onto_outputs: bool = False

    def passes(self, scenario: Scenario) -> int:
        """Return the passes of an update."""
        return len(scenario.task.patterns) * self.shown(scenario.rival)

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words."""
        told = {
            "evaluate before": self.before.format(judged=judged),
            "perturb": self.perturbed(scenario.rival),
            "evaluate after": f"{self.passes(scenario)} passes per update; {self.judged.format(judged=judged)}",
            "decide": f"{self.decided(scenario.rival)}; clipped to +-{scenario.perturbation.limit:g}",
            "adapt": f"{self.refreshed} of the rival" if self.refreshed else IDLE_PHASE,
        }
        return told.get(phase, IDLE_PHASE)
