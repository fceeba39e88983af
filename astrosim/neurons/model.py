"""The readable engine of neurons that learn by themselves: a Mesa model whose agents carry out each phase of a trial.

One Mesa time unit is one trial: Mesa's heartbeat event calls `NeuronModel.step`, which walks `NEURON_PHASES`. From the
same seed it gives the same bits as the kernel.
"""

from __future__ import annotations

import mesa
import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid

from astrosim.neurons.agents import LearningNeuron
from astrosim.neurons.cell import NeuronCell
from astrosim.neurons.state import KEPT, REMEMBERED, REVERTED, TRIALS
from astrosim.phases import NEURON_PHASES
from astrosim.records import IDLE, Decisions
from astrosim.records import KEPT as STANDS
from astrosim.records import REVERTED as FALLS
from astrosim.rng import below
from astrosim.rules import diffusion, outcome, weights
from astrosim.scenario.schema import Scenario


class NeuronModel(mesa.Model, NeuronCell):
    """Neurons on a 2-D Mesa grid, over which they keep their exact places in space.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``learner = "neurons"``.
    seed : int

    Attributes
    ----------
    grid : mesa.discrete_space.OrthogonalMooreGrid
        Cells of edge `network.cell_size`.
    neurons : list of LearningNeuron
    eligibility : ndarray of float64, shape (synapse,)
        Of the present trial.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        # Mesa hands the positional arguments on to NeuronCell.
        super().__init__(scenario, seed, rng=seed)  # type: ignore[call-arg]
        plane = self.circuit.position[:, :2]
        self.corner = plane.min(axis=0)
        cells = np.floor((plane.max(axis=0) - self.corner) / scenario.network.cell_size).astype(int) + 1
        self.grid = OrthogonalMooreGrid(tuple(cells.tolist()), random=self.random)
        self.neurons = [LearningNeuron(self, n) for n in range(self.placed.kind.size)]
        self.eligibility = np.zeros(self.placed.post.size)
        self._phases = [getattr(self, "_" + phase.name) for phase in NEURON_PHASES]
        self._log = Decisions(np.empty(0, np.uint16), np.empty(0, np.int8), np.empty((0, 0), np.int32))
        self._row = self._pattern = 0
        self._verdict = IDLE

    def _learn(self, log: Decisions) -> None:
        self._log, self._row = log, 0
        if len(log.pattern):
            self.run_for(len(log.pattern))

    def step(self) -> None:
        """One trial: all its phases in order."""
        for phase in self._phases:
            phase()
        self.learning.counter[TRIALS] += 1

    def _present(self) -> None:
        patterns, state = self.circuit.patterns, self.learning
        self._pattern = self.trial % len(patterns)
        if self.numbers.random_order:
            self._pattern = int(below(self.circuit.key, self.trial, 0, len(patterns)))
        if not self.numbers.persists:
            state.output[:] = 0
        state.output[self.circuit.driven] = 0
        state.output[self.circuit.inputs] = patterns[self._pattern]
        state.passes[self.circuit.driven] += 1
        state.fired[self.circuit.inputs] += patterns[self._pattern]

    def _propagate(self) -> None:
        free = [neuron for neuron in self.neurons if not neuron.driven]
        for cycle in range(self.numbers.cycles):
            before = self.learning.output.copy()
            for neuron in free:
                neuron.output = neuron.fires(neuron.integrate(before))
            if self.numbers.every_cycle or cycle == self.numbers.cycles - 1:
                for neuron in free:
                    neuron.count()

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
        state, trial = self.learning, self.trial
        answer = state.output[self.circuit.outputs]
        accuracy = int((answer == self.circuit.targets[self._pattern]).sum()) / answer.size
        self._verdict = IDLE
        if self.numbers.provisional and trial > 0:
            falls = weights.falls_back(accuracy, state.accuracy[(trial - 1) % REMEMBERED])
            if falls:
                state.weight[:] = state.saved
            self._verdict = FALLS if falls else STANDS
            state.counter[REVERTED if falls else KEPT] += 1
        state.accuracy[trial % REMEMBERED] = accuracy
        state.answer[trial % REMEMBERED] = int("".join(map(str, answer)), 2)

    def _release(self) -> None:
        numbers, trial = self.numbers, self.trial
        radius = diffusion.annealed_radius(numbers.radius, numbers.last_radius, trial, numbers.trials)
        for place, (source, distance) in enumerate(zip(self.circuit.source, self.circuit.distance, strict=True)):
            amount = self._amount(place, self.neurons[source])
            if amount != 0.0:
                for neuron in self.neurons:
                    if distance[neuron.index] <= radius:
                        neuron.absorb(amount, distance[neuron.index])

    def _amount(self, place: int, source: LearningNeuron) -> float:
        """What a source (its place among them) releases in the present trial."""
        numbers, trial = self.numbers, self.trial
        if numbers.per_output:
            wanted = self.circuit.targets[self._pattern, place] != 0
            return outcome.per_output(source.output != 0, wanted)
        if not diffusion.is_open(place, len(self.circuit.source), trial, numbers.cycling):
            return 0.0
        reward = outcome.centred(self.learning.accuracy[trial % REMEMBERED])
        return outcome.shaped(reward, numbers.exponent, outcome.blend(trial + 1, numbers.shape_from, numbers.shape_to))

    def _change(self) -> None:
        if self.numbers.provisional:
            self.learning.saved[:] = self.learning.weight
        for neuron in self.neurons:
            neuron.change(self.trial)

    def _record(self) -> None:
        if self._row < len(self._log.pattern):
            self._log.pattern[self._row], self._log.decision[self._row] = self._pattern, self._verdict
            self._row += 1
