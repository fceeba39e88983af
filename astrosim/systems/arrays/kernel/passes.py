"""What images do to a network, and what a proposal changes of it (dimensionless, float32).

One block of images at a time; sums over synapses run in the order of the synapses, four at a time, those over images
fold a block in halves: the same bits on every machine and engine. Rewards are those of one image, at most 0:

- LIKELIHOOD   log softmax of the right class, by an exact log-sum-exp: no clamp that could be exploited
- SQUARES      minus the squared distance of the outputs from the class's one-hot vector
- TARGETS      minus half the squared distance of the outputs from the numbers to be learned

Each times the weight of its image, where images have weights.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import inlined, kernel, phase
from astrosim.systems.arrays.kernel.arrays import LIKELIHOOD, RELU, SQUARES, TARGETS, THRESHOLD
from astrosim.systems.proposals.likelihood import BLOCK, log_likelihoods

ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@kernel
def check_kind(kind):
    """Refuse hidden units without a formula; asked once per batch, so that loops over images have no way out.

    Raises ValueError for an unknown kind.
    """
    if kind not in (RELU, THRESHOLD):
        raise ValueError("network.activation: a unit without a formula")


@inlined
def response(kind, total):
    """Return output of a hidden unit, of a kind that `check_kind` knows."""
    if kind == RELU:
        return total if total > ZERO else ZERO
    return ONE if total > ZERO else ZERO


@kernel
def weighted(pixels, block, pixel, weight, count, constant, out):
    """Compute constant + sum of weight * pixel over `count` synapses. Reads: one block. Writes: out (BLOCK,)."""
    for b in range(BLOCK):
        out[b] = constant
    k = 0
    while k + 4 <= count:
        p0, p1, p2, p3 = pixel[k], pixel[k + 1], pixel[k + 2], pixel[k + 3]
        w0, w1, w2, w3 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        for b in range(BLOCK):
            first = w0 * np.float32(pixels[block, p0, b]) + w1 * np.float32(pixels[block, p1, b])
            second = w2 * np.float32(pixels[block, p2, b]) + w3 * np.float32(pixels[block, p3, b])
            out[b] += first + second
        k += 4
    while k < count:
        p0, w0 = pixel[k], weight[k]
        for b in range(BLOCK):
            out[b] += w0 * np.float32(pixels[block, p0, b])
        k += 1


@kernel
def rewards_of(reward, logits, batch, block, top, total, own, out):
    """Compute the rewards of a block's images.

    Reads: logits (class, BLOCK), batch. Writes: top, total, own (BLOCK,), out[block]; out has shape (block, BLOCK).
    Raises ValueError for an unknown reward.
    """
    classes, labels = logits.shape[0], batch.labels
    for b in range(BLOCK):
        total[b] = ZERO
    if reward == LIKELIHOOD:
        log_likelihoods(logits, labels, block, top, total, own, out)
    elif reward == SQUARES:
        for c in range(classes):
            for b in range(BLOCK):
                x = logits[c, b] - (ONE if labels[block, b] == c else ZERO)
                total[b] += x * x
        for b in range(BLOCK):
            out[block, b] = -total[b]
    elif reward == TARGETS:
        for c in range(classes):
            for b in range(BLOCK):
                x = logits[c, b] - batch.targets[block, c, b]
                total[b] += x * x
        for b in range(BLOCK):
            out[block, b] = -HALF * total[b]
    else:
        raise ValueError("decision.reward: a reward without a formula")
    if batch.weights.shape[0]:
        for b in range(BLOCK):
            out[block, b] *= batch.weights[block, b]


@kernel
def responses(kind, sums, out):
    """Compute the outputs of a unit to a block. Reads: sums (BLOCK,). Writes: out (BLOCK,)."""
    for b in range(BLOCK):
        out[b] = response(kind, sums[b])


@kernel
def response_changes(kind, before, after, line, change):
    """Compute a unit's outputs after a change, and their differences. Writes: line, change (BLOCK,)."""
    for b in range(BLOCK):
        line[b] = response(kind, after[b])
        change[b] = line[b] - response(kind, before[b])


@kernel
def added(first, second, out):
    """Compute out = first + second, all (BLOCK,)."""
    for b in range(BLOCK):
        out[b] = first[b] + second[b]


@phase
def pixel_weights(net, unit, tap, step, count, bias, pixel, weight):
    """Write synapses as weights on raw pixels. Writes: pixel, weight. Returns what remains constant over images."""
    constant = bias
    for k in range(count):
        p = net.taps[unit, tap[k]]
        w = step[k] * net.scale
        pixel[k] = p
        weight[k] = w
        constant -= w * net.centre[p]
    return constant
