"""A batch through a network and back: every operation of a program in order, then in reverse.

One replicate at a time. `values` and `gradients` have one row per cell and one column per image of the batch.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.systems.waves.kernel.activations import activate, activate_back
from astrosim.systems.waves.kernel.draws import gaussians, uniforms
from astrosim.systems.waves.kernel.losses import likelihood, squares
from astrosim.systems.waves.kernel.products import bias_gradients, transmit, transmit_back, weight_gradients
from astrosim.systems.waves.program import (
    ACTIVATION,
    BIAS,
    CODE,
    IN_FIRST,
    KIND,
    LEAK,
    LIKELIHOOD,
    NOISE,
    OUT_FIRST,
    OUT_STOP,
    PRODUCT,
    SILENCE,
    SQUARES,
    START,
    WHEN,
)

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@phase
def power(base, exponent):
    """Return base ** exponent for a small whole exponent, float32."""
    result = ONE
    for _ in range(exponent):
        result = result * base
    return result


@phase
def effective_weights(program, replicate, parameters, scratch, key, trial, mode):
    """Compute the effective weights of this batch: gains multiplied in, connections lost, noise added.

    Reads: parameters. Writes: scratch.factor, scratch.effective. Draws: stream `wave_links` (noise, then losses).
    """
    weights = program.weights
    effective, factor = scratch.effective, scratch.factor
    for p in range(weights):
        factor[p] = ONE
    if program.gains:
        for p in range(weights):
            gain = ONE + parameters[weights + program.owners[p]]
            factor[p] = power(gain, program.exponents[p])
    if program.link_loss & mode:
        uniforms(key, trial, 1, weights, scratch.drawn)
        for p in range(weights):
            factor[p] = ZERO if scratch.drawn[p] < replicate.lost else factor[p]
    for p in range(weights):
        effective[p] = parameters[p] * factor[p]
    if program.link_noise & mode:
        gaussians(key, trial, 0, weights, scratch.drawn)
        for p in range(weights):
            effective[p] += replicate.noise * scratch.drawn[p]


@phase
def forward(program, replicate, parameters, scratch, key, trial, mode, images, begin=0):
    """Carry out all operations from number `begin` on, in order.

    Reads: the rows before them, scratch.effective. Writes: scratch.values, scratch.drawn.
    """
    values, ops = scratch.values, program.ops
    biases = parameters[program.weights :]
    for number in range(begin, len(ops)):
        op = ops[number]
        source, first, cells = op[IN_FIRST], op[OUT_FIRST], op[OUT_STOP] - op[OUT_FIRST]
        if op[KIND] == ACTIVATION:
            activate(op[CODE], source, first, cells, values, scratch.spare, images)
        elif op[KIND] == PRODUCT or (op[KIND] == LEAK and op[WHEN] & mode):
            bias = -1 if program.gains else op[BIAS]
            transmit(
                program.starts,
                program.taps,
                scratch.effective,
                biases,
                bias,
                op[START],
                first,
                cells,
                values,
                images,
            )
        elif op[KIND] == NOISE and op[WHEN] & mode:
            for j in range(cells):
                gaussians(key, trial, first + j, images, scratch.drawn)
                x, y = values[source + j], values[first + j]
                for c in range(images):
                    y[c] = x[c] + replicate.noise * scratch.drawn[c]
        elif op[KIND] == SILENCE and op[WHEN] & mode:
            silence(replicate, source, first, cells, values, scratch.drawn, key, trial, first, images)
        else:
            for j in range(cells):
                x, y = values[source + j], values[first + j]
                for c in range(images):
                    y[c] = x[c]


@phase
def silence(replicate, source, target, cells, rows, drawn, key, trial, address, images):
    """Copy rows from source to target with units lost, the survivors scaled up. Writes: rows, drawn.

    Draws: as NOISE, at the rows from `address` on, whichever way the signal runs.
    """
    kept = ONE / (ONE - replicate.lost)
    for j in range(cells):
        uniforms(key, trial, address + j, images, drawn)
        x, y = rows[source + j], rows[target + j]
        for c in range(images):
            y[c] = ZERO if drawn[c] < replicate.lost else x[c] * kept


@phase
def judge(program, scratch, labels, images):
    """Compute the loss of a batch, summed over images; labels are float32, shape (image,).

    Writes: gradients of the outputs, scratch.spare. Raises ValueError for an unknown loss.
    """
    first = program.rows - program.outputs
    if program.loss == LIKELIHOOD:
        return likelihood(first, program.outputs, scratch.values, scratch.gradients, scratch.spare, labels, images)
    if program.loss == SQUARES:
        return squares(first, scratch.values, scratch.gradients, labels, images)
    raise ValueError("task.data: a loss without a formula")


@phase
def backward(program, replicate, parameters, scratch, key, trial, mode, images):
    """Carry out all operations in reverse.

    Reads: scratch.values, the outputs' gradients. Writes: scratch.gradients, scratch.slopes (of the parameters).
    """
    values, gradients, ops = scratch.values, scratch.gradients, program.ops
    weights = program.weights
    for i in range(program.rows - program.outputs):
        for c in range(images):
            gradients[i, c] = ZERO
    for number in range(len(ops) - 1, -1, -1):
        op = ops[number]
        source, first, cells, start = op[IN_FIRST], op[OUT_FIRST], op[OUT_STOP] - op[OUT_FIRST], op[START]
        if op[KIND] == ACTIVATION:
            activate_back(op[CODE], source, first, cells, values, gradients, scratch.spare, images)
        elif op[KIND] == PRODUCT:
            weight_gradients(
                program.starts, program.taps, start, first, cells, values, gradients, scratch.slopes, images
            )
            if op[BIAS] >= 0 and not program.gains:
                bias_gradients(op[BIAS], first, cells, gradients, scratch.slopes[weights:], images)
            if source > 0 or number > 0:
                transmit_back(program.starts, program.taps, scratch.effective, start, first, cells, gradients, images)
        elif op[KIND] == LEAK and op[WHEN] & mode:
            transmit_back(program.starts, program.taps, scratch.effective, start, first, cells, gradients, images)
        elif op[KIND] == SILENCE and op[WHEN] & mode:
            silence(replicate, first, source, cells, gradients, scratch.drawn, key, trial, first, images)
        else:
            for j in range(cells):
                x, y = gradients[source + j], gradients[first + j]
                for c in range(images):
                    x[c] = y[c]
    own_slopes(program, parameters, scratch)


@phase
def own_slopes(program, parameters, scratch):
    """Compute gradients of the weights, and of gains, from those of the effective weights. Reads, writes:
    scratch.slopes."""
    weights, slopes = program.weights, scratch.slopes
    if program.gains:
        for b in range(program.biases):
            slopes[weights + b] = ZERO
        for p in range(weights):
            times = program.exponents[p]
            lost = scratch.factor[p] == ZERO
            gain = ONE + parameters[weights + program.owners[p]]
            grown = np.float32(times) * power(gain, times - 1)
            slopes[weights + program.owners[p]] += ZERO if lost else slopes[p] * parameters[p] * grown
    for p in range(weights):
        slopes[p] = slopes[p] * scratch.factor[p]
