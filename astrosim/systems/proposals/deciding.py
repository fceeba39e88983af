"""When a proposal is given up, and how its astrocyte's sigma follows (dimensionless)."""

from __future__ import annotations

from astrosim.core.jit import kernel

TRIED, KEPT = range(2)  # rows of `tally`


@kernel
def race_blocks(race, blocks):
    """Return blocks before a proposal may be dropped; all of them if the race is off."""
    return min(blocks, max(1, int(race * blocks))) if race < 1.0 else blocks


@kernel
def next_sigma(sigma, kept, params, cap):
    """Return an astrocyte's sigma after a trial of its own; a cap that falls from batch to batch binds after failure,
    too.
    """
    return min(sigma * (params.grow_factor if kept else params.shrink_factor), cap)
