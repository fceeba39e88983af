"""Sums over taps, forward and back: y_j = b_j + sum_p w_p x_tap(p), and its gradients. float32.

A sum takes its taps in order, hence the same bits whatever else is computed. Gradients of weights are sums over the
images of a batch, taken in the order of the processor's vectors: the same bits on the same kind of processor.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase, reordered

ZERO = np.float32(0.0)


@phase
def transmit(starts, taps, weights, biases, bias, start, first, cells, values, images):
    """Compute rows first .. first + cells from their input rows. Reads: values. Writes: values."""
    for j in range(cells):
        out = values[first + j]
        begin = biases[bias + j] if bias >= 0 else ZERO
        for c in range(images):
            out[c] = begin
        for p in range(starts[start + j], starts[start + j + 1]):
            heard, weight = values[taps[p]], weights[p]
            for c in range(images):
                out[c] += weight * heard[c]


@phase
def transmit_back(starts, taps, weights, start, first, cells, gradients, images):
    """Add to the gradients of the rows that were heard. Reads, writes: gradients."""
    for j in range(cells):
        out = gradients[first + j]
        for p in range(starts[start + j], starts[start + j + 1]):
            heard, weight = gradients[taps[p]], weights[p]
            for c in range(images):
                heard[c] += weight * out[c]


@reordered
def dot(a, b, images):
    """Sum of a_c b_c over images."""
    total = ZERO
    for c in range(images):
        total += a[c] * b[c]
    return total


@reordered
def total_of(a, images):
    """Sum of a_c over images."""
    total = ZERO
    for c in range(images):
        total += a[c]
    return total


@phase
def weight_gradients(starts, taps, start, first, cells, values, gradients, slopes, images):
    """Compute the gradients of the weights of a product. Reads: values, gradients. Writes: slopes."""
    for j in range(cells):
        out = gradients[first + j]
        for p in range(starts[start + j], starts[start + j + 1]):
            slopes[p] = dot(out, values[taps[p]], images)


@phase
def bias_gradients(bias, first, cells, gradients, slopes, images):
    """Compute the gradients of added biases; `slopes` begins with the first bias of the network."""
    for j in range(cells):
        slopes[bias + j] = total_of(gradients[first + j], images)
