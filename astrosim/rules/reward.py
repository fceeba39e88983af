"""Global scalar rewards of one pattern (0 to 1). Murray 2026, section 4.4."""

from __future__ import annotations

import numpy as np

from astrosim.elementary import sigmoid
from astrosim.jit import kernel
from astrosim.rules.propagation import fires

SOFT, BINARY = 0, 1
REWARDS = {"soft": SOFT, "binary": BINARY}


@kernel
def soft_reward(activations, targets, threshold):
    """Mean over outputs of sigmoid(s (a - threshold)), s = +1 where the target bit is 1, else -1.

    Parameters
    ----------
    activations : ndarray of float64, shape (bit,)
    targets : ndarray of uint8, shape (bit,)
    threshold : float
    """
    total = 0.0
    for bit in range(targets.size):
        margin = activations[bit] - threshold
        total += sigmoid(margin if targets[bit] else -margin)
    return total / targets.size


@kernel
def binary_reward(activations, targets, threshold):
    """Fraction of output bits that match; arguments as `soft_reward`."""
    matching = 0
    for bit in range(targets.size):
        matching += np.uint8(fires(activations[bit], threshold)) == targets[bit]
    return matching / targets.size


@kernel
def reward(rule, activations, targets, threshold):
    """The reward that decides."""
    if rule == SOFT:
        return soft_reward(activations, targets, threshold)
    return binary_reward(activations, targets, threshold)
