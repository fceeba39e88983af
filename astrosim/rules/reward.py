"""Global scalar rewards of one pattern (1; the soft and the binary one from 0 to 1). Murray 2026, section 4.4.

The report's reward is the mean sigmoid. `log_sigmoid` and `margin` are this package's: an output that is wrong by far
still gains by getting better. No reward is clamped where a network could make use of it: `log_sigmoid` falls without
end, `margin` rises no further than its cap.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import log_sigmoid, sigmoid
from astrosim.core.jit import inlined, kernel
from astrosim.rules import choices
from astrosim.rules.propagation import fires

REWARDS = choices.numbers(choices.REWARDS)
SOFT, BINARY, LOG_SIGMOID, MARGIN = (REWARDS[name] for name in ("soft", "binary", "log_sigmoid", "margin"))


@inlined
def signed(activation, target, threshold):
    """Return the distance of an output from the threshold, above 0 on its right side."""
    return activation - threshold if target else threshold - activation


@kernel
def soft_reward(activations, targets, threshold, gain=1.0):
    """Return mean over outputs of sigmoid(gain s (a - threshold)), s = +1 where the target bit is 1, else -1.

    Parameters
    ----------
    activations : ndarray of float64, shape (bit,)
    targets : ndarray of uint8, shape (bit,)
    threshold, gain : float
    """
    total = 0.0
    for bit in range(targets.size):
        total += sigmoid(gain * signed(activations[bit], targets[bit], threshold))
    return total / targets.size


@kernel
def log_sigmoid_reward(activations, targets, threshold, gain):
    """Return mean over outputs of the logarithm of what `soft_reward` takes the mean of."""
    total = 0.0
    for bit in range(targets.size):
        total += log_sigmoid(gain * signed(activations[bit], targets[bit], threshold))
    return total / targets.size


@kernel
def margin_reward(activations, targets, threshold, cap):
    """Return mean over outputs of min(s (a - threshold), cap)."""
    total = 0.0
    for bit in range(targets.size):
        total += min(signed(activations[bit], targets[bit], threshold), cap)
    return total / targets.size


@kernel
def binary_reward(activations, targets, threshold):
    """Return fraction of output bits that match; arguments as `soft_reward`."""
    matching = 0
    for bit in range(targets.size):
        matching += np.uint8(fires(activations[bit], threshold)) == targets[bit]
    return matching / targets.size


@kernel
def report_reward(rule, activations, targets, threshold):
    """Return the reward that decides, one of the two of Murray 2026: quicker than `reward`.

    Raises ValueError for another one.
    """
    if rule == SOFT:
        return soft_reward(activations, targets, threshold)
    if rule == BINARY:
        return binary_reward(activations, targets, threshold)
    raise ValueError("decision.reward: none of the report's")


@kernel
def reward(rule, activations, targets, threshold, gain, cap):
    """Return the reward that decides: the mean over outputs. Raises ValueError for an unknown rule."""
    if rule == LOG_SIGMOID:
        return log_sigmoid_reward(activations, targets, threshold, gain)
    if rule == MARGIN:
        return margin_reward(activations, targets, threshold, cap)
    if rule == SOFT:
        return soft_reward(activations, targets, threshold, gain)
    if rule == BINARY:
        return binary_reward(activations, targets, threshold)
    raise ValueError("decision.reward: a reward without a formula")


@kernel
def slope(rule, activation, target, threshold, gain, cap):
    """Return derivative, by one output's summed input, of the term that the output adds to the sum of `reward`.

    Raises ValueError for a reward without a slope: the binary one.
    """
    side = 1.0 if target else -1.0
    far = signed(activation, target, threshold)
    rest = sigmoid(-gain * far)
    if rule == LOG_SIGMOID:
        return side * gain * rest
    if rule == SOFT:
        return side * gain * rest * (1.0 - rest)
    if rule == MARGIN:
        return side if far < cap else 0.0
    raise ValueError("decision.reward: a reward without a slope")


@kernel
def mean_reward(rewards):
    """Return mean reward of a trial's patterns, in the order of their presentation; float64, shape (pattern,)."""
    total = 0.0
    for one in rewards:
        total += one
    return total / rewards.size


@kernel
def highest_reward(rule, cap):
    """Return the upper bound of the reward of one pattern. Raises ValueError for an unknown rule."""
    if rule == LOG_SIGMOID:
        return 0.0
    if rule == MARGIN:
        return cap
    if rule in (SOFT, BINARY):
        return 1.0
    raise ValueError("decision.reward: a reward without an upper end")
