"""What the console says after a run: a table, alarms, and all of it as a dictionary, by the kind of its scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astrosim.scenario import load_scenario
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import UNKNOWN, Summary, ceilings, ceilings_table, read_rows

if TYPE_CHECKING:
    from astrosim.systems.images.show.summary import FieldSummary
    from astrosim.systems.waves.show.summary import WaveSummary


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
        from astrosim.systems.images.show.summary import FieldSummary

        return FieldSummary.read(directory)
    from astrosim.systems.waves.show.summary import WaveSummary  # scipy.stats takes a second to load

    return WaveSummary.read(directory)


__all__ = ["UNKNOWN", "Summary", "ceilings", "ceilings_table", "read", "read_rows"]
