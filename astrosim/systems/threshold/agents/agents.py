"""Neurons, astrocytes and the cursor as Mesa agents on a 2-D grid: row views over the arrays of a cell.

Agents hold no numbers of their own: every attribute reads and writes through to the arrays that the kernel steps, and
every formula is one of `astrosim.rules`. Murray 2026, sections 3 and 4.
"""

from __future__ import annotations

from math import nan
from typing import Any, ClassVar

import numpy as np
from mesa.discrete_space import CellAgent, FixedAgent

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import CURSOR, EXPLORATION, uniform
from astrosim.rules import (
    adaptation,
    coupling,
    cursor,
    exploration,
    neuron_models,
    perturbation,
    propagation,
    selection,
    sensing,
)
from astrosim.rules.perturbation import on_grid
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.agents.closed import Staying, Wandering
from astrosim.systems.threshold.network.eligibility import near_cursor

AstroModel = Any  # the model imports its agents


class Row:
    """An attribute that is a row of an array of `State`; reads and writes through."""

    def __init__(self, array: str, doc: str) -> None:
        self.array = array
        self.__doc__ = doc

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        return self if agent is None else getattr(agent.model.learning, self.array)[agent.index].item()

    def __set__(self, agent: Any, value: float) -> None:
        getattr(agent.model.learning, self.array)[agent.index] = value


class Synaptic:
    """An agent with synapses of its own: a neuron those that leave it, an astrocyte those of its territory."""

    model: AstroModel
    synapses: np.ndarray  # int32 (synapse,)

    @property
    def weights(self) -> np.ndarray:
        """Weights of its synapses: float32, shape (synapse,), a copy. What is set is rounded to the grid.

        Raises
        ------
        ValueError
            If a weight that is set lies beyond `perturbation.limit`.
        """
        return self.model.learning.weight[self.synapses]

    @weights.setter
    def weights(self, values: Any) -> None:
        """Set the weights of its synapses, rounded to the grid: shape (synapse,), or a scalar for all.

        Raises
        ------
        ValueError
            If one lies beyond `perturbation.limit`.
        """
        limit = self.model.resolved_scenario.perturbation.limit
        wanted = np.broadcast_to(np.asarray(values, np.float64), self.synapses.shape)
        for value in wanted[~(np.abs(wanted) <= limit)][:1]:
            raise ValueError(
                f"weights: beyond perturbation.limit = {limit:g} ({value:g}). Give -{limit:g} to {limit:g}."
            )
        self.model.learning.weight[self.synapses] = on_grid(wanted, limit)


class Neuron(Staying, FixedAgent, Synaptic):
    """A threshold neuron: it computes and does not learn.

    Parameters
    ----------
    model : AstroModel
    index : int
        Row of the neuron in the arrays.
    """

    model: AstroModel
    told = ("kind",)

    def __init__(self, model: AstroModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.cell = model.cell_of(index)
        start, stop = model.kernel_network.arrival_start[index : index + 2]
        self.arrivals = model.kernel_network.arrival[start:stop]
        self.synapses = np.arange(*model.kernel_network.first[index : index + 2], dtype=np.int32)

    @property
    def position(self) -> np.ndarray:
        """Place in the plane: float64, shape (2,), units."""
        return self.model.network.position[self.index]

    @property
    def kind(self) -> str:
        """One of `NEURON_KINDS`."""
        return NEURON_KINDS[self.model.network.kind[self.index]]

    @property
    def cluster(self) -> int:
        """Number of the neuron's cluster."""
        return int(self.model.network.cluster[self.index])

    @property
    def fired(self) -> bool:
        """Whether it fired in the last pass that stands."""
        return bool(self.model.fired[self.index])

    @property
    def silenced(self) -> bool:
        """Whether an intervention keeps it from firing; set by hand, it lasts until the model is restored."""
        return not self.model.kernel_network.sound[self.index]

    @silenced.setter
    def silenced(self, silent: bool) -> None:
        self.model.interventions.silence(self.model, "neurons", self.index, silent)

    def integrate(self, fired: np.ndarray) -> float:
        """Return summed input from the neurons that fired (bool, shape (neuron,)); 0 while it is silenced."""
        if self.silenced:
            return 0.0
        return propagation.summed_input(self.model.learning.weight, self.arrivals, self.model.kernel_network.pre, fired)

    def voltage(self, before: float, fired: bool, total: float) -> float:
        """Return the voltage after a cycle, from that before it, whether it fired, and its summed input."""
        own = self.model.params.network
        return neuron_models.voltage(own.model, own.leak, before, fired, total)

    def fires(self, activation: float) -> bool:
        """Return whether a summed input makes it fire."""
        return propagation.fires(activation, self.model.params.network.threshold)


class Astrocyte(Staying, FixedAgent, Synaptic):
    """A learner with a fixed territory: it senses, explores, perturbs and adapts. Override a phase to change it.

    A method that is overridden runs on the agents engine. The formulas `score_of`, `exploration_rate_of`, `step_of` and
    `adapted` are those of `astrosim.rules`; a subclass that replaces one by a static method that numba compiles runs on
    both engines, with the same bits.

    Parameters
    ----------
    model : AstroModel
    index : int
        Row of the astrocyte in the arrays.

    Attributes
    ----------
    state_names : tuple of str
        Attributes that a subclass adds and that change (numbers or arrays): checkpoints keep them.
    """

    model: AstroModel
    state_names: ClassVar[tuple[str, ...]] = ()
    told = ("threshold", "activations")
    score_of = staticmethod(sensing.score)
    exploration_rate_of = staticmethod(exploration.exploration_rate)
    step_of = staticmethod(perturbation.step)
    adapted = staticmethod(adaptation.adapted)
    score = Row("score", "Activation score of the present trial.")
    threshold = Row("threshold", "Activation threshold.")
    activations = Row("activations", "Activations so far.")
    successes = Row("successes", "Activations whose perturbation was kept.")
    explorations = Row("explorations", "Activations by exploration.")
    outcomes = Row("outcomes", "Outcomes so far, remembered or not.")
    recent = Row("recent", "Kept perturbations within the window.")
    calcium = Row("calcium", "Calcium; only where astrocytes are coupled.")
    sent = Row("sent", "Trial in which it sent its last wave; only where astrocytes are coupled.")
    recruitments = Row("recruitments", "Activations by a score that calcium alone brought above threshold.")

    def __init__(self, model: AstroModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.cell = model.cell_at(self.position)
        self.neurons = model.territories.neurons[index]
        self.synapses = model.territories.synapses[index]
        self.own_score = self.arrived = 0.0

    @property
    def position(self) -> np.ndarray:
        """Place in the plane: float64, shape (2,), units."""
        return self.model.territories.position[self.index]

    @property
    def neighbours(self) -> np.ndarray:
        """Astrocytes that it shares open gap junctions with: int32 numbers, shape (neighbour,), ascending."""
        start, stop = self.model.kernel_network.gap_start[self.index : self.index + 2]
        return self.model.kernel_network.gap[start:stop]

    @property
    def cluster(self) -> int:
        """Number of the astrocyte's cluster."""
        return int(self.model.territories.cluster[self.index])

    @property
    def exploration_rate(self) -> float:
        """Present probability of spontaneous activation, a trial."""
        r = self.model.params.population
        return type(self).exploration_rate_of(r.exploration, self.activations, r.flat_rate, r.initial_rate, r.maturity)

    @property
    def success_rate(self) -> float:
        """Fraction of kept perturbations among the remembered ones; nan before the first outcome."""
        window = self.model.params.population.window
        return adaptation.success_rate(self.recent, self.outcomes, window) if self.outcomes else nan

    @property
    def territory_neurons(self) -> int:
        """Number of neurons in the territory."""
        return self.neurons.size

    @property
    def territory_synapses(self) -> int:
        """Number of synapses in the territory."""
        return self.synapses.size

    @property
    def silenced(self) -> bool:
        """Whether an intervention keeps it from sensing, acting and adapting; set by hand, it lasts until a restore."""
        return not self.model.kernel_network.acts[self.index]

    @silenced.setter
    def silenced(self, silent: bool) -> None:
        self.model.interventions.silence(self.model, "astrocytes", self.index, silent)

    def sense(self) -> None:
        """Set the score from the last pass that stands; it is 0 while silenced."""
        model = self.model
        total = sensing.sensed(
            model.params.sensing,
            model.learning.weight,
            self.neurons,
            self.synapses,
            model.kernel_network.pre,
            model.fired,
        )
        self.score = self.own_score = type(self).score_of(total, model.kernel_network.size[self.index])
        if model.params.coupled and not self.silenced:
            self.score = coupling.coupled_score(self.own_score, model.params.coupling.gain, self.calcium)

    def is_above_threshold(self) -> bool:
        """Return whether the score alone makes it active."""
        return selection.above_threshold(self.score, self.threshold)

    @property
    def recruited(self) -> bool:
        """Whether calcium alone brings the score above threshold."""
        return self.is_above_threshold() and not selection.above_threshold(self.own_score, self.threshold)

    def receive(self, trial: int) -> None:
        """Take up what waves bring in this trial, and send it on if it relays; all is lost while silenced."""
        state, own = self.model.learning, self.model.params.coupling
        slot = trial % len(state.arriving)
        amplitude = state.strongest[slot, self.index]
        if not self.silenced:
            self.arrived = state.arriving[slot, self.index]
            if own.relay and coupling.relays(amplitude, own.relay_threshold, trial, self.sent, own.refractory):
                self.send(trial, amplitude)
        state.arriving[slot, self.index] = state.strongest[slot, self.index] = 0.0

    def send(self, trial: int, amplitude: float = 1.0) -> None:
        """Send a wave to all neighbours: an arrival at each, scheduled for when it gets there."""
        system, state = self.model.kernel_network, self.model.learning
        for k in range(system.gap_start[self.index], system.gap_start[self.index + 1]):
            left = coupling.passed_on(amplitude, system.gap_attenuation[k])
            if left > 0.0:
                there = trial + int(system.gap_delay[k])
                slot, other = there % len(state.arriving), system.gap[k]
                state.arriving[slot, other] += left
                state.strongest[slot, other] = max(state.strongest[slot, other], left)
                self.model.schedule_arrival(there, int(other))
        self.sent = trial

    def integrate(self) -> None:
        """Let calcium decay by a trial, and add what has arrived."""
        own = self.model.params.coupling
        self.calcium = coupling.calcium_after(own.calcium, self.calcium, own.decay, own.capacity, self.arrived)
        self.arrived = 0.0

    def explores(self, trial: int) -> bool:
        """Return whether it becomes active spontaneously in this trial."""
        u = uniform(self.model.params.keys[EXPLORATION], trial, self.index)
        return exploration.explores(u, self.exploration_rate)

    def perturb(self, trial: int, synapses: np.ndarray) -> None:
        """Perturb synapses of the territory (int32 numbers, shape (synapse,), each once)."""
        self.model.perturb(trial, synapses)

    def remember(self, patterns: np.ndarray, kept: bool, explored: bool) -> None:
        """Note the outcome of a trial in which it was active; thresholds have not moved since it was sensed.

        Parameters
        ----------
        patterns : ndarray of int64, shape (pattern of the trial,)
        kept : bool
        explored : bool
        """
        state, a = self.model.learning, self.index
        self.outcomes, self.recent = adaptation.remember(state.outcome[a], self.outcomes, self.recent, np.uint8(kept))
        self.activations += 1
        self.successes += kept
        self.explorations += explored
        state.by_pattern[a, patterns] += 1
        own = self.model.params.perturbation
        if own.adapt_sigma:
            state.sigma[a] = perturbation.adapted_sigma(
                state.sigma[a], kept, own.sigma_rise, own.sigma_fall, own.sigma_cap
            )
        if self.model.params.coupled:
            self.recruitments += self.recruited

    def adapt(self) -> None:
        """Move the threshold by recent success; nothing happens before the first outcome, or while silenced."""
        r = self.model.params.population
        if self.outcomes and not self.silenced:
            self.threshold = type(self).adapted(
                self.threshold,
                self.success_rate,
                r.adaptation_step,
                r.upper_success,
                r.lower_success,
                r.floor,
                r.ceiling,
            )

    def state(self) -> dict[str, np.ndarray]:
        """Return the state that a checkpoint keeps of this astrocyte beside the rows of the arrays: by name, a number
        or an array of any shape.

        Raises
        ------
        AstrosimError
            If an attribute of `state_names` is neither.
        """
        kept = {name: np.array(getattr(self, name)) for name in self.state_names}
        for name, value in kept.items():
            if value.dtype.kind not in "biuf":
                what = f"{type(self).__name__}.{name}: neither a number nor an array ({getattr(self, name)!r:.60})"
                raise AstrosimError(f"{what}. Keep numbers, or leave it out of state_names.")
        return kept

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()`: by name, arrays of any shape, of shape () for numbers."""
        for name in self.state_names:
            setattr(self, name, state[name].copy() if state[name].ndim else state[name].item())


class Cursor(Wandering, CellAgent):
    """The wandering point of experiment 020, which perturbs the synapses around it.

    Parameters
    ----------
    model : AstroModel
    """

    model: AstroModel

    def __init__(self, model: AstroModel) -> None:
        super().__init__(model)
        self.cell = model.cell_at(self.position)

    @property
    def position(self) -> np.ndarray:
        """Place in the plane: float64, shape (2,), units."""
        return self.model.learning.cursor

    def move(self, trial: int) -> None:
        """Move: jump anywhere, or step."""
        model, key = self.model, self.model.params.keys[CURSOR]
        low, high = model.box
        cursor.move(self.position, key, trial, low, high, model.params.cursor.jump, model.params.cursor.step)
        self.move_to(model.cell_at(self.position))

    def synapses(self) -> np.ndarray:
        """Return synapses with a neuron within the radius: int32, shape (synapse,), ascending."""
        return near_cursor(self.model.kernel_network, self.model.params.cursor.radius, self.position)

    def perturb(self, trial: int, synapses: np.ndarray) -> None:
        """Perturb synapses (int32 numbers, shape (synapse,), each once)."""
        self.model.perturb(trial, synapses)
