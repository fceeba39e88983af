"""Tables of the report: summary by condition, published beside measured, paired comparisons, seeds. Fractions are 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from astrosim.scenario import condition_names
from astrosim.statistics.inference import Comparison, Interval, compare, corrected, mean_interval
from astrosim.summary import UNKNOWN, Summary
from astrosim.summary.verdicts import SAME, standing

ALL_PAIRS = 5  # conditions; beyond, each is compared with the first only
FIGURES = {
    "accuracy": ("mean_accuracy", "mean accuracy"),
    "accept_rate": ("accept_rate", "accept rate"),
    "distinct_outputs": ("distinct_outputs", "distinct outputs"),
    "ceiling": ("ceiling", "structural ceiling"),
}
"""Published figure -> its column of summary.csv, and its name."""


def number(value: float | None, digits: int = 3) -> str:
    """A number as a table shows it; a dash for what does not exist."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def interval_text(interval: Interval, digits: int = 3) -> str:
    """A confidence interval as a table shows it."""
    if not math.isfinite(interval.low):
        return UNKNOWN
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def p_text(value: float) -> str:
    """A p-value as a table shows it."""
    if not math.isfinite(value):
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


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
    """Rows of the summary table, in the order of the scenario."""
    present = {row["condition"] for row in summary.rows}
    return [_condition_row(summary, name) for name in condition_names(summary.scenario) if name in present]


def _condition_row(summary: Summary, name: str) -> ConditionRow:
    def mean(column: str) -> float:
        values = summary.column(name, column)
        return float(np.mean(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")

    accuracy, ceiling = summary.column(name, "mean_accuracy"), summary.column(name, "ceiling")
    return ConditionRow(
        name=name,
        seeds=len(accuracy),
        accuracy=mean_interval(accuracy),
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


@dataclass(frozen=True)
class PublishedRow:
    """A published figure beside the measured one."""

    condition: str
    figure: str
    published: str
    measured: str
    interval: str
    difference: str
    verdict: str
    good: bool


def published_rows(summary: Summary) -> list[PublishedRow]:
    """All published figures of the scenario whose condition has finished seeds."""
    rows = []
    present = {row["condition"] for row in summary.rows}
    for condition, figures in summary.scenario.reference.items():
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


def verdict(measured: Interval, published: float, replayed: bool) -> tuple[str, bool]:
    """How a measured mean stands to a published figure, in words, and whether they agree.

    Parameters
    ----------
    measured : Interval
    published : float
        As printed: its digits say how exact it is.
    replayed : bool
        Whether the published system itself was run; of another system, equal means are a coincidence.
    """
    return standing(measured.mean, published, "the interval" if measured.holds(published) else "", replayed)


def comparisons(summary: Summary) -> list[Comparison]:
    """Paired comparisons of mean accuracy over common seeds, Holm-corrected together; see `pairs_of`."""
    present = {row["condition"] for row in summary.rows}
    names = [name for name in condition_names(summary.scenario) if name in present]
    return compare_pairs(summary.rows, pairs_of(names), "mean_accuracy")


def pairs_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """All pairs of up to five conditions; of more, each with the first."""
    if len(names) > ALL_PAIRS:
        return [(name, names[0]) for name in names[1:]]
    return list(combinations(names, 2))


def compare_pairs(rows: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[str, str]], column: str) -> list[Comparison]:
    """Paired comparisons over common seeds, Holm-corrected together; pairs with fewer than two are left out.

    Parameters
    ----------
    rows : sequence of mapping
        Of summary.csv.
    pairs : sequence of (str, str)
        First minus second.
    column : str
        What is compared.
    """
    by_condition: dict[str, dict[int, float]] = {}
    for row in rows:
        by_condition.setdefault(row["condition"], {})[row["seed"]] = row[column]
    found = []
    for first, second in pairs:
        common = sorted(by_condition[first].keys() & by_condition[second].keys())
        if len(common) >= 2:
            one, other = ([by_condition[name][seed] for seed in common] for name in (first, second))
            found.append(compare(one, other, (first, second)))
    return corrected(found)


def seed_rows(summary: Summary) -> list[dict[str, Any]]:
    """Rows of the table of single cells: those of summary.csv, with what is derived and the texts."""
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
