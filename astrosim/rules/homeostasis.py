"""Homeostasis: thresholds follow firing rates (1). Murray 2026, experiments 001 to 020.

Per trial: a step of fixed size, by the mean rate over the whole life. Per episode (cursor, iterations 1 to 3): a step
in proportion to how far the rate of the episode is off.
"""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def stepped(threshold, rate, target, step):
    """Return threshold after a step towards the target rate; nothing happens exactly there."""
    if rate > target:
        return threshold + step
    if rate < target:
        return threshold - step
    return threshold


@inlined
def proportional(threshold, rate, target, step):
    """Return threshold after an episode: it moves by `step` times the distance from the target rate."""
    return threshold + step * (rate - target)
