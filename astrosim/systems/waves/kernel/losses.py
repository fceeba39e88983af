"""What a network is judged by: mean negative log-likelihood of its softmax, or mean squared error (dimensionless)."""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp_single, log_scaled
from astrosim.core.jit import phase
from astrosim.systems.waves.kernel.activations import begin_sums

ONE, TWO = np.float32(1.0), np.float32(2.0)
TOLERANCE = 0.01  # 1; an output of XOR within it counts as right (spec, section 3)


@phase
def likelihood(first, cells, values, gradients, spare, labels, images):
    """Sum over images of -log softmax(y)[label]; gradients of its mean. Writes: gradients of the output rows, spare."""
    largest, total = spare[0], spare[1]
    begin_sums(first, cells, values, spare, images)
    for j in range(cells):
        y, dy = values[first + j], gradients[first + j]
        for c in range(images):
            dy[c] = exp_single(y[c] - largest[c])
            total[c] += dy[c]
    number = np.float32(images)
    for j in range(cells):
        dy = gradients[first + j]
        for c in range(images):
            dy[c] = dy[c] / (total[c] * number)
    loss = 0.0
    for c in range(images):
        label = np.int64(labels[c])
        gradients[first + label, c] -= ONE / number
        loss += np.float64(log_scaled(total[c], 0)) + np.float64(largest[c] - values[first + label, c])
    return loss


@phase
def squares(first, values, gradients, labels, images):
    """Sum over images of (y - target)^2 of the one output; gradients of its mean. Writes: its row of gradients."""
    y, dy = values[first], gradients[first]
    scale = TWO / np.float32(images)
    loss = 0.0
    for c in range(images):
        error = y[c] - np.float32(labels[c])
        dy[c] = scale * error
        loss += np.float64(error) * np.float64(error)
    return loss


@phase
def count_classes(first, cells, values, labels, images, counts):
    """Count images whose largest output is their label's. Writes: counts, images given to each class."""
    right = 0
    for c in range(images):
        best = 0
        for j in range(1, cells):
            if values[first + j, c] > values[first + best, c]:
                best = j
        counts[best] += 1
        right += best == np.int64(labels[c])
    return right


@phase
def count_close(first, values, labels, images):
    """Count images whose output's size is within the tolerance of the target."""
    right = 0
    for c in range(images):
        right += abs(abs(values[first, c]) - labels[c]) < TOLERANCE
    return right
