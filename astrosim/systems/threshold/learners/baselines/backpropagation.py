"""Backpropagation through the cycles, with a surrogate of the threshold's slope (Neftci, Mostafa, Zenke 2019).

Neurons fire by threshold; on the way back the threshold has the slope of sigmoid(slope (a - threshold)). With `graded`
hidden neurons send that sigmoid itself while learning, and the gradient is exact for that network.
"""

from __future__ import annotations

from astrosim.core.exact_functions import sigmoid
from astrosim.core.jit import kernel
from astrosim.rules import reward
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import ASCENT, Baseline, ascends
from astrosim.systems.threshold.learners.baselines.forward import GRADED, STEP, pass_through
from astrosim.systems.threshold.learners.baselines.gradient_ascent import (
    assign,
    clear,
    clear_blame,
    climb,
)


@kernel
def blame_outputs(circuit, numbers, room, pattern):
    """Blame the outputs in the last cycle by the slope of the reward. Writes: room.blame."""
    clear_blame(room.blame)
    last = room.blame.shape[0] - 1
    for bit in range(circuit.outputs.size):
        n = circuit.outputs[bit]
        target = circuit.targets[pattern, bit]
        slope = reward.slope(
            numbers.reward, room.activation[last, n], target, numbers.neurons.threshold, numbers.gain, numbers.cap
        )
        room.blame[last, n] = slope * circuit.sound[n] / circuit.outputs.size


@kernel
def blame_back(circuit, numbers, room, weight):
    """Propagate blame to the neurons in all cycles before the last, each from the next. Writes: room.blame."""
    for c in range(room.blame.shape[0] - 2, -1, -1):
        for n in range(circuit.sound.size):
            if circuit.free[n] and circuit.sound[n]:
                total = 0.0
                for s in range(circuit.first[n], circuit.first[n + 1]):
                    total += weight[s] * room.blame[c + 1, circuit.post[s]]
                firing = sigmoid(numbers.slope * (room.activation[c, n] - numbers.neurons.threshold))
                room.blame[c, n] = total * numbers.slope * firing * (1.0 - firing)


@kernel
def gradient(circuit, numbers, room, weight):
    """Compute the gradient of the mean reward of all patterns, into `room.gradient`."""
    clear(room.gradient)
    patterns = circuit.targets.shape[0]
    for p in range(patterns):
        pass_through(circuit, numbers, room, weight, p, GRADED if numbers.graded else STEP)
        blame_outputs(circuit, numbers, room, p)
        blame_back(circuit, numbers, room, weight)
        assign(circuit, room, 1.0 / patterns)


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step up the gradient; returns IDLE, as nothing is decided."""
    gradient(circuit, numbers, room, weight)
    climb(numbers, memory, weight, room.gradient, trial)
    return IDLE


LEARNER = Baseline(
    needs_memoryless=True,
    source="Neftci, Mostafa, Zenke 2019",
    reads=("slope", "graded", *ASCENT),
    update=update,
    decided=ascends("surrogate gradient"),
    needs_slope=True,
)
