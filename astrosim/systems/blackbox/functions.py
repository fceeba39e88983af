"""Functions to try learners on (dimensionless), largest at 0."""

from __future__ import annotations

import numpy as np

PATCH = 8  # weights of a patch of `patches`


def sphere(weights: np.ndarray) -> float:
    """Return minus the squared distance of weights, float64, shape (size,), from 3 in each direction."""
    difference = weights - 3.0
    return -float(difference @ difference)


def patches(weights: np.ndarray) -> float:
    """Return the sum over patches of 8 neighbouring weights of minus Rosenbrock's function (1960), 0 where all are 1.

    Weights of a patch have to change together, those of different patches have nothing to do with each other: their
    rewards add up. The weights have shape (size,), a multiple of 8.
    """
    rows = weights.reshape(-1, PATCH)
    valley, slope = rows[:, 1:] - rows[:, :-1] ** 2, 1.0 - rows[:, :-1]
    return -float((100.0 * valley * valley + slope * slope).sum())
