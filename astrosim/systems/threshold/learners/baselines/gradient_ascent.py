"""Gradients from blame, and steps of the weights up a gradient (dimensionless)."""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel
from astrosim.rules.ascent import adam_step, corrections


@inlined
def within(weight, limit):
    """Return a weight clipped to [-limit, limit]."""
    return min(max(weight, -limit), limit)


@kernel
def clear(values):
    """Fill an array of one dimension with 0."""
    for k in range(values.size):
        values[k] = 0.0


@kernel
def clear_blame(blame):
    """Fill blame (float64, shape (cycle, neuron)) with 0."""
    for c in range(blame.shape[0]):
        for n in range(blame.shape[1]):
            blame[c, n] = 0.0


@kernel
def assign(circuit, room, factor):
    """Add to `room.gradient` of every synapse: factor x output of its pre neuron x blame of its post neuron."""
    for c in range(room.blame.shape[0]):
        for n in range(circuit.sound.size):
            if room.sent[c, n] != 0.0:
                sent = factor * room.sent[c, n]
                for s in range(circuit.first[n], circuit.first[n + 1]):
                    room.gradient[s] += sent * room.blame[c, circuit.post[s]]


@kernel
def climb(numbers, memory, weight, gradient, trial):
    """Move the weights one step up a gradient, by Adam or plainly; trial: updates before this one.

    Reads: gradient. Writes: weight (both float64, shape (synapse,)), memory.
    """
    if not numbers.adam:
        for s in range(weight.size):
            weight[s] = within(weight[s] + numbers.learning_rate * gradient[s], numbers.limit)
        return
    first, second = corrections(trial)
    for s in range(weight.size):
        memory.mean[s], memory.square[s], size = adam_step(memory.mean[s], memory.square[s], gradient[s], first, second)
        weight[s] = within(weight[s] + numbers.learning_rate * size, numbers.limit)
