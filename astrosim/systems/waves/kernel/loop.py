"""The training loop of one replicate: batch after batch, forward, loss, backward, Adam (Kingma and Ba 2015)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.systems.waves.kernel.draws import LANES
from astrosim.systems.waves.kernel.losses import count_classes, count_close
from astrosim.systems.waves.kernel.passes import backward, effective_weights, forward, judge
from astrosim.systems.waves.program import EVALUATION, LIKELIHOOD, SQUARES, TRAINING, Program

BETA1, BETA2 = 0.9, 0.999  # 1; Kingma and Ba 2015, section 2
EPSILON = np.float32(1e-8)  # 1; Kingma and Ba 2015, section 2
BLOCK = 16  # images that are gathered together: a cache line of float32
ONE = np.float32(1.0)


class Replicate(NamedTuple):
    """Numbers of one replicate that a program leaves open.

    Attributes
    ----------
    leaks : ndarray of float32, shape (leak tap,)
    noise, lost : float32
        Standard deviation of noise; probability of loss (1).
    keys : ndarray of uint32, shape (4, 2)
        Streams `wave_values`, `wave_links` in training, then in evaluation.
    """

    leaks: np.ndarray
    noise: np.float32
    lost: np.float32
    keys: np.ndarray


class Scratch(NamedTuple):
    """Working memory, float32; `values` and `gradients` have shape (row, image)."""

    values: np.ndarray
    gradients: np.ndarray
    spare: np.ndarray
    effective: np.ndarray
    factor: np.ndarray
    slopes: np.ndarray
    drawn: np.ndarray


class Moments(NamedTuple):
    """First and second moments of Adam: float32, shape (parameter,)."""

    first: np.ndarray
    second: np.ndarray


def make_scratch(program: Program, images: int) -> Scratch:
    """Return a workspace for batches of up to a number of images."""
    longest = max(images, program.weights) + LANES
    return Scratch(
        values=np.zeros((program.rows, images), np.float32),
        gradients=np.zeros((program.rows, images), np.float32),
        spare=np.zeros((2, images), np.float32),
        effective=np.zeros(len(program.taps), np.float32),
        factor=np.ones(program.weights, np.float32),
        slopes=np.zeros(program.parameters, np.float32),
        drawn=np.zeros(longest, np.float32),
    )


@phase
def gather(features, chosen, values, images):
    """Gather features of the chosen images into the first rows, one image per column."""
    for c in range(0, images, BLOCK):
        stop = min(c + BLOCK, images)
        for cell in range(features.shape[1]):
            row = values[cell]
            for place in range(c, stop):
                row[place] = features[chosen[place], cell]


@phase
def adam(parameters, slopes, moments, rate, update):
    """Take one step of Adam; `update` counts from 1. Reads: slopes. Writes: parameters, moments."""
    step = np.float32(rate / (1.0 - BETA1**update))
    root = np.float32(np.sqrt(1.0 - BETA2**update))
    keep1, keep2 = np.float32(BETA1), np.float32(BETA2)
    new1, new2 = np.float32(1.0 - BETA1), np.float32(1.0 - BETA2)
    first, second = moments.first, moments.second
    for p in range(len(parameters)):
        slope = slopes[p]
        first[p] = keep1 * first[p] + new1 * slope
        second[p] = keep2 * second[p] + new2 * slope * slope
        parameters[p] -= step * first[p] / (np.sqrt(second[p]) / root + EPSILON)


@phase
def place_leaks(program, replicate, scratch):
    """Place the fixed weights of the leaks behind the trained ones. Writes: scratch.effective."""
    for p in range(len(replicate.leaks)):
        scratch.effective[program.weights + p] = replicate.leaks[p]


@kernel
def gradient(program, replicate, parameters, scratch, chosen, labels, update):
    """Compute the loss of a batch, summed over images; its gradient is left in scratch.slopes. The inputs lie in
    scratch.values."""
    images = len(chosen)
    place_leaks(program, replicate, scratch)
    effective_weights(program, replicate, parameters, scratch, replicate.keys[1], update, TRAINING)
    forward(program, replicate, parameters, scratch, replicate.keys[0], update, TRAINING, images)
    loss = judge(program, scratch, labels, images)
    backward(program, replicate, parameters, scratch, replicate.keys[0], update, TRAINING, images)
    return loss


@kernel
def train(program, replicate, parameters, moments, scratch, features, labels, order, batch, rates, first, losses):
    """Train one replicate for some updates.

    Reads: program, replicate, features, labels, order, rates. Writes: parameters, moments, scratch, losses. Draws:
    streams `wave_values` and `wave_links`.

    Parameters
    ----------
    program : Program
    replicate : Replicate
    parameters : ndarray of float32, shape (parameter,)
    moments : Moments
    scratch : Scratch
    features : ndarray of float32, shape (image, feature)
    labels : ndarray of float32, shape (image,)
    order : ndarray of int32, shape (image,)
        Order of the images in this pass.
    batch : int
        Images per update; the last of a pass may have fewer.
    rates : ndarray of float64, shape (update in this call,)
        Learning rates.
    first : tuple of int
        (updates done before, batch of the pass to begin with).
    losses : ndarray of float64, shape (update in this call,)
        Takes the mean loss of each batch.
    """
    place_leaks(program, replicate, scratch)
    chosen_labels = scratch.drawn
    for number in range(len(rates)):
        update = first[0] + number
        begin = (first[1] + number) * batch
        chosen = order[begin : min(begin + batch, len(order))]
        images = len(chosen)
        gather(features, chosen, scratch.values, images)
        effective_weights(program, replicate, parameters, scratch, replicate.keys[1], update, TRAINING)
        forward(program, replicate, parameters, scratch, replicate.keys[0], update, TRAINING, images)
        for c in range(images):
            chosen_labels[c] = labels[chosen[c]]
        losses[number] = judge(program, scratch, chosen_labels, images) / images
        backward(program, replicate, parameters, scratch, replicate.keys[0], update, TRAINING, images)
        adam(parameters, scratch.slopes, moments, rates[number], update + 1)


@kernel
def evaluate(program, replicate, parameters, scratch, features, labels, order, batch, trial, counts, outputs):
    """Pass images through a network without learning; returns (loss summed over images, images that are right).

    Parameters
    ----------
    program, replicate, parameters, scratch, features, labels
        See `train`.
    order : ndarray of int32, shape (image,)
        Images to pass.
    batch : int
        Images passed together.
    trial : int
        Addresses the draws of the first batch, trial + 1 those of the second, ...
    counts : ndarray of int64, shape (class,)
        Takes the number of images given to each class; nothing for squares.
    outputs : ndarray of float32, shape (image, output)
        Takes the outputs, if it has rows.
    """
    place_leaks(program, replicate, scratch)
    total, right = 0.0, 0
    first = program.rows - program.outputs
    for begin in range(0, len(order), batch):
        chosen = order[begin : min(begin + batch, len(order))]
        images = len(chosen)
        gather(features, chosen, scratch.values, images)
        effective_weights(program, replicate, parameters, scratch, replicate.keys[3], trial, EVALUATION)
        forward(program, replicate, parameters, scratch, replicate.keys[2], trial, EVALUATION, images)
        trial += 1
        chosen_labels = scratch.drawn
        for c in range(images):
            chosen_labels[c] = labels[chosen[c]]
        total += judge(program, scratch, chosen_labels, images)
        if program.loss == LIKELIHOOD:
            right += count_classes(first, program.outputs, scratch.values, chosen_labels, images, counts)
        elif program.loss == SQUARES:
            right += count_close(first, scratch.values, chosen_labels, images)
        for c in range(min(images, len(outputs) - begin)):
            for j in range(program.outputs):
                outputs[begin + c, j] = scratch.values[first + j, c]
    return total, right
