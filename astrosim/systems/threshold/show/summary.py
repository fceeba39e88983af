"""Summary of a run of threshold networks for the console. Accuracies and rates are fractions."""

from __future__ import annotations

import math

import numpy as np
from rich.panel import Panel
from rich.table import Table

from astrosim.scenario import condition_names, resolve
from astrosim.summary.measures import FRACTION, Measure
from astrosim.summary.rows import UNKNOWN, add_known
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.threshold.scenario.schema import Scenario

TEXTS = ("condition", "engine", "outputs")
FLAGS = ("constant_output", "ceiling_exact")
COUNTS = (
    "seed",
    "episodes",
    "trials",
    "kept",
    "reverted",
    "distinct_outputs",
    "learned_patterns",
    "neurons",
    "synapses",
)
CONSTANT = "CONSTANT"  # begin of a warning
COLUMNS = (
    "seeds",
    "accuracy",
    "95 % interval",
    "paper",
    "ceiling",
    "accept\nrate",
    "paper",
    "solved",
    "distinct\noutputs",
    "µs per\ntrial",
)  # narrow: the table fits 80 columns


class Summary(RunSummary[Scenario]):
    """The rows of a run of threshold networks, beside the scenario that they come from."""

    kind = "astrocyte"
    texts = TEXTS
    flags = FLAGS
    counts = COUNTS

    @property
    def measure(self) -> Measure:
        """Mean accuracy of the frozen network over all patterns."""
        return Measure("mean_accuracy", "mean accuracy", bounds=FRACTION)

    def table(self) -> Table:
        """Return conditions with mean accuracy, interval, ceiling and published figures; empty columns are left out."""
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="underline")
        table.add_column("condition", no_wrap=True)
        add_known(table, COLUMNS, [self._cells(condition) for condition in self.conditions])
        return table

    def _cells(self, condition: str) -> list[str]:
        accuracy = self.column(condition, "mean_accuracy")
        published = self.reference.get(condition, {})
        exact = all(row["ceiling_exact"] for row in self.rows if row["condition"] == condition)
        ceiling = _number(mean(self.column(condition, "ceiling")))
        time = self.column(condition, "wall_s").sum() / max(self.column(condition, "trials").sum(), 1)
        return [
            condition,
            f"{len(accuracy)}",
            _number(mean(accuracy), 4),
            interval_words(accuracy),
            _number(published.get("accuracy"), 4),
            ceiling if exact else f">= {ceiling}",
            _number(mean(self.column(condition, "accept_rate"))),
            _number(published.get("accept_rate")),
            self._solved(condition),
            f"{mean(self.column(condition, 'distinct_outputs')):.1f}",
            f"{1e6 * time:.2f}",
        ]

    def _solved(self, condition: str) -> str:
        """On how many seeds the task was solved, where passes are counted."""
        if not np.isfinite(self.column(condition, "passes")).any():
            return UNKNOWN
        return f"{np.isfinite(self.column(condition, 'solved_trial')).sum()}"

    def alarms(self) -> list[Panel | str]:
        """Return one loud warning of all conditions in which a constant output poses as learning, and notes."""
        loud = [text for text in self.alarm_texts() if text.startswith(CONSTANT)]
        notes: list[Panel | str] = [f"Note: {text}" for text in self.alarm_texts() if text not in loud]
        return [Panel("\n".join(loud), title="WARNING", style="bold red"), *notes] if loud else notes

    def alarm_texts(self) -> list[str]:
        """Return the warnings as plain texts."""
        from astrosim.systems.threshold.diagnostics import constant_output_alarm

        names = [name for name in condition_names(self.scenario) if resolve(self.scenario, name).learner == "none"]
        return [*constant_output_alarm(self.rows, names), *([self.departed] if self.departed else [])]


def mean(values: np.ndarray) -> float:
    """Return the mean of the finite values (float, of any shape); nan if there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _number(value: float | None, digits: int = 3) -> str:
    return UNKNOWN if value is None or math.isnan(value) else f"{value:.{digits}f}"


def interval_words(values: np.ndarray) -> str:
    """Return the confidence interval of the mean over seeds of fractions (float64, shape (seed,)), in words."""
    from astrosim.statistics.inference import mean_interval

    interval = mean_interval(values, bounds=(0, 1))
    if not interval.known:
        return UNKNOWN
    return f"{interval.low:.3f}-{interval.high:.3f}"
