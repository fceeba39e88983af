"""Trial phases of neurons that learn by themselves, on Mesa agents: the part that all such models share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.discrete_space import Cell

from astrosim.core.rng import below
from astrosim.rules import diffusion, modulation, plasticity
from astrosim.store.variables import IDLE
from astrosim.store.variables import KEPT as STANDS
from astrosim.store.variables import REVERTED as FALLS
from astrosim.systems.threshold.learners.neurons.state import (
    KEPT,
    REMEMBERED,
    REVERTED,
    TRIALS,
    Circuit,
    Numbers,
    State,
)

if TYPE_CHECKING:
    from astrosim.systems.threshold.learners.neurons.agents import LearningNeuron
    from astrosim.systems.threshold.learners.neurons.placement import Placed


class NeuronPhases(mesa.Model):
    """Model whose neurons learn by rules of their own.

    Attributes
    ----------
    placed : Placed
    circuit : Circuit
    numbers : Numbers
    neural : State
        The arrays that their learning changes.
    neurons : list of LearningNeuron
    eligibility : ndarray of float64, shape (synapse,)
        Of the present trial.
    """

    placed: Placed
    circuit: Circuit
    numbers: Numbers
    neural: State
    neurons: list[Any]
    eligibility: np.ndarray
    _pattern: int
    _verdict: int

    def cell_of(self, neuron: int) -> Cell:
        """Return the cell of the space that holds a neuron."""
        raise NotImplementedError

    def present_weights(self) -> np.ndarray:
        """Return the weights of the present pass: float64, shape (synapse,)."""
        return self.neural.weight

    @property
    def _number(self) -> int:
        """The present trial, from 0."""
        return int(self.neural.counter[TRIALS])

    def _shown(self) -> int:
        """Return the pattern of the present trial."""
        patterns = len(self.circuit.patterns)
        if self.numbers.random_order:
            return int(below(self.circuit.key, self._number, 0, patterns))
        return self._number % patterns

    def _driven_by(self, pattern: int) -> np.ndarray:
        """Return the firing before the first cycle of a pass: uint8, shape (neuron,)."""
        output = self.neural.output.copy() if self.numbers.persists else np.zeros_like(self.neural.output)
        output[self.circuit.driven] = 0
        output[self.circuit.tonic] = 1
        output[self.circuit.inputs] = self.circuit.patterns[pattern]
        return output

    def _cycle(self, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Advance one synchronous cycle; returns firing (uint8) and summed inputs (float64), shape (neuron,)."""
        summed = np.array([neuron.integrate(output) for neuron in self.neurons])
        sent = [neuron.fires(a) for neuron, a in zip(self.neurons, summed, strict=True)]
        return np.where(self.circuit.driven, output, sent).astype(np.uint8), summed

    def _feel(self) -> None:
        for neuron in self.neurons:
            neuron.feel()

    def _trace(self) -> None:
        for neuron in self.neurons:
            neuron.trace()

    def _flag(self) -> None:
        for neuron in self.neurons:
            neuron.raise_flags()

    def _judge(self) -> None:
        state, trial = self.neural, self._number
        answer = state.output[self.circuit.outputs]
        accuracy = int((answer == self.circuit.targets[self._pattern]).sum()) / answer.size
        self._verdict = IDLE
        if self.numbers.provisional and trial > 0:
            falls = plasticity.falls_back(accuracy, state.accuracy[(trial - 1) % REMEMBERED])
            if falls:
                state.weight[:] = state.saved
            self._verdict = FALLS if falls else STANDS
            state.counter[REVERTED if falls else KEPT] += 1
        state.accuracy[trial % REMEMBERED] = accuracy
        state.answer[trial % REMEMBERED] = int("".join(map(str, answer)), 2)

    def _release(self) -> None:
        numbers, trial = self.numbers, self._number
        radius = diffusion.annealed_radius(numbers.radius, numbers.last_radius, trial, numbers.trials)
        for place, (source, distance) in enumerate(zip(self.circuit.source, self.circuit.distance, strict=True)):
            amount = self._amount(place, self.neurons[source])
            if amount != 0.0:
                for neuron in self.neurons:
                    if distance[neuron.index] <= radius:
                        neuron.absorb(amount, distance[neuron.index])

    def _amount(self, place: int, source: LearningNeuron) -> float:
        """Return the amount that a source (`place` among the sources) releases in the present trial."""
        numbers, trial = self.numbers, self._number
        if numbers.per_output:
            wanted = self.circuit.targets[self._pattern, place] != 0
            return modulation.per_output(source.output != 0, wanted)
        if not diffusion.is_open(place, len(self.circuit.source), trial, numbers.cycling):
            return 0.0
        reward = modulation.centred(self.neural.accuracy[trial % REMEMBERED])
        return modulation.shaped(
            reward, numbers.exponent, modulation.blend(trial + 1, numbers.shape_from, numbers.shape_to)
        )

    def _change(self) -> None:
        if self.numbers.provisional:
            self.neural.saved[:] = self.neural.weight
        for neuron in self.neurons:
            neuron.change(self._number)
