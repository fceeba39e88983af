"""Readable engine of neurons and astrocytes that learn together: a Mesa model of agents of both kinds.

`TogetherModel.step` walks `JOINT_PHASES`. From the same seed it gives the same bits as the kernel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from astrosim.core.phases import JOINT_PHASES, Phase
from astrosim.rules import reward
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.learners.joint.kernel import AT_THRESHOLD
from astrosim.systems.threshold.learners.joint.simulation import JointSimulation
from astrosim.systems.threshold.learners.neurons.agents import LearningNeuron
from astrosim.systems.threshold.learners.neurons.phases import NeuronPhases
from astrosim.systems.threshold.learners.neurons.state import TRIALS
from astrosim.systems.threshold.scenario.schema import Scenario


class TogetherModel(AstroModel, NeuronPhases, JointSimulation):
    """Neurons that learn and astrocytes on a 2-D Mesa grid; parameters and attributes are those of `AstroModel`.

    Parameters
    ----------
    scenario : Scenario, str or Path
        With ``learner = "both"``.
    seed : int
    options
        See `AstroModel`.

    Attributes
    ----------
    neurons : list of LearningNeuron
    eligibility : ndarray of float64, shape (synapse,)
        Of the present trial.
    """

    kind_of_neuron: ClassVar[type] = LearningNeuron
    phases: ClassVar[tuple[Phase, ...]] = JOINT_PHASES

    def __init__(self, scenario: Scenario | str | Path, seed: int = 42, **options: Any) -> None:
        super().__init__(scenario, seed, **options)
        self.eligibility = np.zeros(self.placed.post.size)
        self._pattern, self._verdict = 0, IDLE

    def present_weights(self) -> np.ndarray:
        """Return the weights of the present pass, with its perturbation: float32, shape (blocks * 4,)."""
        return self.learning.weight

    def _present(self) -> None:
        self._pattern = self._shown()
        self._trial.window = np.array([self._pattern], np.int64)
        if self._trial.number % self.params.trials_per_episode == 0:
            self.fired[:] = self._clamped(self._pattern)

    def _pass(self, pattern: int) -> tuple[np.ndarray, np.ndarray]:
        """Run one pass; returns firing (bool, shape (neuron,)) and outputs less thresholds (float64, shape (bit,))."""
        output = self._driven_by(pattern)
        for _ in range(self.numbers.cycles):
            output, summed = self._cycle(output)
        outputs = self.circuit.outputs
        return output.astype(bool), summed[outputs] - self.neural.threshold[outputs]

    def _reward(self, outputs: np.ndarray, pattern: int, rule: int, gain: float = 1.0) -> float:
        targets, cap = self.circuit.targets[pattern], self.params.decision.cap
        return reward.reward(rule, outputs, targets, AT_THRESHOLD, gain, cap)

    def _evaluate_before(self) -> None:
        super()._evaluate_before()
        self.learning.passes[0] += 1

    def _evaluate_after(self) -> None:
        self._trial.fired_after, self._trial.outputs_after = self._passes()
        self.learning.passes[0] += not self._trial.idle

    def _note_solution(self) -> None:
        """Do nothing yet: neurons are still to learn from the trial."""

    def _count(self) -> None:
        self.neural.output[:] = self.fired
        for neuron in self.neurons:
            neuron.count()

    def _adapt(self) -> None:
        super()._adapt()
        super()._note_solution()

    def _record(self) -> None:
        super()._record()
        self.neural.counter[TRIALS] += 1
