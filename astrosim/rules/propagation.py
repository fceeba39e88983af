"""Threshold neurons (dimensionless). Murray 2026, section 3.1: one synchronous pass.

Several cycles and tonic neurons are this package's: driven and tonic neurons fire throughout a pass, all others start
silent, and every cycle all neurons fire at once by what they were sent in the one before. The outputs are read from the
voltages of the last cycle, which are the summed inputs unless neurons are leaky (`astrosim.rules.neuron_models`).
"""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel
from astrosim.rules.neuron_models import THRESHOLD, voltage


@inlined
def fires(activation, threshold):
    """Return whether a neuron fires: its summed input is strictly above its threshold."""
    return activation > threshold


@kernel
def summed_input(weight, arrivals, pre, fired):
    """Return summed weights of the arriving synapses whose pre neuron fired; exact in any order (weights lie on a
    grid).

    Parameters
    ----------
    weight : ndarray of float32, shape (synapse,)
    arrivals : ndarray of int32, shape (arrival,)
        Numbers of the arriving synapses.
    pre : ndarray of int32, shape (synapse,)
    fired : ndarray of bool, shape (neuron,)
    """
    total = 0.0
    for s in arrivals:
        if fired[pre[s]]:
            total += weight[s]
    return total


@kernel
def settle(weight, first, post, sound, neurons, activation, fired):
    """Carry out one pass of several cycles, by the synapses that leave; gives what `summed_input` gives, cycle by
    cycle.

    Parameters
    ----------
    weight : ndarray of float32, shape (synapse,)
    first : ndarray of int64, shape (neuron + 1,)
        Synapses ``first[n]`` to ``first[n + 1] - 1`` leave neuron n.
    post : ndarray of int32, shape (synapse,)
    sound : ndarray of bool, shape (neuron,)
        Others never fire.
    neurons : NamedTuple
        `threshold`, `model` and `leak` of all neurons.
    activation : ndarray of float64, shape (cycle, neuron)
        Filled with the voltages of each cycle: the summed inputs, unless neurons are leaky.
    fired : ndarray of bool, shape (cycle + 1, neuron)
        Row 0: driven and tonic neurons, which fire throughout. Filled with who fires after each cycle.
    """
    count = sound.size
    for c in range(activation.shape[0]):
        for n in range(count):
            activation[c, n] = 0.0
        for n in range(count):
            if fired[c, n]:
                for s in range(first[n], first[n + 1]):
                    activation[c, post[s]] += weight[s]
        if neurons.model != THRESHOLD:
            for n in range(count):
                before = activation[c - 1, n] if c else 0.0
                activation[c, n] = voltage(neurons.model, neurons.leak, before, fired[c, n], activation[c, n])
        for n in range(count):
            fired[c + 1, n] = fired[0, n] or (sound[n] and fires(activation[c, n], neurons.threshold))
