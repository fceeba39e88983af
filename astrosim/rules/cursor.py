"""The wandering point of experiment 020, in 2-D (lengths in units). Murray 2026, section 5.2; parameters: its program.

Draws: stream `cursor`; index 0: jump or step, 1 and 2: x and y.
"""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel
from astrosim.core.rng import uniform


@inlined
def within(dx, dy, radius):
    """Return whether a distance vector is no longer than the radius."""
    return dx * dx + dy * dy <= radius * radius


@kernel
def moved(at, low, high, jumps, u, step):
    """Return new coordinate in [low, high]: anywhere if it jumps, else at most `step` away; u uniform in [0, 1)."""
    if jumps:
        return low + u * (high - low)
    return min(max(at + (u - 0.5) * 2.0 * step, low), high)


@kernel
def move(at, key, trial, low, high, jump, step):
    """Move the cursor in place: at, low and high are float64, shape (2,); it jumps with probability `jump`."""
    jumps = uniform(key, trial, 0) < jump
    for axis in range(2):
        at[axis] = moved(at[axis], low[axis], high[axis], jumps, uniform(key, trial, 1 + axis), step)
