"""Forward passes under the standing weights, and what they yield: memory, rewards, scores. Spec, sections 1, 2 and 4.

Only kept trials change weights, so a pattern's pass is worked out once and stays valid until then.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import compiled, inlined
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.fdlibm import exp

ROWS = 2 * c.PATTERNS  # row p: pattern p has passed; row 8 + p: an episode starts, only the inputs of p are set


class Standing(NamedTuple):
    """Results that follow from the current weights; row p < 8: after a pass on pattern p; row 8 + p: before the first
    one.

    Attributes
    ----------
    valid : ndarray of bool, shape (row,)
    memory : ndarray of bool, shape (row, neuron)
        The "fired last" memory, by label.
    soft, binary : ndarray of float64, shape (row,)
        Rewards; rows below 8 only.
    score : ndarray of float64, shape (row, astrocyte)
    ranking : ndarray of int64, shape (row, astrocyte)
        Astrocytes by score, highest first.
    """

    valid: np.ndarray
    memory: np.ndarray
    soft: np.ndarray
    binary: np.ndarray
    score: np.ndarray
    ranking: np.ndarray


def new_standing() -> Standing:
    """Make a cache in which nothing is computed yet."""
    return Standing(
        np.zeros(ROWS, dtype=np.bool_),
        np.zeros((ROWS, c.NEURONS), dtype=np.bool_),
        np.zeros(ROWS),
        np.zeros(ROWS),
        np.zeros((ROWS, c.ASTROCYTES)),
        np.zeros((ROWS, c.ASTROCYTES), dtype=np.int64),
    )


@inlined
def likelihood(total, target):
    """Return soft reward of one output: sigmoid of the signed distance from its threshold."""
    sign = 1.0 if target == 1 else -1.0
    return 1.0 / (1.0 + exp(-sign * (total - c.FIRING_THRESHOLD)))


@compiled
def sum_inputs(circuit, weight, pattern):
    """Return sums by neuron index over the synapses of the clamped inputs, in synapse order: float64, shape
    (neuron,)."""
    total = np.zeros(c.NEURONS)
    for i in range(c.INPUTS):
        if circuit.patterns[pattern, i]:
            for j in range(circuit.out_of[i], circuit.out_of[i + 1]):
                total[circuit.post[j]] += weight[j]
    return total


@inlined
def fires(circuit, total, neuron):
    """Return whether a neuron other than an input fires: it decides on the sum that is stored at its label."""
    return total[circuit.label[neuron]] > c.FIRING_THRESHOLD


@compiled
def remember(circuit, total, pattern, memory):
    """Write the "fired last" memory of a pass: by label, in index order, so that the later of two neurons wins."""
    for k in range(c.NEURONS):
        if circuit.is_input[k]:
            memory[circuit.label[k]] = k < c.INPUTS and circuit.patterns[pattern, k] == 1
        else:
            memory[circuit.label[k]] = fires(circuit, total, k)


@compiled
def rewards(circuit, total, pattern):
    """Return soft and binary reward of a pass."""
    soft = 0.0
    right = 0
    for o in range(c.OUTPUTS):
        target = circuit.targets[pattern, o]
        soft += likelihood(total[c.INPUTS + o], target)
        right += fires(circuit, total, c.INPUTS + o) == (target == 1)
    return soft / c.OUTPUTS, right / c.OUTPUTS


@compiled
def sense_firing(territories, memory, score):
    """Write scores: the fraction of territory neurons that fired."""
    for a in range(c.ASTROCYTES):
        first, last = territories.label_first[a], territories.label_first[a + 1]
        fired = 0
        for k in range(first, last):
            fired += memory[territories.labels[k]]
        score[a] = fired / (last - first) if last > first else 0.0


@compiled
def sense_traffic(territories, weight, memory, score):
    """Write scores: the mean over territory synapses of |weight| where the pre neuron fired, else 0.

    The memory, which is by label, is read by index. Adding a zero changes no sum, so silent neurons are passed over.
    """
    for a in range(c.ASTROCYTES):
        total = 0.0
        for k in range(c.NEURONS):
            if memory[k]:
                for j in range(territories.synapse_first[a, k], territories.synapse_first[a, k + 1]):
                    total += abs(weight[territories.synapses[j]])
        size = territories.synapse_first[a, -1] - territories.synapse_first[a, 0]
        score[a] = total / size if size > 0 else 0.0


@compiled
def rank(score, ranking):
    """Write the astrocytes by score, highest first, ties by number."""
    for a in range(c.ASTROCYTES):
        place = a
        while place > 0 and score[a] > score[ranking[place - 1]]:
            ranking[place] = ranking[place - 1]
            place -= 1
        ranking[place] = a


@compiled
def refresh(circuit, territories, traffic, weight, standing, row):
    """Compute a row, unless it is valid. Reads circuit, territories, weight. Writes the row of standing."""
    if standing.valid[row]:
        return
    memory = standing.memory[row]
    if row < c.PATTERNS:
        total = sum_inputs(circuit, weight, row)
        standing.soft[row], standing.binary[row] = rewards(circuit, total, row)
        remember(circuit, total, row, memory)
    else:
        memory[: c.INPUTS] = circuit.patterns[row - c.PATTERNS] == 1
    if traffic:
        sense_traffic(territories, weight, memory, standing.score[row])
    else:
        sense_firing(territories, memory, standing.score[row])
    rank(standing.score[row], standing.ranking[row])
    standing.valid[row] = True


@compiled
def probe(circuit, weight):
    """Return outputs of the frozen network for each pattern: uint8, shape (pattern, bit)."""
    out = np.empty((circuit.patterns.shape[0], c.OUTPUTS), dtype=np.uint8)
    for pattern in range(out.shape[0]):
        total = sum_inputs(circuit, weight, pattern)
        for o in range(c.OUTPUTS):
            out[pattern, o] = fires(circuit, total, c.INPUTS + o)
    return out


@compiled
def mean_magnitude(weight):
    """Return mean |weight|, added in synapse order."""
    total = 0.0
    for w in weight:
        total += abs(w)
    return total / len(weight)
