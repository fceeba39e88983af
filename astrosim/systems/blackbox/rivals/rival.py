"""Rival: an algorithm that asks for the rewards of proposals and moves by them. Coordinates, seeds and errors of all.

A rival works in coordinates z, which start at 0: parameters = start + scale x z. Larger rewards are better. Proposals
are a function of the state alone, so that nothing but arrays and a count of generations has to be stored.

Draws: stream `blackbox_rival`, trial = generation; index by sheet (one per pair, or per proposal) and parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.errors import RunError
from astrosim.core.rng import stream_key
from astrosim.rules.draws import gaussians

BLOCK = 4  # numbers that are drawn together
STREAM = "blackbox_rival"


class Rival(Protocol):
    """Algorithm that is asked for proposals and told their rewards."""

    def ask(self) -> np.ndarray:
        """Return the parameters to evaluate, the same until `tell`: float64, shape (proposal, parameter)."""

    def tell(self, rewards: np.ndarray) -> None:
        """Go on to the next generation; rewards: shape (proposal,), in the order of `ask`; larger is better."""

    @property
    def mean(self) -> np.ndarray:
        """Parameters that are judged: float64, shape (parameter,)."""

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each of its own shape."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state()` of the same rule, start, scale, seed and settings, to the same bits."""


class Generations:
    """Rival by generations; the algorithms fill in `_initial`, `_propose`, `_learn` and, if need be, `_place`.

    Parameters
    ----------
    rule : str
        Name of the algorithm.
    start, scale : ndarray of float64, shape (parameter,)
        Parameters at the start, and the length of one unit of each coordinate.
    seed : int
        0 to 2^64 - 1.
    settings : mapping of str to float
        All settings of the rule.

    Attributes
    ----------
    memory : dict of str to ndarray
        All that changes; `generation` (int64, shape (1,)) counts those that were told.
    population : int
        Proposals per generation.
    """

    sheets_per_proposal: ClassVar[float] = 1.0
    """Gaussian vectors that are drawn per proposal: 0.5 for algorithms that step both ways."""

    def __init__(
        self, rule: str, start: np.ndarray, scale: np.ndarray, seed: int, settings: Mapping[str, float]
    ) -> None:
        self.rule, self.start, self.scale, self.settings = rule, start, scale, settings
        self.key = stream_key(seed, STREAM)
        self.population = int(settings["population"])
        self.memory = {"generation": np.zeros(1, np.int64), **self._initial()}
        self._asked: np.ndarray | None = None
        self._drawn: tuple[int, np.ndarray] | None = None

    def _initial(self) -> dict[str, np.ndarray]:
        """Return the arrays that change, before the first generation."""
        raise NotImplementedError

    def _propose(self) -> np.ndarray:
        """Return the proposals of the present generation: float64, shape (proposal, parameter)."""
        raise NotImplementedError

    def _learn(self, rewards: np.ndarray) -> None:
        """Move by the rewards of the present generation."""
        raise NotImplementedError

    def _place(self) -> np.ndarray:
        """Return the coordinates that are judged: float64, shape (parameter,)."""
        return self.memory["centre"]

    @property
    def generation(self) -> int:
        """Generations that were told."""
        return int(self.memory["generation"][0])

    @property
    def mean(self) -> np.ndarray:
        """Parameters that are judged: float64, shape (parameter,)."""
        return self.start + self.scale * self._place()

    def ask(self) -> np.ndarray:
        """Return the parameters to evaluate, the same until `tell`: float64, shape (proposal, parameter).

        Raises
        ------
        RunError
            If one of them is no finite number: the rewards led the algorithm astray.
        """
        if self._asked is None:
            self._asked = self.start + self.scale * self._propose()
        if not np.isfinite(self._asked).all():
            raise RunError(
                f"learner.rule: {self.rule} proposes parameters that are no finite numbers (generation "
                f"{self.generation}). Lower its sigma or its rate."
            )
        return self._asked.copy()

    def tell(self, rewards: np.ndarray) -> None:
        """Go on to the next generation; rewards: shape (proposal,), in the order of `ask`; larger is better.

        Raises
        ------
        RunError
            If a reward is no finite number, or their number is not that of the proposals.
        """
        told = np.array(rewards, dtype=np.float64)
        if told.shape != (self.population,):
            raise RunError(
                f"learner.rule: {self.rule} was told rewards of shape {told.shape}. Tell one for each proposal, "
                f"({self.population},)."
            )
        bad = np.flatnonzero(~np.isfinite(told))
        if bad.size:
            raise RunError(
                f"learner.rule: {self.rule} was told a reward that is no finite number ({told[bad[0]]}, proposal "
                f"{bad[0]} of generation {self.generation}). Rewards must be finite."
            )
        self._learn(told)
        self.memory["generation"] += 1
        self._asked = None

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each of its own shape."""
        return copy_arrays(self.memory)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state()` of the same rule, start, scale, seed and settings, to the same bits."""
        restore_arrays(self.memory, state)
        self._asked = None

    def _noise(self) -> np.ndarray:
        """Return the N(0, 1) numbers of the present generation: float64, shape (sheet, parameter)."""
        if self._drawn is None or self._drawn[0] != self.generation:
            wide = -(-self.start.size // BLOCK) * BLOCK
            drawn = np.empty((round(self.population * self.sheets_per_proposal), wide))
            for sheet, row in enumerate(drawn):
                gaussians(self.key, self.generation, sheet, row)
            self._drawn = self.generation, drawn
        return self._drawn[1][:, : self.start.size]


class Pairs(Generations):
    """Rival whose proposals are pairs on opposite sides of a centre: centre + sigma e, centre - sigma e, next pair."""

    sheets_per_proposal = 0.5

    def _width(self) -> np.ndarray | float:
        """Return sigma: shape (parameter,), or one for all."""
        return self.settings["sigma"]

    def _propose(self) -> np.ndarray:
        steps = self._width() * self._noise()
        sides = np.stack((self.memory["centre"] + steps, self.memory["centre"] - steps), axis=1)
        return sides.reshape(self.population, -1)
