"""Presentation of a pattern, one pass through the network, and the neurons that fired in the standing pass."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import PATTERN, below
from astrosim.rules.propagation import fires
from astrosim.systems.threshold.network.state import FIRED


@phase
def present(network, params, state, trial):
    """Draw the trial's pattern; at the start of an episode only the inputs have fired.

    Reads: network. Writes: state.fired, state.counter. Draws: stream `pattern`, index 0.
    """
    pattern = below(params.keys[PATTERN], trial, 0, network.patterns.shape[0])
    if trial % params.trials_per_episode == 0:
        state.counter[FIRED] = clamp(network, state.fired, pattern)
    return pattern


@phase
def clamp(network, fired, pattern):
    """Write the input neurons that a pattern switches on to the front of `fired`; returns how many."""
    count = 0
    for bit in range(network.inputs.size):
        if network.patterns[pattern, bit]:
            fired[count] = network.inputs[bit]
            count += 1
    return count


@phase
def propagate(network, state, activation, pattern):
    """Compute the summed inputs of all neurons that a pattern's active inputs reach, and of the outputs.

    Reads: state.weight. Writes: activation at those neurons only.
    """
    for neuron in network.outputs:
        activation[neuron] = 0.0
    for bit in range(network.inputs.size):
        if network.patterns[pattern, bit]:
            neuron = network.inputs[bit]
            for s in range(network.first[neuron], network.first[neuron + 1]):
                activation[network.post[s]] = 0.0
    for bit in range(network.inputs.size):
        if network.patterns[pattern, bit]:
            neuron = network.inputs[bit]
            for s in range(network.first[neuron], network.first[neuron + 1]):
                activation[network.post[s]] += state.weight[s]


@phase
def stand(network, params, state, activation, pattern):
    """Remember the neurons that fired in the standing pass; a silenced neuron never fires.

    Reads: activation. Writes: state.fired, state.counter; activation (marks neurons that it has counted).
    """
    count = clamp(network, state.fired, pattern)
    for bit in range(network.inputs.size):
        if network.patterns[pattern, bit]:
            neuron = network.inputs[bit]
            for s in range(network.first[neuron], network.first[neuron + 1]):
                post = network.post[s]
                if fires(activation[post], params.network.threshold) and network.sound[post]:
                    state.fired[count] = post
                    activation[post] = -np.inf
                    count += 1
    state.counter[FIRED] = count
