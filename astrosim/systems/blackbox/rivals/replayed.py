"""Rivals of the package `cmaes`, which are stored as the rewards that they were told; see `rules.covariance`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from astrosim.core.errors import RunError
from astrosim.rules.covariance import ReplayedStrategy
from astrosim.systems.blackbox.rivals.rival import Generations

TOLD = "told"  # name in a state of the rewards of all generations


class Replayed(Generations):
    """Rival that carries out a strategy of the package; see `Generations`. Draws: index 0, a seed per generation."""

    def _strategy_class(self) -> Any:
        """Return the class of the package."""
        raise NotImplementedError

    def _initial(self) -> dict[str, np.ndarray]:
        strategy, sigma = self._strategy_class(), self.settings["sigma"]
        size, population = self.start.size, self.population
        self._strategy = ReplayedStrategy(
            lambda: strategy(mean=np.zeros(size), sigma=sigma, population_size=population), self.key
        )
        return {}

    def _propose(self) -> np.ndarray:
        return np.array(self._strategy.ask())

    def _learn(self, rewards: np.ndarray) -> None:
        try:
            self._strategy.tell(rewards)
        except (AssertionError, np.linalg.LinAlgError) as error:
            raise RunError(
                f"learner.rule: {self.rule} cannot go on after generation {self.generation} ({error}). Lower its sigma."
            ) from error

    def _place(self) -> np.ndarray:
        return self._strategy.mean

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change; the rewards have shape (generation, proposal)."""
        return super().state() | {TOLD: self._strategy.told}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state()` of the same rule, start, scale, seed and settings, to the same bits.

        Raises
        ------
        ValueError
            If the state is that of another rule or another population.
        """
        told = state.get(TOLD)
        if told is None or told.ndim != 2 or told.shape[1] != self.population:
            raise ValueError(f"the saved array {TOLD!r} does not fit this scenario and seed")
        super().restore(state)
        self._strategy.restore(told)
