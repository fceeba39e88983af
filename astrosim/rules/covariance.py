"""Strategies of the package `cmaes` (Nomura & Shibata 2024), replayable: each generation draws from its own seed.

A strategy itself is never stored: its state is the rewards that it was told, and a new one that is led through the same
generations, which draws but evaluates nothing, goes on with the same bits.

Draws: the stream that is given, trial = generation, index 0: the seed of that generation's own generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from astrosim.core.rng import word


class ReplayedStrategy:
    """Strategy that asks for the rewards of whole generations; larger is better.

    Parameters
    ----------
    make : callable
        Returns a new strategy of `cmaes` in its initial state; arrays that it is given must be its own.
    key : ndarray of uint32, shape (2,)
        Of the stream that seeds the generations.
    """

    def __init__(self, make: Callable[[], Any], key: np.ndarray) -> None:
        self._make, self._key = make, key
        self._begin()

    def _begin(self) -> None:
        self._strategy = self._make()
        self._told: list[np.ndarray] = []
        self._asked: list[np.ndarray] | None = None

    @property
    def mean(self) -> np.ndarray:
        """Mean of the distribution: float64, shape (parameter,)."""
        return self._strategy.mean

    @property
    def told(self) -> np.ndarray:
        """Rewards of all generations: float64, shape (generation, proposal)."""
        return np.array(self._told).reshape(-1, self._strategy.population_size)

    def ask(self) -> list[np.ndarray]:
        """Return the proposals of the present generation, the same until it is told: float64, shape (parameter,)."""
        if self._asked is None:
            self._strategy.reseed_rng(int(word(self._key, len(self._told), 0)))
            self._asked = [self._strategy.ask() for _ in range(self._strategy.population_size)]
        return self._asked

    def tell(self, rewards: np.ndarray) -> None:
        """Go on to the next generation; rewards: float64, shape (proposal,), in the order of `ask`."""
        self._strategy.tell([(one, -float(reward)) for one, reward in zip(self.ask(), rewards, strict=True)])
        self._told.append(rewards)
        self._asked = None

    def restore(self, told: Iterable[np.ndarray]) -> None:
        """Restart, and follow all generations whose rewards are given; each float64, shape (proposal,)."""
        self._begin()
        for rewards in told:
            self.tell(np.asarray(rewards))
