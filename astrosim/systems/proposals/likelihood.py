"""Log-likelihood of classes, and sums over images in blocks (dimensionless, float32).

Images lie in blocks of `BLOCK`, so that what a trial touches of a block stays in the first-level cache. The last block
may hold fewer; its other places belong to no image and count for nothing. Sums over a block fold it in halves: the same
bits on every machine and engine.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp_below_zero, log_scaled
from astrosim.core.jit import inlined, kernel, phase

BLOCK = 128  # images; measured: 64 to 256 are equally fast, more no longer fit the first-level cache
ZERO = np.float32(0.0)


@phase
def highest(logits, top):
    """Compute the highest logit of each image, three classes at a time. Writes: top (BLOCK,)."""
    for b in range(BLOCK):
        top[b] = logits[0, b]
    c = 1
    while c + 3 <= logits.shape[0]:
        for b in range(BLOCK):
            first, second, third, most = logits[c, b], logits[c + 1, b], logits[c + 2, b], top[b]
            most = first if first > most else most
            most = second if second > most else most
            top[b] = third if third > most else most
        c += 3
    while c < logits.shape[0]:
        for b in range(BLOCK):
            top[b] = logits[c, b] if logits[c, b] > top[b] else top[b]
        c += 1


@phase
def sum_powers(logits, top, total):
    """Sum e to the (logit - top) over classes, in their order, five at a time. Writes: total (BLOCK,)."""
    for b in range(BLOCK):
        total[b] = ZERO
    c = 0
    while c + 5 <= logits.shape[0]:
        for b in range(BLOCK):
            most, summed = top[b], total[b]
            summed += exp_below_zero(logits[c, b] - most)
            summed += exp_below_zero(logits[c + 1, b] - most)
            summed += exp_below_zero(logits[c + 2, b] - most)
            summed += exp_below_zero(logits[c + 3, b] - most)
            total[b] = summed + exp_below_zero(logits[c + 4, b] - most)
        c += 5
    while c < logits.shape[0]:
        for b in range(BLOCK):
            total[b] += exp_below_zero(logits[c, b] - top[b])
        c += 1


@kernel
def log_likelihoods(logits, labels, block, top, total, own, out):
    """Compute log softmax of the right class for a block's images, by an exact log-sum-exp.

    Reads: logits (class, BLOCK), labels (block, BLOCK). Writes: top, total, own (BLOCK,), out[block].
    """
    highest(logits, top)
    sum_powers(logits, top, total)
    for b in range(BLOCK):
        own[b] = logits[max(labels[block, b], 0), b]
    for b in range(BLOCK):
        out[block, b] = (own[b] - top[b]) - log_scaled(total[b], 0)


@kernel
def folded(after, before, block, valid, line):
    """Sum over a block's images of after - before (or of after alone, if None), folded. Writes: line (BLOCK,)."""
    for b in range(BLOCK):
        line[b] = after[block, b] if before is None else after[block, b] - before[block, b]
    for b in range(valid, BLOCK):
        line[b] = ZERO
    half = BLOCK // 2
    while half:
        for b in range(half):
            line[b] += line[b + half]
        half //= 2
    return np.float64(line[0])


@kernel
def spread(weights, line, logits):
    """Add weight of each class * line to the logits. Reads: weights (class,), line (BLOCK,). Writes: logits (class,
    BLOCK)."""
    for c in range(weights.size):
        w = weights[c]
        for b in range(BLOCK):
            logits[c, b] += w * line[b]


@kernel
def copied(source, out):
    """Copy source to out, both (class, BLOCK)."""
    for c in range(source.shape[0]):
        for b in range(BLOCK):
            out[c, b] = source[c, b]


@inlined
def valid_in(images, block):
    """Return images of a block."""
    left = images - block * BLOCK
    return BLOCK if left > BLOCK else left
