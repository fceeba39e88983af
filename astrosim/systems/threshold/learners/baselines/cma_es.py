"""Separable CMA-ES (Ros & Hansen 2008), by the package `cmaes`, which is given the rewards of a population only.

Draws: stream `rival`, trial = generation, index 0: the seed of that generation's own generator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from cmaes import SepCMA

from astrosim.core.errors import AstrosimError
from astrosim.rules.covariance import ReplayedStrategy
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
    network)); see `astrosim.rules.covariance`.

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
        mean, limit = self.network.initial_weight.astype(np.float64), self.numbers.limit
        if mean.size < FEWEST:
            raise AstrosimError(
                f"learner: cma_es wants {FEWEST} synapses or more ({mean.size}). Write a larger network, or another "
                "learner."
            )

        def make() -> SepCMA:
            return SepCMA(
                mean.copy(),
                self.numbers.sigma,
                bounds=np.tile((-limit, limit), (mean.size, 1)),
                n_max_resampling=0,  # clip at once
                population_size=2 * self.numbers.population,
            )

        self._strategy = ReplayedStrategy(make, self.circuit.key)

    def _rule(self) -> Callable[..., int]:
        return self._generation

    def _generation(self, circuit: Any, numbers: Any, memory: Any, room: Any, weight: np.ndarray, trial: int) -> int:
        """Evaluate one generation and set the weights to the new mean; returns IDLE, as nothing is decided."""
        networks = self._strategy.ask()
        self._strategy.tell(np.array([whole_reward(circuit, numbers, room, network) for network in networks]))
        weight[:] = self._strategy.mean
        return IDLE

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change; the rewards have shape (generation, network)."""
        return super().state() | {TOLD: self._strategy.told}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()` of the same scenario and seed."""
        super().restore(state)
        self._strategy.restore(state[TOLD])


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
