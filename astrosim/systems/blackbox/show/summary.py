"""Summary of a run on black boxes for the console: returns over test episodes, what was solved, and when."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from astrosim.statistics.inference import mean_interval
from astrosim.summary.measures import Measure
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

TEXTS = ("condition", "task", "learner", "dynamics", "judged")
FLAGS = ("flat", "solved")
COUNTS = ("seed", "parameters", "steps", "episodes", "trials")
WIDEST = 24  # letters of a condition's name before it is folded
COLUMNS = ("n", "mean", "95 %\ninterval", "least", "solved", "steps", "steps to\nthreshold", "s per\nseed")


class BlackboxSummary(RunSummary[BlackboxScenario]):
    """The rows of a run on black boxes, beside the scenario that they come from."""

    kind = "task"
    texts = TEXTS
    flags = FLAGS
    counts = COUNTS

    @property
    def measure(self) -> Measure:
        """Mean return, or value, of the test."""
        return Measure("test_mean", "mean test return")

    def table(self) -> Table:
        """Return conditions with mean and range of the test return over seeds, and what it cost."""
        table = Table(title="Test return over seeds", title_justify="left", box=None, pad_edge=False)
        table.padding, table.header_style, table.title_style = (0, 1, 0, 0), "underline", "bold"
        longest = max((len(condition) for condition in self.conditions), default=0)
        table.add_column("condition", overflow="fold", min_width=min(longest, WIDEST))
        for column in COLUMNS:
            table.add_column(column, justify="right", no_wrap=True)
        for condition in self.conditions:
            table.add_row(*self._cells(condition))
        return table

    def _cells(self, condition: str) -> list[str]:
        returns = self.column(condition, "test_mean")
        interval = mean_interval(returns)
        bounds = f"{interval.low:.4g} to {interval.high:.4g}" if np.isfinite(interval.low) else UNKNOWN
        return [
            condition,
            f"{len(returns)}",
            f"{returns.mean():.5g}",
            bounds,
            f"{returns.min():.4g}",
            self.solved_words(condition),
            f"{self.column(condition, 'steps').mean():,.0f}",
            self.reached_words(condition),
            f"{self.column(condition, 'wall_s').mean():.3g}",
        ]

    def solved_words(self, condition: str) -> str:
        """Return how many seeds solved the task, of how many; unknown for a task without a threshold."""
        rows = self.of(condition)
        if np.isnan(self.column(condition, "threshold")).any():
            return UNKNOWN
        return f"{sum(bool(row['solved']) for row in rows)}/{len(rows)}"

    def reached_words(self, condition: str) -> str:
        """Return the median of the steps after which a fresh batch first stood at the threshold, and how many never."""
        reached = self.column(condition, "steps_to_threshold")
        never = int(np.isnan(reached).sum())
        if never == len(reached):
            return UNKNOWN
        middle = np.median(np.where(np.isnan(reached), np.inf, reached))
        words = f"{middle:,.0f}" if np.isfinite(middle) else "more"
        return words + (f" ({never} never)" if never else "")

    def alarm_texts(self) -> list[str]:
        """Return the warnings and notes as plain texts."""
        flat = [row for row in self.rows if row.get("flat")]
        found = super().alarm_texts()
        if flat:
            names = sorted({row["condition"] for row in flat})
            found.append(
                f"The scalar is flat: all first networks had the same return ({', '.join(names)}; {len(flat)} of "
                f"{len(self.rows)} runs). Try more birth.networks, a larger network.gain, or longer episodes."
            )
        return found
