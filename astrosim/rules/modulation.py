"""What modulatory neurons release (1), from the accuracy of a trial, or from each output. Murray 2026, exp. 002 to 018.

Accuracy and reward of five bits are never 0, so that modulatory neurons fire in every trial.
"""

from __future__ import annotations

from astrosim.core.jit import inlined
from astrosim.rules.flags import sign


@inlined
def centred(accuracy):
    """Return reward in [-1, 1] from the fraction of right bits."""
    return 2.0 * (accuracy - 0.5)


@inlined
def powered(reward, exponent):
    """Return the reward with its size raised to a whole power from 1 on, its sign kept."""
    size = abs(reward)
    power = size
    for _ in range(exponent - 1):
        power *= size
    return sign(reward) * power


@inlined
def blend(episode, start, stop):
    """Return the progress of shaping in an episode (from 1): 0 up to `start`, 1 from `stop` on."""
    if stop <= start:
        return 1.0
    return max(0.0, min(1.0, (episode - start) / (stop - start)))


@inlined
def shaped(reward, exponent, part):
    """Return a blend of the reward and its power."""
    if part >= 1.0:
        return powered(reward, exponent)
    return (1.0 - part) * reward + part * powered(reward, exponent)


@inlined
def per_output(fires, wanted):
    """Return the release of an output: 1 if it fires rightly, -1 if it is wrong, 0 if it is rightly silent."""
    if fires != wanted:
        return -1.0
    return 1.0 if fires else 0.0
