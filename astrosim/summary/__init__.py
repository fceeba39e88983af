"""Summaries of runs: conditions in numbers, for the console, for notebooks, and as a dictionary."""

from __future__ import annotations

from astrosim.summary.frames import comparisons_frame, conditions_frame
from astrosim.summary.reading import read
from astrosim.summary.run_summary import RunSummary

__all__ = ["RunSummary", "comparisons_frame", "conditions_frame", "read"]
