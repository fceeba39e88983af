"""Forward passes of the baselines (dimensionless): rewards of whole networks, passes with noise or graded firing.

Firing and rewards are those of `rules.propagation` and `rules.reward`.
"""

from __future__ import annotations

from astrosim.core.exact_functions import sigmoid
from astrosim.core.jit import inlined, kernel
from astrosim.rules import reward
from astrosim.rules.propagation import fires, settle

STEP, GRADED, NOISY, SAMPLED = range(4)  # modes of a neuron's response to its summed input


@kernel
def one_reward(circuit, numbers, room, weight, pattern):
    """Return the reward of one pattern under these weights; leaves the outputs' summed inputs in `room.output`."""
    for n in range(circuit.sound.size):
        room.fired[0, n] = circuit.driven[pattern, n]
    settle(weight, circuit.first, circuit.post, circuit.sound, numbers.neurons, room.activation, room.fired)
    return worth(circuit, numbers, room, pattern)


@kernel
def worth(circuit, numbers, room, pattern):
    """Return the reward of the outputs' summed inputs in the last cycle. Writes: room.output."""
    last = room.activation.shape[0] - 1
    for bit in range(circuit.outputs.size):
        n = circuit.outputs[bit]
        room.output[bit] = room.activation[last, n] * circuit.sound[n]
    targets = circuit.targets[pattern]
    return reward.reward(numbers.reward, room.output, targets, numbers.neurons.threshold, numbers.gain, numbers.cap)


@kernel
def whole_reward(circuit, numbers, room, weight):
    """Return the mean reward of all patterns under these weights. Writes: room."""
    for p in range(circuit.targets.shape[0]):
        room.reward[p] = one_reward(circuit, numbers, room, weight, p)
    return reward.mean_reward(room.reward)


@kernel
def look(circuit, numbers, room, weight, shown):
    """Write the mean binary and soft reward of all patterns under these weights to `shown` (float64, shape (2,))."""
    shown[0] = shown[1] = 0.0
    for p in range(circuit.targets.shape[0]):
        one_reward(circuit, numbers, room, weight, p)
        shown[0] += reward.binary_reward(room.output, circuit.targets[p], numbers.neurons.threshold)
        shown[1] += reward.soft_reward(room.output, circuit.targets[p], numbers.neurons.threshold)
    shown[0] /= circuit.targets.shape[0]
    shown[1] /= circuit.targets.shape[0]


@inlined
def answer(mode, activation, noise, threshold, slope):
    """Return a neuron's output: all or nothing, a sigmoid, or 1 with that sigmoid's probability (noise uniform)."""
    if mode == GRADED:
        return sigmoid(slope * (activation - threshold))
    if mode == SAMPLED:
        return 1.0 if noise < sigmoid(slope * (activation - threshold)) else 0.0
    return 1.0 if fires(activation, threshold) else 0.0


@kernel
def pass_through(circuit, numbers, room, weight, pattern, mode):
    """Run one pass whose neurons respond by a mode; leaves `room.activation` and `room.sent`.

    Under NOISY, `room.noise` is added to summed inputs; under SAMPLED, it holds uniform numbers.
    """
    neurons = circuit.sound.size
    for n in range(neurons):
        room.sent[0, n] = 1.0 if circuit.driven[pattern, n] else 0.0
    for c in range(room.activation.shape[0]):
        for n in range(neurons):
            room.activation[c, n] = room.noise[c, n] if mode == NOISY else 0.0
        for n in range(neurons):
            if room.sent[c, n] != 0.0:
                for s in range(circuit.first[n], circuit.first[n + 1]):
                    room.activation[c, circuit.post[s]] += weight[s] * room.sent[c, n]
        for n in range(neurons):
            if circuit.free[n]:
                sent = answer(mode, room.activation[c, n], room.noise[c, n], numbers.neurons.threshold, numbers.slope)
                room.sent[c + 1, n] = sent if circuit.sound[n] else 0.0
            else:
                room.sent[c + 1, n] = room.sent[0, n]
