"""Summary of a run on images or tables for the console (fractions)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from rich.table import Table

from astrosim.summary.measures import FRACTION, Measure
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.show.baselines import absence, baseline_rows
from astrosim.systems.arrays.show.sources import remarked

TEXTS = ("condition", "data", "learner", "device")
COUNTS = ("seed", "units", "synapses", "trials", "images", "sample_evaluations", "synapse_evaluations")
COLUMNS = ("n", "median", "range", "validation", "trials", "images\nevaluated", "synapses\nevaluated", "s per\nseed")


class ArraySummary(RunSummary[ArrayScenario]):
    """The rows of a run on images or tables, beside the scenario that they come from."""

    kind = "task"
    texts = TEXTS
    flags = ()
    counts = COUNTS

    @property
    def of_images(self) -> bool:
        """Whether all rows are images."""
        return all(one.task.of_images for one in self.resolved.values())

    @property
    def score(self) -> str:
        """Name of the score: accuracy, or r2 where every condition learns numbers."""
        return "r2" if self.rows and all("test_r2" in row for row in self.rows) else "accuracy"

    @property
    def score_words(self) -> str:
        """The score in words."""
        return "R2" if self.score == "r2" else "accuracy"

    @cached_property
    def baselines(self) -> list[dict[str, Any]]:
        """Rows of scikit-learn's baselines on the same parts of the tables."""
        return baseline_rows(self, self.score)

    def alarm_texts(self) -> list[str]:
        """Return the warnings and notes as plain texts."""
        return [*super().alarm_texts(), *remarked(self.directory), *filter(None, [absence(self, bool(self.baselines))])]

    @property
    def measure(self) -> Measure:
        """Test accuracy, or R2 where numbers are learned."""
        return Measure(
            f"test_{self.score}", f"test {self.score_words}", bounds=FRACTION if self.score == "accuracy" else None
        )

    def table(self) -> Table:
        """Return conditions, and baselines, with median and range of the test score, and what it cost."""
        table = Table(title=f"Test {self.score_words} over seeds", title_justify="left", box=None, pad_edge=False)
        table.padding, table.header_style, table.title_style = (0, 1, 0, 0), "underline", "bold"
        table.add_column("condition", overflow="fold")
        for column in COLUMNS:
            table.add_column(
                column if self.of_images else column.replace("images", "rows"), justify="right", no_wrap=True
            )
        for condition in self.conditions:
            table.add_row(*self._cells(condition))
        for name in dict.fromkeys(row["condition"] for row in self.baselines):
            rows = [row for row in self.baselines if row["condition"] == name]
            table.add_row(*self._scores(name, rows), *[UNKNOWN] * 4)
        return table

    def _scores(self, name: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Name, number of seeds, median and range of the test score, median of the validation score."""
        test, validation = (np.array([row[f"{part}_{self.score}"] for row in rows]) for part in ("test", "validation"))
        return [
            name,
            f"{len(test)}",
            f"{np.median(test):.4f}",
            _range(test) if len(test) > 1 else UNKNOWN,
            UNKNOWN if np.isnan(validation).all() else f"{np.median(validation):.4f}",
        ]

    def _cells(self, condition: str) -> list[str]:
        first = self.of(condition)[0]
        return [
            *self._scores(condition, self.of(condition)),
            f"{first['trials']:,}",
            f"{self.column(condition, 'sample_evaluations').mean():.2e}",
            f"{self.column(condition, 'synapse_evaluations').mean():.2e}",
            f"{self.column(condition, 'wall_s').mean():.3g}",
        ]


def _range(values: np.ndarray) -> str:
    """Least and most of values; a dash would be taken for the sign of a negative one."""
    between = " to " if values.min() < 0 else "-"
    return f"{values.min():.4f}{between}{values.max():.4f}"
