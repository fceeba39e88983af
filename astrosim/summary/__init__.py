"""What the console says after a run: a table, alarms, and all of it as a dictionary, by the kind of its scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from rich.console import RenderableType

from astrosim.scenario import Scenario, load_scenario
from astrosim.summary.astrocytes import UNKNOWN, Summary, ceilings, ceilings_table, read_rows
from astrosim.summary.waves import WaveSummary


class AnySummary(Protocol):
    """A run's rows, told in three ways."""

    rows: list[dict[str, Any]]

    def table(self) -> RenderableType:
        """Conditions with their figures."""

    def alarms(self) -> list[Any]:
        """What must not be overlooked, to be printed."""

    def as_dict(self, report: Path | None = None) -> dict[str, Any]:
        """All of it, for JSON."""


def read(directory: Path) -> Summary | WaveSummary:
    """The summary of a run directory, of whatever kind its scenario is.

    Raises
    ------
    ScenarioError, StoreError
        If the scenario or the summary cannot be read.
    """
    if isinstance(load_scenario(directory / "scenario.toml"), Scenario):
        return Summary.read(directory)
    return WaveSummary.read(directory)


__all__ = ["UNKNOWN", "AnySummary", "Summary", "WaveSummary", "ceilings", "ceilings_table", "read", "read_rows"]
