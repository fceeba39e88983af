"""A trial of the published system phase by phase, in the program's order of draws, for those who look on.

Every formula is the kernel's. A perturbation is tried by `attempt` against a reward that any other beats; what it gives
is then compared. From the same state it leaves the same state as the kernel's loops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.core.mulberry import draw
from astrosim.systems.published.engine import PublishedEngine
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.astrocytes import activate, adapt_thresholds, remember_outcome
from astrosim.systems.published.kernel.circuit import code_of, find_direct
from astrosim.systems.published.kernel.cursor import collect_flagged, flag_neurons, move
from astrosim.systems.published.kernel.pass_cache import refresh
from astrosim.systems.published.kernel.perturbation import attempt

BEATEN = -np.inf  # a reward before that any reward after beats


@dataclass
class PublishedTrial:
    """Results that the phases of one trial hand on.

    Attributes
    ----------
    pattern : int
    score : ndarray of float64, shape (astrocyte,)
        nan where nobody senses.
    active, explored : list
        Astrocytes that act, and whether each does so by exploration alone.
    eligible : ndarray of int64, shape (synapse,)
    before, after : float
        Soft rewards.
    kept : bool
    """

    pattern: int = 0
    score: np.ndarray = field(default_factory=lambda: np.full(c.ASTROCYTES, np.nan))
    active: list[int] = field(default_factory=list)
    explored: list[bool] = field(default_factory=list)
    eligible: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    before: float = np.nan
    after: float = np.nan
    kept: bool = False


class PublishedPhases(PublishedEngine):
    """The published system, whose trials can be carried out phase by phase; parameters are those of the engine.

    Attributes
    ----------
    under_way : PublishedTrial
    """

    def __init__(self, scenario: Any, seed: int) -> None:
        super().__init__(scenario, seed)
        self.under_way = PublishedTrial()

    def carry_out(self, after_phase: Callable[[str], None]) -> None:
        """Carry out one trial; `after_phase` is called with the name of each phase, and may only read."""
        self.under_way = PublishedTrial()
        for name in ("present", "sense", "activate", "evaluate before", "perturb", "evaluate after", "decide", "adapt"):
            getattr(self, "_" + name.replace(" ", "_"))()
            after_phase(name)
        self._state.last_pattern[0] = self.under_way.pattern
        after_phase("record")

    def _present(self) -> None:
        self.under_way.pattern = int(draw(self._state.generator) * c.PATTERNS)

    def _refresh(self, row: int) -> None:
        refresh(self._circuit, self._territories, self._traffic, self._state.weight, self._standing, row)

    def _sense(self) -> None:
        own, state = self.under_way, self._state
        first = state.trial[0] % c.TRIALS_PER_EPISODE == 0
        self._sensed = c.PATTERNS + own.pattern if first else int(state.last_pattern[0])
        self._refresh(self._sensed)
        if self._learner == "astrocytes":
            own.score = self._standing.score[self._sensed].copy()

    def _activate(self) -> None:
        own, state = self.under_way, self._state
        if self._learner != "astrocytes":
            return
        active, explored = np.empty(c.MAX_ACTIVE, np.int64), np.empty(c.MAX_ACTIVE, np.bool_)
        count = activate(own.score, self._standing.ranking[self._sensed], self._rule, state, active, explored)
        own.active, own.explored = active[:count].tolist(), explored[:count].tolist()

    def _evaluate_before(self) -> None:
        self._refresh(self.under_way.pattern)
        self.under_way.before = float(self._standing.soft[self.under_way.pattern])

    def _perturb(self) -> None:
        own, state = self.under_way, self._state
        collected, place = self._collected()
        own.eligible = collected.astype(np.int64)
        self._kept_weight = state.weight.copy()
        if collected.size:
            attempt(self._circuit, state, own.pattern, BEATEN, collected, place, self._scratch)

    def _collected(self) -> tuple[np.ndarray, np.ndarray]:
        """Eligible synapses in the program's order, and the places of direct ones among them."""
        own, state = self.under_way, self._state
        if self._learner == "astrocytes":
            code = code_of(np.array(own.active, np.int64), len(own.active))
            return self._collections.collected[code, : self._collections.size[code]], self._collections.place[code]
        circuit, synapses = self._circuit, len(self._network.pre)
        low, high = (np.ascontiguousarray(end(circuit.position, axis=0)) for end in (np.min, np.max))
        move(state.generator, state.cursor, low, high)
        flag, place_of = np.zeros(c.NEURONS, np.bool_), np.empty(synapses, np.int16)
        collected, place = np.empty(synapses + 1, np.int16), np.empty((c.INPUTS, c.OUTPUTS), np.int16)
        count = 0
        if flag_neurons(circuit, state.cursor, flag, c.CURSOR_RADIUS):
            count = collect_flagged(circuit, flag, collected, place_of)
            find_direct(circuit.direct, place_of, place)
        return collected[:count], place

    def _evaluate_after(self) -> None:
        if self.under_way.eligible.size:
            self._standing.valid[:] = False
            self._refresh(self.under_way.pattern)
            self.under_way.after = float(self._standing.soft[self.under_way.pattern])

    def _decide(self) -> None:
        own = self.under_way
        own.kept = own.after > own.before
        if not own.kept:
            self._state.weight[:] = self._kept_weight
            self._standing.valid[:] = False

    def _adapt(self) -> None:
        own, state = self.under_way, self._state
        if self._learner == "astrocytes":
            active, explored = np.array(own.active, np.int64), np.array(own.explored, np.bool_)
            remember_outcome(state, active, explored, own.pattern, own.kept)
        state.trial[0] += 1
        if self._learner == "astrocytes" and state.trial[0] % c.INTERVAL == 0:
            adapt_thresholds(state)

    @property
    def thresholds(self) -> np.ndarray:
        """Present thresholds: float64, shape (astrocyte,)."""
        return self._state.threshold.copy()
