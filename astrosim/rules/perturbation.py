"""Random steps of weights (dimensionless). Murray 2026, section 4.3.

Weights are float32 numbers on a fixed grid: the limit's power of two over 2^23 (2^-22 for [-2, 2]). A step is rounded
to the grid, hence every sum of weights is exact in float64, in any order: incremental evaluation cannot drift.

An astrocyte's sigma may follow its success (Rechenberg 1973): `adapted_sigma`. That is this package's.

Draws: stream `perturbation`, index = number of the synapse; indices 2i and 2i + 1 are the two branches of one
Box-Muller pair.
"""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.exact_functions import cos_sin_turn, minus_two_log
from astrosim.core.jit import inlined, kernel
from astrosim.core.rng import block_words


def grid(limit: float) -> float:
    """Return spacing of the weights' grid for weights in [-limit, limit]."""
    return 2.0 ** (math.ceil(math.log2(limit)) - 23)


def grid_limit(limit: float) -> np.float32:
    """Return the largest weight on the grid."""
    return np.float32(math.floor(limit / grid(limit)) * grid(limit))


def on_grid(values: np.ndarray, limit: float) -> np.ndarray:
    """Return values of any shape clipped to [-limit, limit] and rounded to the grid: float32, without negative zero."""
    bound = grid_limit(limit)
    rounded = (np.rint(values / grid(limit)) * grid(limit)).astype(np.float32)
    return np.clip(rounded, -bound, bound) + np.float32(0.0)


@inlined
def gaussian_pair(word_radius, word_angle):
    """Return two independent N(0, 1) numbers (Box and Muller 1958), float32, at most 6.8 in size."""
    radius = np.sqrt(minus_two_log(word_radius))
    cosine, sine = cos_sin_turn(word_angle)
    return radius * cosine, radius * sine


@inlined
def step(gaussian, scale, spacing):
    """Return size of a step on the grid: sigma * N(0, 1), rounded; scale is sigma / spacing; all float32."""
    return np.rint(gaussian * scale) * spacing


@inlined
def stepped(weight, size, limit):
    """Weight after a step, clipped to [-limit, limit]; all float32."""
    weight = weight + size
    weight = limit if weight > limit else weight
    return -limit if weight < -limit else weight


@kernel
def gaussian_at(key, trial, index):
    """Return the N(0, 1) number of one synapse in one trial, float32."""
    w0, w1, w2, w3 = block_words(key, trial, index >> 2)
    lane = index & 3
    upper = lane >= 2
    first, second = gaussian_pair(w2 if upper else w0, w3 if upper else w1)
    return second if lane & 1 else first


@inlined
def takes_part(u, fraction):
    """Return whether an eligible synapse is among the random part that is perturbed; u uniform in [0, 1)."""
    return u < fraction


@inlined
def step_scale(sigma, spacing):
    """Return sigma in steps of the grid, float32."""
    return np.float32(sigma / spacing)


@inlined
def adapted_sigma(sigma, kept, rise, fall, cap):
    """Return sigma of an astrocyte after a trial in which it was active: larger after success, smaller after
    failure."""
    return min(sigma * rise, cap) if kept else sigma * fall


@kernel
def mean_sigma(sigma, active):
    """Return sigma of a trial: the mean over the active astrocytes (numbers), float64, shape (astrocyte,)."""
    total = 0.0
    for a in active:
        total += sigma[a]
    return total / active.size


@kernel
def perturbed(weight, key, trial, index, scale, spacing, limit):
    """Weight of one synapse after the perturbation of a trial, float32."""
    return stepped(weight, step(gaussian_at(key, trial, index), scale, spacing), limit)


@kernel
def perturb(weight, synapses, key, trial, scale, spacing, limit):
    """Perturb the weights of the given synapses in place; synapses: int32 numbers, each once."""
    for s in synapses:
        weight[s] = perturbed(weight[s], key, trial, s, scale, spacing, limit)
