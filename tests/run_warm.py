"""Loaded once by the server of processes: all runs that the tests start find their kernels compiled and loaded."""

from __future__ import annotations

from run_helpers import small

from astrosim.runs.cell import warm_up
from astrosim.scenario import condition_names, resolve

for name in condition_names(small()):
    warm_up(resolve(small(), name), 0)
