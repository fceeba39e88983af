"""Non-linearities and their derivatives, row by row; softmax runs over the cells of a layer. float32, dimensionless."""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp_single, expm1_single, sigmoid_single, tanh_single
from astrosim.core.jit import inlined, phase
from astrosim.systems.waves.program import ELU, RELU, SILU, SOFTMAX, TANH

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@inlined
def elu(x):
    """Return x above 0, exp(x) - 1 below."""
    below = expm1_single(x)
    return x if x > ZERO else below


@phase
def activate(code, source, first, cells, values, spare, images):
    """Apply the non-linearity to rows first .. first + cells, in place; SiLU from the rows source .. Writes: values,
    spare.

    In place means one array in the loop: of two that may overlap, the compiler makes no vectors. Raises ValueError for
    an unknown non-linearity.
    """
    if code == SOFTMAX:
        softmax(first, cells, values, spare, images)
    for j in range(cells):
        y = values[first + j]
        if code == TANH:
            for c in range(images):
                y[c] = tanh_single(y[c])
        elif code == ELU:
            for c in range(images):
                y[c] = elu(y[c])
        elif code == RELU:
            for c in range(images):
                y[c] = y[c] if y[c] > ZERO else ZERO
        elif code == SILU:
            x = values[source + j]
            for c in range(images):
                y[c] = x[c] * sigmoid_single(x[c])
        elif code != SOFTMAX:
            raise ValueError("network.activation: one without a formula")


@phase
def activate_back(code, source, first, cells, values, gradients, spare, images):
    """Compute gradients before the non-linearity from those behind it. Writes: gradients of the source rows, spare.

    Raises ValueError for a non-linearity without a slope.
    """
    if code == SOFTMAX:
        softmax_back(first, cells, values, gradients, spare, images)
    for j in range(cells):
        y, dy = values[first + j], gradients[first + j]
        if code == TANH:
            for c in range(images):
                dy[c] = dy[c] * (ONE - y[c] * y[c])
        elif code == ELU:
            for c in range(images):
                slope = ONE if y[c] > ZERO else y[c] + ONE
                dy[c] = dy[c] * slope
        elif code == RELU:
            for c in range(images):
                dy[c] = dy[c] if y[c] > ZERO else ZERO
        elif code == SILU:
            x, dx = values[source + j], gradients[source + j]
            for c in range(images):
                gate = sigmoid_single(x[c])
                dx[c] = dy[c] * (gate + y[c] * (ONE - gate))
        elif code != SOFTMAX:
            raise ValueError("network.activation: one without a slope")


@phase
def begin_sums(first, cells, values, spare, images):
    """Find the largest value of a layer for each image, and clear its sums. Writes: spare."""
    largest, total = spare[0], spare[1]
    for c in range(images):
        largest[c] = values[first, c]
        total[c] = ZERO
    for j in range(cells):
        y = values[first + j]
        for c in range(images):
            largest[c] = y[c] if y[c] > largest[c] else largest[c]


@phase
def softmax(first, cells, values, spare, images):
    """Compute exp(y_j) / sum_i exp(y_i) over the cells of a layer, in place; each image on its own. Writes: values,
    spare."""
    largest, total = spare[0], spare[1]
    begin_sums(first, cells, values, spare, images)
    for j in range(cells):
        y = values[first + j]
        for c in range(images):
            y[c] = exp_single(y[c] - largest[c])
            total[c] += y[c]
    for j in range(cells):
        y = values[first + j]
        for c in range(images):
            y[c] = y[c] / total[c]


@phase
def softmax_back(first, cells, values, gradients, spare, images):
    """Compute dx_j = y_j (dy_j - sum_i y_i dy_i), in place. Writes: gradients, spare."""
    mean = spare[0]
    for c in range(images):
        mean[c] = ZERO
    for j in range(cells):
        y, dy = values[first + j], gradients[first + j]
        for c in range(images):
            mean[c] += y[c] * dy[c]
    for j in range(cells):
        y, dy = values[first + j], gradients[first + j]
        for c in range(images):
            dy[c] = y[c] * (dy[c] - mean[c])
