"""Summary of a run on images or tables for the console (fractions)."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from astrosim.summary.rows import UNKNOWN
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.arrays.scenario.schema import ArrayScenario

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

    def table(self) -> Table:
        """Return conditions with median and range of the test score, and what it cost."""
        table = Table(title=f"Test {self.score_words} over seeds", title_justify="left", box=None, pad_edge=False)
        table.padding, table.header_style, table.title_style = (0, 1, 0, 0), "underline", "bold"
        table.add_column("condition", overflow="fold")
        for column in COLUMNS:
            table.add_column(
                column if self.of_images else column.replace("images", "rows"), justify="right", no_wrap=True
            )
        for condition in self.conditions:
            table.add_row(*self._cells(condition))
        return table

    def _cells(self, condition: str) -> list[str]:
        accuracy, validation = (self.column(condition, f"{part}_{self.score}") for part in ("test", "validation"))
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
