"""The wandering point of experiment 020, in 2-D (lengths in units). Murray 2026, section 5.2; parameters: its program.

Draws: stream `cursor`; index 0: jump or step, 1 and 2: x and y.
"""

from __future__ import annotations

from astrosim.jit import inlined, kernel


@inlined
def within(dx, dy, radius):
    """Whether a distance vector is no longer than the radius."""
    return dx * dx + dy * dy <= radius * radius


@kernel
def moved(at, low, high, jumps, u, step):
    """New coordinate in [low, high]: anywhere if it jumps, else at most `step` away; u uniform in [0, 1)."""
    if jumps:
        return low + u * (high - low)
    return min(max(at + (u - 0.5) * 2.0 * step, low), high)
