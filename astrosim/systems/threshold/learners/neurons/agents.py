"""Neurons that learn by themselves, as Mesa agents: row views over the arrays of a simulation.

Agents hold no numbers of their own, and every formula is one of `astrosim.rules`. A neuron carries the synapses that
reach it: it sums them, judges their eligibility, and changes their weights. Murray 2026, experiments 001 to 018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mesa.discrete_space import FixedAgent

from astrosim.rules import (
    ambient,
    dampening,
    diffusion,
    firing,
    flags,
    frustration,
    homeostasis,
    plasticity,
    propagation,
)
from astrosim.rules import eligibility as quadrants
from astrosim.store.variables import NEURON_KINDS

NeuronPhases = Any  # the phases import their neurons


class Row:
    """Attribute of an agent: its row of an array of `State`, which it reads and writes."""

    def __init__(self, array: str, doc: str) -> None:
        self.array = array
        self.__doc__ = doc

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        return self if agent is None else getattr(agent.model.neural, self.array)[agent.index].item()

    def __set__(self, agent: Any, value: float) -> None:
        getattr(agent.model.neural, self.array)[agent.index] = value


class LearningNeuron(FixedAgent):
    """Threshold neuron and the synapses that reach it.

    Parameters
    ----------
    model : NeuronPhases
        A model in which neurons learn.
    index : int
        Row of the neuron in the arrays.
    """

    model: NeuronPhases
    threshold = Row("threshold", "Firing threshold.")
    output = Row("output", "1 if it fires, else 0.")
    fired = Row("fired", "Number of counts at which it fired.")
    passes = Row("passes", "Number of counts so far.")
    chemical = Row("chemical", "The chemical at its synapses.")

    def __init__(self, model: NeuronPhases, index: int) -> None:
        super().__init__(model)
        self.index = index
        circuit = model.circuit
        self.cell = model.cell_of(index)
        self.arrivals = circuit.arrival[circuit.arrival_start[index] : circuit.arrival_start[index + 1]]
        self.synapses = self.arrivals.tolist()
        near = slice(circuit.near_start[index], circuit.near_start[index + 1])
        self.neighbours = list(zip(circuit.near[near].tolist(), circuit.near_share[near].tolist(), strict=True))
        self.driven, self.adapts = bool(circuit.driven[index]), bool(circuit.adapts[index])
        self.field = 0.0

    @property
    def kind(self) -> str:
        """One of `NEURON_KINDS`."""
        return NEURON_KINDS[self.model.placed.kind[self.index]]

    def integrate(self, output: np.ndarray) -> float:
        """Return the summed input, in the order of the synapses, from the firing (uint8, shape (neuron,))."""
        return propagation.summed_input(self.model.present_weights(), self.arrivals, self.model.circuit.pre, output)

    def fires(self, activation: float) -> bool:
        """Return whether a summed input makes it fire."""
        return bool(firing.at_threshold(activation, self.threshold))

    def count(self) -> None:
        """Count its firing, and move its threshold by homeostasis if it adapts."""
        numbers = self.model.numbers
        self.fired += self.output
        self.passes += 1
        if numbers.homeostasis and self.adapts:
            rate = self.fired / self.passes
            self.threshold = homeostasis.stepped(self.threshold, rate, numbers.target, numbers.homeostasis_step)

    def feel(self) -> None:
        """Sum the ambient field."""
        output, self.field = self.model.neural.output, 0.0
        for neighbour, share in self.neighbours:
            if output[neighbour]:
                self.field += share

    def trace(self) -> None:
        """Compute the eligibility of its synapses."""
        numbers, state, output = self.model.numbers, self.model.neural, self.output != 0
        pre, both, one = self.model.circuit.pre, numbers.both, numbers.one
        for s in self.synapses:
            before = state.output[pre[s]] != 0
            e = quadrants.quadrant(before, output, self.field, both, one, numbers.neither, numbers.level)
            state.history[s] = dampening.history_after(state.history[s], e != 0.0, numbers.history_decay)
            self.model.eligibility[s] = self.dampened(e, state.history[s]) if numbers.dampened else e

    def dampened(self, eligibility: float, history: float) -> float:
        """Return an eligibility times the factors of use, firing rate and surround."""
        numbers = self.model.numbers
        eligibility *= dampening.familiarity(history, numbers.enough)
        if numbers.informed:
            eligibility *= dampening.information(self.fired / self.passes)
        return eligibility * ambient.surround(self.output != 0, self.field, numbers.level)

    def raise_flags(self) -> None:
        """Update the flags of its synapses by their eligibilities.

        Raises
        ------
        ValueError
            If the rule of flags is unknown.
        """
        n, state = self.model.numbers, self.model.neural
        for s in self.synapses:
            e, flag = self.model.eligibility[s], state.flag[s]
            if n.flag == flags.SIGNED:
                state.flag[s] = flags.signed(flag, e, n.flag_gain, n.flag_decay)
            elif n.flag == flags.SIMPLE:
                state.flag[s] = flags.simple(flag, e, n.flag_gain, n.flag_decay)
            elif n.flag == flags.CONSISTENT:
                last = state.way[s]
                if e != 0.0:
                    state.streak[s] = flags.streak_after(state.streak[s], last, e)
                    state.way[s] = flags.sign(e)
                streak = state.streak[s]
                state.flag[s] = flags.consistent(flag, e, last, streak, n.flag_gain, n.flag_decay, n.turned, n.need)
            elif n.flag != flags.NONE:
                raise ValueError("flags.rule: a rule without a formula")

    def absorb(self, amount: float, distance: float) -> None:
        """Add the amount that a source released at a distance (units) to the chemical."""
        self.chemical += diffusion.deposit(amount, diffusion.reach(self.model.numbers.falloff, distance))

    def change(self, trial: int) -> None:
        """Change the weights of its synapses by eligibility, or flags, times chemical; then decay the chemical."""
        n, state, chemical = self.model.numbers, self.model.neural, self.chemical
        gated = flags.is_shut(n.flag, trial, n.warm_up)
        for s in self.synapses:
            worth = flags.gated(state.flag[s], n.flag_threshold) if gated else self.model.eligibility[s]
            moved = plasticity.change(worth, chemical, n.rate, n.most)
            weight = plasticity.after(float(state.weight[s]), n.weight_decay, moved, n.limit)
            if n.frustrated and moved != 0.0:
                weight = self.vent(s, weight, moved)
            state.weight[s] = plasticity.on_grid(weight, n.spacing) if n.spacing > 0.0 else weight
        self.chemical *= n.chemical_decay

    def vent(self, s: int, weight: float, moved: float) -> float:
        """Reverse a synapse that was long pushed one way while the chemical was low; returns its weight."""
        n, state = self.model.numbers, self.model.neural
        state.pushes[s] = frustration.pushes_after(state.pushes[s], state.push[s], moved)
        state.push[s] = flags.sign(moved)
        state.mood[s] = frustration.mood_after(state.mood[s], self.chemical, n.frustration_decay)
        if frustration.flips(state.pushes[s], state.mood[s], n.frustration_need, n.frustration_bound):
            weight *= n.frustration_factor
            state.flag[s] = state.push[s] = state.mood[s] = 0.0
            state.pushes[s] = 0
            state.flipped[s] = 1
        return weight
