"""Summaries of runs: a table for the console, alarms, and all of it as a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.contracts.registry import find_system
from astrosim.scenario import load_run
from astrosim.summary.rows import UNKNOWN, read_rows
from astrosim.summary.run_summary import RunSummary

__all__ = ["UNKNOWN", "RunSummary", "read", "read_rows"]


def read(directory: Path) -> RunSummary[Any]:
    """Read the summary of a run directory, of whatever kind its scenario is.

    Raises
    ------
    ScenarioError, StoreError
        If the scenario or the summary cannot be read.
    """
    family = load_run(directory).family
    found: RunSummary[Any] = find_system(family).part("summary").read(directory)
    return found
