"""The grid of time steps (ms)."""

from __future__ import annotations

ON_GRID = 1e-6  # steps; assumed: times are written with a few digits, and 0.1 is no binary number
