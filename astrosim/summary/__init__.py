"""What the console says after a run: a table, alarms, and all of it as a dictionary, by the kind of its scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astrosim.scenario import FieldScenario, Scenario, load_scenario
from astrosim.summary.astrocytes import UNKNOWN, Summary, ceilings, ceilings_table, read_rows

if TYPE_CHECKING:
    from astrosim.summary.fields import FieldSummary
    from astrosim.summary.waves import WaveSummary


def read(directory: Path) -> Summary | WaveSummary | FieldSummary:
    """The summary of a run directory, of whatever kind its scenario is.

    Raises
    ------
    ScenarioError, StoreError
        If the scenario or the summary cannot be read.
    """
    scenario = load_scenario(directory / "scenario.toml")
    if isinstance(scenario, Scenario):
        return Summary.read(directory)
    if isinstance(scenario, FieldScenario):
        from astrosim.summary.fields import FieldSummary

        return FieldSummary.read(directory)
    from astrosim.summary.waves import WaveSummary  # scipy.stats takes a second to load

    return WaveSummary.read(directory)


__all__ = ["UNKNOWN", "Summary", "ceilings", "ceilings_table", "read", "read_rows"]
