"""The summary of a run of whatever kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.contracts.registry import find_system
from astrosim.scenario import load_run
from astrosim.summary.run_summary import RunSummary


def read(directory: str | Path) -> RunSummary[Any]:
    """Read the summary of a run directory, of whatever kind its scenario is.

    Parameters
    ----------
    directory : str or Path

    Raises
    ------
    ScenarioError, StoreError
        If the scenario or the summary cannot be read.
    """
    family = load_run(directory).family
    found: RunSummary[Any] = find_system(family).part("summary").read(Path(directory))
    return found
