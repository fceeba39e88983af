"""Separable CMA-ES (Ros & Hansen 2008), by the package `cmaes`, which is given the rewards of a population only.

Draws: stream `rival`, trial = generation, index 0: the seed of that generation's own generator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from cmaes import SepCMA

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import word
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import HERE, Baseline
from astrosim.systems.threshold.learners.baselines.engine import OWN, BaselineEngine
from astrosim.systems.threshold.learners.baselines.forward import whole_reward
from astrosim.systems.threshold.scenario.schema import Scenario

FEWEST = 2  # synapses; the strategy needs that many
TOLD = OWN + "told"  # name of the rewards of all generations in a state


class CovarianceEngine(BaselineEngine):
    """Baseline with a library's strategy; see `BaselineEngine`. The weights are the mean of its distribution.

    The strategy itself is not stored: a state holds the rewards that it was given (float64, shape (generation,
    network)), and `restore` leads a new one through the same generations, which draws but evaluates nothing.

    Parameters
    ----------
    scenario : Scenario
        Resolved; ``learner = "cma_es"``.
    seed : int

    Raises
    ------
    AstrosimError
        For a network of fewer than two synapses: no two weights could vary together.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._begin()

    def _begin(self) -> None:
        limit = self.numbers.limit
        mean = self.network.initial_weight.astype(np.float64)
        if mean.size < FEWEST:
            raise AstrosimError(
                f"learner: cma_es wants {FEWEST} synapses or more ({mean.size}). Write a larger network, or another "
                "learner."
            )
        self._told: list[np.ndarray] = []
        self._strategy = SepCMA(
            mean,
            self.numbers.sigma,
            bounds=np.tile((-limit, limit), (mean.size, 1)),
            n_max_resampling=0,  # clip at once
            population_size=2 * self.numbers.population,
        )

    def _rule(self) -> Callable[..., int]:
        return self._generation

    def _generation(self, circuit: Any, numbers: Any, memory: Any, room: Any, weight: np.ndarray, trial: int) -> int:
        """Evaluate one generation and set the weights to the new mean; returns IDLE, as nothing is decided."""
        networks = self._ask(trial)
        self._tell(networks, np.array([whole_reward(circuit, numbers, room, network) for network in networks]))
        weight[:] = self._strategy.mean
        return IDLE

    def _ask(self, trial: int) -> list[np.ndarray]:
        self._strategy.reseed_rng(int(word(self.circuit.key, trial, 0)))
        return [self._strategy.ask() for _ in range(self._strategy.population_size)]

    def _tell(self, networks: list[np.ndarray], rewards: np.ndarray) -> None:
        self._told.append(rewards)
        self._strategy.tell([(network, -float(reward)) for network, reward in zip(networks, rewards, strict=True)])

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change; the rewards have shape (generation, network)."""
        told = np.array(self._told).reshape(-1, self._strategy.population_size)
        return super().state() | {TOLD: told}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()` of the same scenario and seed."""
        super().restore(state)
        self._begin()
        for trial, rewards in enumerate(state[TOLD]):
            self._tell(self._ask(trial), np.asarray(rewards))


LEARNER = Baseline(
    source="Ros & Hansen 2008",
    reads=("population", "sigma"),
    engines={"kernel": f"{HERE}.cma_es:CovarianceEngine"},
    shown=lambda rival: 2 * rival.population,
    perturbed=lambda rival: (
        f"all synapses, {2 * rival.population} networks about the mean; sigma {rival.sigma:g} at first"
    ),
    decided=lambda rival: "the better half's weighted mean stands",
    refreshed="sigma, the variance of every weight, and paths",
)
