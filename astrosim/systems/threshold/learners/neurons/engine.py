"""Fast engine of neurons that learn by themselves."""

from __future__ import annotations

import numpy as np

from astrosim.store.variables import Decisions
from astrosim.systems.threshold.learners.neurons.kernel import learn
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.scenario.schema import Scenario


class NeuronEngine(NeuronSimulation):
    """Fast engine of neurons; see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        neurons, synapses = self.placed.kind.size, self.placed.post.size
        self._scratch = np.empty(neurons), np.empty(neurons), np.empty(synapses)
        look = np.empty(neurons, np.uint8), np.zeros(1, np.int64)
        self._look = look if scenario.counts_passes else None

    def _learn(self, log: Decisions) -> None:
        learn(self.circuit, self.numbers, self.learning, *self._scratch, self._look, log.pattern, log.decision)
