"""The gradient of the mean reward by every parameter, for the comparison with backpropagation alone."""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp_below_zero
from astrosim.core.jit import kernel, reordered
from astrosim.systems.arrays.kernel.arrays import TARGETS
from astrosim.systems.proposals.likelihood import BLOCK, valid_in

ZERO = np.float32(0.0)


@reordered
def dotted(first, second):
    """Return inner product of two lines (BLOCK,)."""
    total = ZERO
    for b in range(BLOCK):
        total += first[b] * second[b]
    return total


@reordered
def dotted_pixels(pixels, block, pixel, second):
    """Return inner product of a pixel's values in a block with a line."""
    total = ZERO
    for b in range(BLOCK):
        total += np.float32(pixels[block, pixel, b]) * second[b]
    return total


@kernel
def softmax_errors(logits, labels, block, valid, top, total, errors):
    """Compute one-hot minus softmax, by class and image; 0 where no image is. Writes: top, total, errors (class,
    BLOCK)."""
    classes = logits.shape[0]
    for b in range(BLOCK):
        top[b] = logits[0, b]
        total[b] = ZERO
    for c in range(1, classes):
        for b in range(BLOCK):
            top[b] = max(top[b], logits[c, b])
    for c in range(classes):
        for b in range(BLOCK):
            errors[c, b] = exp_below_zero(logits[c, b] - top[b])
            total[b] += errors[c, b]
    for c in range(classes):
        for b in range(BLOCK):
            hit = np.float32(1.0) if labels[block, b] == c else ZERO
            errors[c, b] = (hit - errors[c, b] / total[b]) if b < valid else ZERO


@kernel
def squared_errors(logits, targets, block, valid, errors):
    """Compute numbers to be learned minus outputs; 0 where no image is. Writes: errors (class, BLOCK)."""
    for c in range(logits.shape[0]):
        for b in range(BLOCK):
            errors[c, b] = targets[block, c, b] - logits[c, b] if b < valid else ZERO


@kernel
def gradient(net, batch, standing, scratch, incoming, bias, outgoing, output_bias):
    """Compute the gradient of the mean log-likelihood, or of `TARGETS`, of a ReLU network.

    Reads: standing, as `refresh` left it. Writes: scratch, and the gradient in arrays of the parameters' shapes.
    """
    units, classes = net.outgoing.shape
    incoming[:], bias[:], outgoing[:], output_bias[:] = ZERO, ZERO, ZERO, ZERO
    for block in range(batch.labels.shape[0]):
        errors, valid = scratch.logits, valid_in(batch.images, block)
        if net.reward == TARGETS:
            squared_errors(standing.logits[block], batch.targets, block, valid, errors)
        else:
            softmax_errors(standing.logits[block], batch.labels, block, valid, scratch.top, scratch.total, errors)
        if batch.weights.shape[0]:
            for c in range(classes):
                for b in range(BLOCK):
                    errors[c, b] *= batch.weights[block, b]
        for c in range(classes):
            for b in range(valid):
                output_bias[c] += errors[c, b]
        for h in range(units):
            sums = standing.sums[h, block]
            for b in range(BLOCK):
                scratch.after[b] = sums[b] if sums[b] > ZERO else ZERO
                scratch.change[b] = ZERO
            for c in range(classes):
                w = net.outgoing[h, c]
                outgoing[h, c] += dotted(errors[c], scratch.after)
                for b in range(BLOCK):
                    scratch.change[b] += w * errors[c, b]
            total = ZERO
            for b in range(BLOCK):
                scratch.change[b] = scratch.change[b] if sums[b] > ZERO else ZERO
                total += scratch.change[b]
            bias[h] += total
            for k in range(net.taps.shape[1]):
                p = net.taps[h, k]
                incoming[h, k] += (
                    dotted_pixels(batch.pixels, block, p, scratch.change) - net.centre[p] * total
                ) * net.scale
    share = np.float32(1.0 / batch.images)
    for array in (incoming, outgoing):
        for h in range(units):
            for k in range(array.shape[1]):
                array[h, k] *= share
    for h in range(units):
        bias[h] *= share
    for c in range(classes):
        output_bias[c] *= share
