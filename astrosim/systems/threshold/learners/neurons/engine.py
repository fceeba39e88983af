"""Fast engine of neurons that learn by themselves."""

from __future__ import annotations

import numpy as np

from astrosim.store.variables import Decisions
from astrosim.systems.threshold.learners.neurons.kernel import learn
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.network.trace import NOTHING
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
        done, tracer = 0, self.tracer
        while done < len(log.pattern):
            stop = len(log.pattern) if tracer is None else min(len(log.pattern), done + tracer.stretch(self.trial))
            self._stretch(log.pattern[done:stop], log.decision[done:stop])
            done = stop

    def _stretch(self, patterns: np.ndarray, decisions: np.ndarray) -> None:
        """Carry out trials that one trace can hold: one for each row of the logs, uint16 and int8, shape (trial,)."""
        trial, tracer = self.trial, self.tracer
        traced = NOTHING if tracer is None else tracer.rows(trial, len(patterns))
        learn(self.circuit, self.numbers, self.learning, *self._scratch, self._look, traced, patterns, decisions)
        if tracer is not None:
            tracer.take(trial, traced)
