"""Summary of a run of image networks for the console (fractions)."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from astrosim.summary.rows import UNKNOWN
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.arrays.scenario.schema import ArrayScenario

TEXTS = ("condition", "data", "learner", "device")
COUNTS = ("seed", "units", "synapses", "trials", "sample_evaluations", "synapse_evaluations")
COLUMNS = ("n", "median", "range", "validation", "trials", "images\nevaluated", "synapses\nevaluated", "s per\nseed")


class ArraySummary(RunSummary[ArrayScenario]):
    """The rows of a run of image networks, beside the scenario that they come from."""

    kind = "task"
    texts = TEXTS
    flags = ()
    counts = COUNTS

    def table(self) -> Table:
        """Return conditions with median and range of the test accuracy, and what it cost."""
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
