"""REINFORCE with a baseline (Williams 1992): neurons fire by chance and are blamed for reward beyond expectation.

While learning, a neuron fires with probability p = sigmoid(slope (a - threshold)), the outputs too. The reward is the
fraction of output bits that come out right; its expectation is the soft reward with gain = slope. Estimate for a
synapse: (R - expected R of the pattern) x slope x (fired - p) of the post neuron x output of the pre neuron, summed
over cycles. The frozen network, which is judged, fires by threshold as all others do.
"""

from __future__ import annotations

from astrosim.core.exact_functions import sigmoid
from astrosim.core.jit import kernel
from astrosim.rules.draws import uniforms
from astrosim.rules.reward import binary_reward
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import ASCENT, Baseline, ascends
from astrosim.systems.threshold.learners.baselines.forward import SAMPLED, pass_through
from astrosim.systems.threshold.learners.baselines.gradient_ascent import assign, clear, clear_blame, climb


@kernel
def surprise(numbers, room, cycle, neuron):
    """Return a neuron's firing less its probability, times the slope: the gradient of the log probability."""
    probability = sigmoid(numbers.slope * (room.activation[cycle, neuron] - numbers.neurons.threshold))
    return numbers.slope * (room.sent[cycle + 1, neuron] - probability)


@kernel
def sampled_reward(circuit, numbers, room, weight, pattern):
    """Run one pass by chance (uniform numbers in `room.noise`); returns the fraction of right output bits."""
    pass_through(circuit, numbers, room, weight, pattern, SAMPLED)
    cycles = room.activation.shape[0]
    for bit in range(circuit.outputs.size):
        room.output[bit] = room.sent[cycles, circuit.outputs[bit]]
    return binary_reward(room.output, circuit.targets[pattern], 0.5)


@kernel
def blame_chance(circuit, numbers, room, excess):
    """Blame every neuron whose firing had an effect. Writes: room.blame."""
    clear_blame(room.blame)
    cycles = room.blame.shape[0]
    for c in range(cycles - 1):
        for n in range(circuit.sound.size):
            if circuit.free[n] and circuit.sound[n]:
                room.blame[c, n] = excess * surprise(numbers, room, c, n)
    for n in circuit.outputs:
        if circuit.sound[n]:
            room.blame[cycles - 1, n] = excess * surprise(numbers, room, cycles - 1, n)


@kernel
def estimate(circuit, numbers, memory, room, weight, trial):
    """Estimate the gradient, into `room.gradient`, and update the expected rewards. Draws: stream `rival`."""
    clear(room.gradient)
    patterns, (cycles, neurons) = circuit.targets.shape[0], room.noise.shape
    for p in range(patterns):
        for k in range(numbers.population):
            uniforms(circuit.key, trial, p * numbers.population + k, room.drawn)
            for c in range(cycles):
                for n in range(neurons):
                    room.noise[c, n] = room.drawn[c * neurons + n]
            excess = sampled_reward(circuit, numbers, room, weight, p) - memory.expected[p]
            blame_chance(circuit, numbers, room, excess)
            assign(circuit, room, 1.0 / (patterns * numbers.population))
            memory.expected[p] += numbers.baseline * excess


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step up the estimate; returns IDLE, as nothing is decided."""
    estimate(circuit, numbers, memory, room, weight, trial)
    climb(numbers, memory, weight, room.gradient, trial)
    return IDLE


LEARNER = Baseline(
    needs_memoryless=True,
    source="Williams 1992",
    reads=("population", "slope", "baseline", *ASCENT),
    update=update,
    shown=lambda rival: rival.population,
    perturbed=lambda rival: (
        f"firing by chance, {rival.population} times per pattern: sigmoid of {rival.slope:g} x distance"
    ),
    decided=ascends("estimate"),
    judged="reward = fraction of the bits that came out right",
    refreshed="expected rewards",
    rewarded=False,
)
