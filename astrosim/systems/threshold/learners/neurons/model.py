"""Readable engine of neurons that learn by themselves: a Mesa model whose agents carry out each phase of a trial.

One Mesa time unit is one trial: Mesa's heartbeat event calls `NeuronModel.step`, which walks `NEURON_PHASES`. From the
same seed it gives the same bits as the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from mesa.discrete_space import Cell, OrthogonalMooreGrid

from astrosim.core.phases import NEURON_PHASES, Phase
from astrosim.store.variables import IDLE, Decisions
from astrosim.systems.threshold.agents.trial_state import nothing
from astrosim.systems.threshold.learners.neurons.agents import LearningNeuron
from astrosim.systems.threshold.learners.neurons.phases import NeuronPhases
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.learners.neurons.state import REMEMBERED, TRIALS
from astrosim.systems.threshold.network.state import NOT_SOLVED
from astrosim.systems.threshold.scenario.schema import Scenario


class NeuronModel(NeuronPhases, NeuronSimulation):
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
    after_phase : callable
        Called with the name of each phase once it is carried out; it may read everything and must change nothing.
    """

    phases: ClassVar[tuple[Phase, ...]] = NEURON_PHASES

    def __init__(self, scenario: Scenario, seed: int) -> None:
        # Mesa hands the positional arguments on to NeuronSimulation.
        super().__init__(scenario, seed, rng=seed)  # type: ignore[call-arg]
        plane = self.circuit.position[:, :2]
        self.corner = plane.min(axis=0)
        cells = np.floor((plane.max(axis=0) - self.corner) / scenario.network.cell_size).astype(int) + 1
        self.grid = OrthogonalMooreGrid(tuple(cells.tolist()), random=self.random)
        self.neurons = [LearningNeuron(self, n) for n in range(self.placed.kind.size)]
        self.eligibility = np.zeros(self.placed.post.size)
        self._phases = [getattr(self, "_" + phase.name) for phase in self.phases]
        self.after_phase: Callable[[str], None] = nothing
        self._log = Decisions(np.empty(0, np.uint16), np.empty(0, np.int8), np.empty((0, 0), np.int32))
        self._row = self._pattern = 0
        self._verdict = IDLE

    def cell_of(self, neuron: int) -> Cell:
        """Return the cell of the grid at the place of a neuron."""
        place = self.circuit.position[neuron, :2] - self.corner
        x, y = (place // self.resolved_scenario.network.cell_size).astype(int)
        return self.grid[(int(x), int(y))]

    def _learn(self, log: Decisions) -> None:
        self._log, self._row = log, 0
        if len(log.pattern):
            self.run_for(len(log.pattern))

    def step(self) -> None:
        """Carry out one trial: all its phases in order."""
        for phase, carry_out in zip(self.phases, self._phases, strict=True):
            carry_out()
            self.after_phase(phase.name)
        state = self.learning
        state.counter[TRIALS] += 1
        state.spent[:] += 1
        if state.solved.size and state.solved[0] == NOT_SOLVED and self.accuracy() == 1.0:
            state.solved[:] = self.trial, state.spent[0]

    @property
    def shown(self) -> int:
        """The pattern of the present trial."""
        return self._pattern

    @property
    def verdict(self) -> int:
        """KEPT or REVERTED: the change of the trial before; IDLE where changes are not provisional."""
        return self._verdict

    def _present(self) -> None:
        self._pattern = self._shown()
        self.learning.output[:] = self._driven_by(self._pattern)

    def _propagate(self) -> None:
        for neuron in self.neurons:
            if neuron.driven:
                neuron.count()
        for cycle in range(self.numbers.cycles):
            self.learning.output[:], _ = self._cycle(self.learning.output)
            if self.numbers.every_cycle or cycle == self.numbers.cycles - 1:
                for neuron in self.neurons:
                    if not neuron.driven:
                        neuron.count()

    def _record(self) -> None:
        if self.tracer is not None:
            accuracy = float(self.learning.accuracy[self.trial % REMEMBERED])
            self.tracer.note(self.trial, accuracy, np.nan, self.placed.post.size, self.learning.output)
        if self._row < len(self._log.pattern):
            self._log.pattern[self._row], self._log.decision[self._row] = self._pattern, self._verdict
            self._row += 1
