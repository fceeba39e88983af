"""Summary of learning over spiking windows for the console: seeds that solved their task, and after how many trials."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from astrosim.statistics.inference import share_interval
from astrosim.summary.measures import FRACTION, Measure
from astrosim.summary.rows import UNKNOWN, add_known, quantile_text
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario

COUNTS = ("seed", "neurons", "synapses", "astrocytes", "trials", "kept", "reverted", "idle")
COLUMNS = (
    "n",
    "solved",
    "95 %\ninterval",
    "paper",
    "median\ntrials",
    "paper",
    "95th per-\ncentile",
    "accuracy",
    "idle",
    "explored",
    "biol. s",
    "us per\ntrial",
)
HIGH = 0.95  # quantile that is shown beside the median


class WindowSummary(RunSummary[WindowScenario]):
    """The rows of a run, beside the scenario that they come from."""

    kind = "spiking"
    texts = ("condition", "engine")
    counts = COUNTS

    @property
    def measure(self) -> Measure:
        """Mean accuracy over all patterns."""
        return Measure("mean_accuracy", "mean accuracy", bounds=FRACTION)

    def table(self) -> Table:
        """Return conditions with solved seeds, trials until then, and what a trial cost."""
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="underline")
        table.add_column("condition", overflow="fold")
        add_known(table, COLUMNS, [self.cells(name) for name in self.conditions])
        return table

    def cells(self, condition: str) -> list[str]:
        """Return the cells of a condition."""
        solved, trials = self.column(condition, "solved_trial"), self.column(condition, "trials")
        most, hits = float(self.resolved[condition].schedule.trials), int(np.isfinite(solved).sum())
        interval, published = share_interval(hits, len(solved)), self.reference.get(condition, {})
        seconds, sum_of = self.column(condition, "wall_s").sum(), trials.sum()
        return [
            condition,
            f"{len(solved)}",
            f"{hits}",
            f"{interval.low:.3f}-{interval.high:.3f}",
            number_text(published.get("solved"), 3),
            quantile_text(solved, 0.5, most),
            number_text(published.get("median_trials"), 0),
            quantile_text(solved, HIGH, most),
            number_text(self.column(condition, "mean_accuracy").mean(), 3),
            number_text(self.column(condition, "idle").sum() / sum_of, 3),
            number_text(known_mean(self.column(condition, "explored")), 3),
            number_text(self.column(condition, "biological_s").mean(), 0),
            number_text(1e6 * seconds / sum_of, 1),
        ]


def known_mean(values: np.ndarray) -> float:
    """Return the mean of what is known (float64, shape (seed,)); nan if nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def number_text(value: float | None, digits: int) -> str:
    """Return a number as a table shows it."""
    return UNKNOWN if value is None or not np.isfinite(value) else f"{value:,.{digits}f}"
