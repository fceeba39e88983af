"""Steps up a gradient that comes from rewards alone (dimensionless): opposite steps (Salimans et al. 2017), and Adam.

Adam: Kingma & Ba 2015, algorithm 1.
"""

from __future__ import annotations

import math

from astrosim.core.jit import inlined, kernel

MEAN_DECAY = 0.9  # beta 1; Kingma & Ba 2015
SQUARE_DECAY = 0.999  # beta 2; Kingma & Ba 2015
SMALL = 1e-8  # epsilon; Kingma & Ba 2015


@kernel
def add_slope(gradient, step, rise, width):
    """Add rise / width x step: what a pair of opposite steps, whose rewards differ by `rise`, says of the gradient.

    Reads: step. Writes: gradient (both float64, shape (parameter,); `step` may be longer). For an estimate of the
    gradient of the smoothed reward `width` is 2 sigma x the number of pairs.
    """
    factor = rise / width
    for s in range(gradient.size):
        gradient[s] += factor * step[s]


@inlined
def corrections(updates):
    """Return the divisors that undo the start of Adam's two running means at 0; updates: those before this one."""
    return 1.0 - MEAN_DECAY ** (updates + 1), 1.0 - SQUARE_DECAY ** (updates + 1)


@inlined
def adam_step(mean, square, slope, first, second):
    """Return both running means of one parameter after a slope, and its step at a rate of 1; see `corrections`."""
    mean = MEAN_DECAY * mean + (1.0 - MEAN_DECAY) * slope
    square = SQUARE_DECAY * square + (1.0 - SQUARE_DECAY) * slope * slope
    return mean, square, mean / first / (math.sqrt(square / second) + SMALL)


@kernel
def climb(centre, mean, square, gradient, rate, updates):
    """Move a centre one step of Adam up a gradient; updates: those before this one.

    Reads: gradient. Writes: centre, mean, square (all float64, shape (parameter,)).
    """
    first, second = corrections(updates)
    for s in range(centre.size):
        mean[s], square[s], step = adam_step(mean[s], square[s], gradient[s], first, second)
        centre[s] += rate * step
