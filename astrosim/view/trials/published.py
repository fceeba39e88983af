"""Trials of the published system, shot phase by phase."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.published.phases import PublishedPhases
from astrosim.systems.threshold.network.state import bits
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.trials import words
from astrosim.view.trials.film import NO_SYNAPSES, Film, Moment

UNKNOWN = ("present", "sense", "activate")
"""Phases in which no reward is known yet."""
TRIED = ("perturb", "evaluate after")
"""Phases in which changed weights are under test."""


class PublishedCamera:
    """Camera of the published system: astrocytes or the cursor.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``system = "published"``.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.cursor = scenario.learner == "cursor"
        self.twin = PublishedPhases(scenario, seed)
        self.patterns, self.targets = (bits([pair[side] for pair in scenario.task.patterns]) for side in (0, 1))
        self._moments: list[Moment] = []
        self._threshold = np.empty(0)

    def shoot(self, before: dict[str, np.ndarray], after: Any) -> Film:
        """See `Camera.shoot`; arrays of any shape."""
        self.twin.restore(before)
        self._moments, self._threshold = [], self.twin.thresholds
        number = self.twin.trial
        self.twin.carry_out(self._note)
        own = self.twin.under_way
        compared = (own.before, own.after) if own.eligible.size else ()
        rewards = np.array([[own.before], [own.after]], np.float32)
        moved = own.eligible.astype(np.int32)
        return Film(
            number, self._sentence(), compared, self._decision(), tuple(self._moments), moved, rewards, (own.pattern,)
        )

    def _decision(self) -> int:
        own = self.twin.under_way
        return KEPT if own.kept else REVERTED if own.eligible.size else IDLE

    def _sentence(self) -> str:
        own = self.twin.under_way
        if self.cursor and not own.eligible.size:
            return words.NO_REACH
        names = ["the cursor"] if self.cursor else words.names_of(own.active, own.explored)
        return words.decided(names, own.eligible.size, (own.before, own.after), self._decision())

    def _note(self, phase: str) -> None:
        twin, own = self.twin, self.twin.under_way
        known = phase not in (*UNKNOWN, *TRIED, "evaluate before")
        arrays: dict[str, np.ndarray] = {
            "outputs": twin.probe(),
            "eligible": own.eligible.astype(np.int32) if known or phase in TRIED else NO_SYNAPSES,
        }
        if not self.cursor:
            arrays |= {"score": own.score.astype(np.float32), "threshold": twin.thresholds.astype(np.float32)}
        if phase in TRIED:
            arrays["weight"] = twin.weights().astype(np.float32)
        compared: tuple[float, ...] = (own.before,) if phase in ("evaluate before", "perturb") else ()
        if np.isfinite(own.after):
            compared = own.before, own.after
        decision = self._decision() if known else None
        told = self._told(phase, compared)
        self._moments.append(Moment(phase, told, arrays, tuple(own.active), compared, decision))

    def _told(self, phase: str, compared: tuple[float, ...]) -> str:
        own = self.twin.under_way
        told = {
            "present": lambda: words.presented([own.pattern], self.patterns, self.targets),
            "sense": lambda: words.sensed(own.score),
            "activate": lambda: words.chosen(words.names_of(own.active, own.explored)),
            "evaluate before": lambda: words.evaluated(compared),
            "perturb": lambda: words.stepped(own.eligible.size),
            "evaluate after": lambda: words.evaluated(compared),
            "adapt": lambda: words.adapted(self._threshold, self.twin.thresholds),
        }
        return told[phase]() if phase in told else self._sentence()
