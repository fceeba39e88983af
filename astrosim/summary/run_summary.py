"""The summary of a run: the rows of summary.csv beside their scenario. Accuracies and rates are fractions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from rich.panel import Panel
from rich.table import Table

from astrosim.core.errors import StoreError
from astrosim.scenario import Experiment, condition_names, load_run, resolve
from astrosim.scenario.sweep.parameters import SweepColumns
from astrosim.store import open_replicates
from astrosim.summary.departures import departed_words, departures, published
from astrosim.summary.measures import Measure
from astrosim.summary.rows import read_rows

if TYPE_CHECKING:
    from xarray import Dataset


@dataclass(frozen=True)
class RunSummary[S: Experiment]:
    """Base of the summaries of all systems.

    Attributes
    ----------
    directory : Path
    scenario : Experiment
    rows : list of dict
        Of summary.csv, values typed.
    only : tuple of str or None
        The conditions that are shown, where not all are.
    kind : str
        Of the scenarios that this class summarises.
    texts, flags, counts : tuple of str
        Columns of texts, of True or False, and of whole numbers; all others hold fractions.
    """

    directory: Path
    scenario: S
    rows: list[dict[str, Any]]
    only: tuple[str, ...] | None = None

    kind: ClassVar[str] = ""
    texts: ClassVar[tuple[str, ...]] = ("condition",)
    flags: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[tuple[str, ...]] = ("seed",)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read the summary of a run directory.

        Raises
        ------
        StoreError
            If there is no summary, or it is one of another kind.
        """
        scenario: Any = load_run(directory)
        if scenario.kind != cls.kind:
            raise StoreError(f"{directory}: a run of kind {scenario.kind}, not {cls.kind}. Use `summary.read`.")
        swept = SweepColumns.of(scenario)
        texts, counts = (*cls.texts, *swept.texts()), (*cls.counts, *swept.counts())
        return cls(directory, scenario, read_rows(directory / "summary.csv", texts, cls.flags, counts))

    @cached_property
    def resolved(self) -> dict[str, S]:
        """Scenarios by condition, in order."""
        names = condition_names(self.scenario) if self.only is None else self.only
        return {name: resolve(self.scenario, name) for name in names}

    @property
    def measure(self) -> Measure:
        """The column by which settings and runs are compared, unless another is asked for."""
        raise NotImplementedError

    def dataset(self) -> Dataset:
        """Return the trajectories of the conditions that are shown, one condition for each setting of a sweep."""
        whole = open_replicates(self.directory)
        return whole if self.only is None else whole.sel(condition=list(self.only))

    def showing(self, names: Sequence[str]) -> Self:
        """Return the summary of some conditions alone."""
        return replace(self, rows=[row for row in self.rows if row["condition"] in names], only=tuple(names))

    @cached_property
    def departures(self) -> tuple[str, ...]:
        """In what the run departs from the one whose published figures its scenario carries."""
        return departures(self.directory, self.scenario)

    @property
    def departed(self) -> str:
        """A sentence on the departures; empty for none."""
        return departed_words(self.departures)

    @property
    def reference(self) -> Mapping[str, Mapping[str, float]]:
        """Published figures by condition; none if the run departs from theirs."""
        return {} if self.departures else published(self.scenario)

    @cached_property
    def conditions(self) -> list[str]:
        """Conditions with finished seeds, in the order of the scenario."""
        present = {row["condition"] for row in self.rows}
        return [name for name in condition_names(self.scenario) if name in present]

    def of(self, condition: str) -> list[dict[str, Any]]:
        """Return the rows of a condition."""
        return [row for row in self.rows if row["condition"] == condition]

    def column(self, condition: str, name: str) -> np.ndarray:
        """Return one column of a condition's rows: float64, shape (seed,); nan where a run has no such column."""
        return np.array([row.get(name, math.nan) for row in self.of(condition)], dtype=float)

    def table(self) -> Table:
        """Return the conditions in numbers, one row per condition."""
        raise NotImplementedError

    def alarms(self) -> list[Panel | str]:
        """Return warnings and notes for the console."""
        return [f"Note: {text}" for text in self.alarm_texts()]

    def alarm_texts(self) -> list[str]:
        """Return the warnings and notes as plain texts."""
        return [self.departed] if self.departed else []

    def as_dict(self, report: Path | None = None) -> dict[str, Any]:
        """Return all of it for JSON; nan becomes null, and replicates are called cells, as scripts know them."""
        rows = [
            {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
            for row in self.rows
        ]
        return {
            "directory": str(self.directory),
            "report": None if report is None else str(report),
            "cells": len(rows),
            "alarms": self.alarm_texts(),
            "rows": rows,
        }
