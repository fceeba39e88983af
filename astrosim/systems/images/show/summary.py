"""What the console says after a run on receptive fields: a table, and all of it as a dictionary (fractions)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from rich.panel import Panel
from rich.table import Table

from astrosim.core.errors import StoreError
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.threshold.show.summary import UNKNOWN, read_rows

TEXTS = ("condition", "data", "learner", "device")
COUNTS = ("seed", "units", "synapses", "trials", "sample_evaluations", "synapse_evaluations")
COLUMNS = ("n", "median", "range", "valid-\nation", "trials", "images\nevaluated", "synapses\nevaluated", "s a\nseed")


@dataclass(frozen=True)
class FieldSummary:
    """The rows of a run on receptive fields, beside the scenario that they come from.

    Attributes
    ----------
    directory : Path
    scenario : FieldScenario
    rows : list of dict
        Of summary.csv, values typed.
    """

    directory: Path
    scenario: FieldScenario
    rows: list[dict[str, Any]]

    @classmethod
    def read(cls, directory: Path) -> FieldSummary:
        """Read the summary of a run directory.

        Raises
        ------
        StoreError
            If there is no summary, or it is none of receptive fields.
        """
        scenario = load_scenario(directory / "scenario.toml")
        if not isinstance(scenario, FieldScenario):
            raise StoreError(f"{directory}: a run of kind {scenario.kind}, not of fields. Use `summary.read`.")
        return cls(directory, scenario, read_rows(directory / "summary.csv", TEXTS, (), COUNTS))

    @cached_property
    def resolved(self) -> dict[str, FieldScenario]:
        """Scenarios by condition, in order."""
        return {name: resolve(self.scenario, name) for name in condition_names(self.scenario)}

    @cached_property
    def conditions(self) -> list[str]:
        """Conditions with finished seeds, in the order of the scenario."""
        present = {row["condition"] for row in self.rows}
        return [name for name in self.resolved if name in present]

    def of(self, condition: str) -> list[dict[str, Any]]:
        """A condition's rows."""
        return [row for row in self.rows if row["condition"] == condition]

    def column(self, condition: str, name: str) -> np.ndarray:
        """One column of a condition's rows, shape (seed,), float64."""
        return np.array([row[name] for row in self.of(condition)], dtype=float)

    def table(self) -> Table:
        """Conditions with median and range of the test accuracy, and what it cost."""
        table = Table(title="Test accuracy over seeds", title_justify="left", box=None, pad_edge=False)
        table.padding, table.header_style, table.title_style = (0, 1, 0, 0), "underline", "bold"
        table.add_column("condition", overflow="fold")
        for column in COLUMNS:
            table.add_column(column, justify="right", no_wrap=True)
        for condition in self.conditions:
            table.add_row(*self._cells(condition))
        return table

    def _cells(self, condition: str) -> list[str]:
        accuracy, validation = self.column(condition, "test_accuracy"), self.column(condition, "validation_accuracy")
        first = self.of(condition)[0]
        return [
            condition,
            f"{len(accuracy)}",
            f"{np.median(accuracy):.4f}",
            f"{accuracy.min():.4f}-{accuracy.max():.4f}" if len(accuracy) > 1 else UNKNOWN,
            UNKNOWN if np.isnan(validation).all() else f"{np.median(validation):.4f}",
            f"{first['trials']:,}",
            f"{self.column(condition, 'sample_evaluations').mean():.2e}",
            f"{self.column(condition, 'synapse_evaluations').mean():.2e}",
            f"{self.column(condition, 'wall_s').mean():.3g}",
        ]

    def alarms(self) -> list[Panel | str]:
        """Nothing: no answer is constant without showing in the accuracy."""
        return []

    def as_dict(self, report: Path | None = None) -> dict[str, Any]:
        """All of it for JSON; nan becomes null."""
        rows = [
            {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
            for row in self.rows
        ]
        return {
            "directory": str(self.directory),
            "report": None if report is None else str(report),
            "cells": len(rows),
            "alarms": [],
            "rows": rows,
        }
