"""Sums over observations, from which their centre and spread follow (float64)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel


class Moments(NamedTuple):
    """Sums over observations, in order.

    Attributes
    ----------
    count : ndarray of int64, shape (1,)
    total : ndarray, shape (input,)
    squares : ndarray, shape (input,)
    """

    count: np.ndarray  # type: ignore[assignment]  # in place of a tuple's method
    total: np.ndarray
    squares: np.ndarray


@kernel
def gather(moments, observation):
    """Add an observation. Writes: moments."""
    moments.count[0] += 1
    for i in range(observation.size):
        moments.total[i] += observation[i]
        moments.squares[i] += observation[i] * observation[i]
