"""Updates of baselines, told from the weights before and after them: they have no phases that could be seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.explain.sentence import trial_sentence
from astrosim.store.variables import IDLE, REVERTED
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.learners.baselines.engine import baseline_of
from astrosim.systems.threshold.learners.baselines.forward import whole_reward
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.trials import words
from astrosim.view.trials.film import Film, Moment

SEEN = ("evaluate before", "perturb", "decide")
"""Phases that a film of an update has."""


class UpdateCamera:
    """Camera of a baseline: its update in one piece.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.baseline, self.name = baseline_of(scenario), f"the update by {scenario.learner}"
        self.twin: Any = make_engine(scenario, seed)

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """See `Camera.shoot`; arrays of any shape."""
        twin = self.twin
        twin.restore(before)
        number, weight, outputs = twin.trial, twin.weights(), twin.probe()
        standing = self._reward(twin.learning.weight)
        decision = int(twin.advance(1).decision[0])
        tried = twin.room.trial.copy() if self.baseline.keeps else twin.learning.weight
        reached = self._reward(tried)
        moved = np.flatnonzero(tried[: weight.size] != weight).astype(np.int32)
        outcome = words.OUTCOMES[decision] if decision != IDLE else ""
        told = trial_sentence([self.name], len(moved), standing, reached, outcome)
        compared = standing, reached
        moments = (
            Moment("evaluate before", words.evaluated(compared[:1]), {"outputs": outputs}, (), compared[:1]),
            Moment(
                "perturb",
                words.stepped(len(moved)).replace("random ", ""),
                {"outputs": outputs, "eligible": moved},
                (),
                compared[:1],
            ),
            Moment("decide", told, {"eligible": moved}, (), compared, None if decision == IDLE else decision),
        )
        assert decision != REVERTED or self.baseline.keeps
        return Film(number, told, compared, None if decision == IDLE else decision, moments, moved)

    def _reward(self, weight: np.ndarray) -> float:
        """Reward of all patterns."""
        return float(whole_reward(self.twin.circuit, self.twin.numbers, self.twin.room, weight))
