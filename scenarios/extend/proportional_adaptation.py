"""Thresholds that move in proportion to how far recent success is from a target (dimensionless)."""

from __future__ import annotations

from numba import njit

from astrosim import Astrocyte


class Proportional(Astrocyte):
    """Adapts by the distance from the middle between the two success rates at which others begin to adapt."""

    @staticmethod
    @njit
    def adapted(threshold, rate, step, upper, lower, floor, ceiling):
        """Threshold after one adaptation; at `upper` and `lower` it moves by `step`, as in the report."""
        target, half_width = (upper + lower) / 2.0, (upper - lower) / 2.0
        if half_width == 0.0:
            return threshold
        moved = threshold - step * (rate - target) / half_width
        return min(max(moved, floor), ceiling)
