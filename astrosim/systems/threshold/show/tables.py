"""Tables of the report on threshold networks: conditions, published figures, comparisons, seeds. Fractions are 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.report.tables import PublishedRow, interval_text, number, verdict
from astrosim.statistics.inference import Comparison, Interval, mean_interval
from astrosim.summary.pairs import compare_pairs, pairs_of
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.verdicts import SAME
from astrosim.systems.threshold.show.summary import Summary

FIGURES = {
    "accuracy": ("mean_accuracy", "mean accuracy"),
    "accept_rate": ("accept_rate", "accept rate"),
    "distinct_outputs": ("distinct_outputs", "distinct outputs"),
    "ceiling": ("ceiling", "structural ceiling"),
}
"""Published figure -> its column of summary.csv, and its name."""


@dataclass(frozen=True)
class ConditionRow:
    """One condition in numbers; means over its finished seeds."""

    name: str
    seeds: int
    accuracy: Interval
    ceiling: float
    ceiling_upper: float
    fraction: float
    at_ceiling: int
    distinct: float
    constant: int
    learned: float
    accept_rate: float
    dormant: float
    specialised: float
    degradation: float
    microseconds: float


def condition_rows(summary: Summary) -> list[ConditionRow]:
    """Return rows of the summary table, in the order of the scenario."""
    return [_condition_row(summary, name) for name in summary.conditions]


def _condition_row(summary: Summary, name: str) -> ConditionRow:
    def mean(column: str) -> float:
        values = summary.column(name, column)
        return float(np.mean(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")

    accuracy, ceiling = summary.column(name, "mean_accuracy"), summary.column(name, "ceiling")
    return ConditionRow(
        name=name,
        seeds=len(accuracy),
        accuracy=mean_interval(accuracy, bounds=(0, 1)),
        ceiling=mean("ceiling"),
        ceiling_upper=mean("ceiling_upper"),
        fraction=float(np.mean(accuracy / ceiling)),
        at_ceiling=int(np.sum(accuracy >= ceiling - SAME)),
        distinct=mean("distinct_outputs"),
        constant=int(np.sum(summary.column(name, "constant_output"))),
        learned=mean("learned_patterns"),
        accept_rate=mean("accept_rate"),
        dormant=mean("dormant_clusters"),
        specialised=mean("specialised_astrocytes"),
        degradation=mean("late_degradation"),
        microseconds=1e6 * float(summary.column(name, "wall_s").sum() / summary.column(name, "trials").sum()),
    )


def published_rows(summary: Summary) -> list[PublishedRow]:
    """Return all published figures of the scenario whose condition has finished seeds."""
    rows = []
    present = {row["condition"] for row in summary.rows}
    for condition, figures in summary.reference.items():
        for figure, value in figures.items() if condition in present else ():
            column, title = FIGURES[figure]
            measured = mean_interval(summary.column(condition, column))
            text, good = verdict(measured, value, replayed=summary.scenario.system == "published")
            rows.append(
                PublishedRow(
                    condition=condition,
                    figure=title,
                    published=f"{value:g}",
                    measured=number(measured.mean, 4),
                    interval=interval_text(measured, 4),
                    difference=f"{measured.mean - value:+z.4f}" if math.isfinite(measured.mean) else UNKNOWN,
                    verdict=text,
                    good=good,
                )
            )
    return rows


def comparisons(summary: Summary) -> list[Comparison]:
    """Return paired comparisons of mean accuracy over common seeds, Holm-corrected together; see `pairs_of`."""
    return compare_pairs(summary.rows, pairs_of(summary.conditions), "mean_accuracy")


def seed_rows(summary: Summary) -> list[dict[str, Any]]:
    """Return rows of the table of single replicates: those of summary.csv, with what is derived and the texts."""
    rows = []
    for row in summary.rows:
        rows.append(
            {
                **row,
                "ceiling_synapses": int(row["ceiling_synapses"]),
                "accuracy_text": number(row["mean_accuracy"]),
                "ceiling_text": number(row["ceiling"]) if row["ceiling_exact"] else f"≥ {number(row['ceiling'])}",
                "accept_text": number(row["accept_rate"]),
                "degradation_text": number(row["late_degradation"]),
                "vectors": row["outputs"].split("|") if len(row["outputs"]) <= 200 else ["see summary.csv"],
                "at_ceiling": row["mean_accuracy"] >= row["ceiling"] - SAME,
            }
        )
    return rows
