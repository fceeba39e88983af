"""Sensing: the last standing pass, as an astrocyte feels it (scores are dimensionless). Murray 2026, section 4.1.

A score is a mean over a territory: of neurons, each 1 if it fired, or of synapses, each with its `contribution` if its
pre neuron fired. A new rule is a row of `choices.SENSING` and, if it reads synapses, a line of `contribution`, from 0
up and on the grid of the weights, so that sums are exact in any order.
"""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel
from astrosim.rules.choices import SENSING

FIRING, TRAFFIC = SENSING["firing"].number, SENSING["traffic"].number
OF_NEURONS = tuple(rule.number for rule in SENSING.values() if rule.reads == "neurons")


@inlined
def reads_neurons(rule):
    """Return whether a rule reads the firing of a territory's neurons, not its synapses."""
    return rule in OF_NEURONS


@inlined
def traffic(weight):
    """Return traffic of a synapse whose pre neuron fired: |weight|."""
    return abs(float(weight))


@inlined
def contribution(rule, weight):
    """Return contribution to the sum of a synapse whose pre neuron fired.

    Raises ValueError for a rule without a formula for synapses.
    """
    if rule == TRAFFIC:
        return traffic(weight)
    raise ValueError("sensing.rule: a rule without a formula for synapses")


@inlined
def score(total, size):
    """Return mean over a territory: sum per neuron, or per synapse."""
    return total / size if size > 0 else 0.0


@kernel
def summed_firing(neurons, fired):
    """Number of a territory's neurons that fired; neurons: int32 numbers, fired: bool, shape (neuron,)."""
    total = 0.0
    for n in neurons:
        total += fired[n]
    return total


@kernel
def summed_contributions(rule, weight, synapses, pre, fired):
    """Sum over a territory, exact in any order; synapses: int32 numbers, fired: bool, shape (neuron,)."""
    total = 0.0
    for s in synapses:
        if fired[pre[s]]:
            total += contribution(rule, weight[s])
    return total


@kernel
def sensed(rule, weight, neurons, synapses, pre, fired):
    """Sum that an astrocyte feels under a rule; arguments as those of the two sums."""
    if reads_neurons(rule):
        return summed_firing(neurons, fired)
    return summed_contributions(rule, weight, synapses, pre, fired)
