"""How many seeds solved their task, and after how much work (trials; passes of one pattern through the network)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.statistics.inference import Interval, share_interval
from astrosim.summary.rows import quantile_text
from astrosim.systems.threshold.show.summary import Summary
from astrosim.systems.threshold.show.tables import ConditionRow

HIGH = 0.95  # quantile that is shown beside the median


@dataclass(frozen=True)
class SolvingRow:
    """One condition: seeds on which every bit of every pattern was right once, and the work until then.

    A quantile that seeds without a solution reach into is told as more than the length of the run.
    """

    name: str
    seeds: int
    solved: int
    share: Interval
    median: str
    high: str
    most: str
    passes: str
    passes_high: str


def solving_rows(summary: Summary, rows: list[ConditionRow]) -> list[SolvingRow]:
    """Return rows of the conditions that count passes, in their order."""
    counting = [row.name for row in rows if np.isfinite(summary.column(row.name, "passes")).any()]
    return [_row(summary, name) for name in counting]


def _row(summary: Summary, name: str) -> SolvingRow:
    trials, passes = summary.column(name, "solved_trial"), summary.column(name, "solved_passes")
    length, spent = summary.column(name, "trials").max(), summary.column(name, "passes").max()
    solved = int(np.isfinite(trials).sum())
    return SolvingRow(
        name=name,
        seeds=len(trials),
        solved=solved,
        share=share_interval(solved, len(trials)),
        median=quantile_text(trials, 0.5, length),
        high=quantile_text(trials, HIGH, length),
        most=quantile_text(trials, 1.0, length),
        passes=quantile_text(passes, 0.5, spent),
        passes_high=quantile_text(passes, HIGH, spent),
    )
