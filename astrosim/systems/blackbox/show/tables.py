"""Tables of the report on black boxes: conditions in numbers, published figures (returns; environment steps)."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.report.tables import PublishedRow, interval_text
from astrosim.scenario.words import counted
from astrosim.statistics.inference import mean_interval
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.verdicts import standing
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts
from astrosim.systems.blackbox.show import explanation
from astrosim.systems.blackbox.show.summary import BlackboxSummary

DIGITS, OF_ENDS = 5, 4  # of a return, and of the ends of an interval: significant ones


def return_text(value: float, digits: int = DIGITS) -> str:
    """Return a return as a table shows it."""
    return f"{value:.{digits}g}" if np.isfinite(value) else UNKNOWN


def ends_text(low: float, high: float) -> str:
    """Return the ends of an interval or a range as a table shows them."""
    return f"{return_text(low, OF_ENDS)} to {return_text(high, OF_ENDS)}"


def condition_row(summary: BlackboxSummary, name: str) -> dict[str, Any]:
    """Return a condition in numbers: means over its finished seeds."""
    returns = summary.column(name, "test_mean")
    interval = mean_interval(returns)
    known = np.isfinite(interval.low)
    keeps = keeps_or_reverts(summary.resolved[name])
    trials = summary.column(name, "trials").sum()
    return {
        "name": name,
        "task": summary.of(name)[0]["task"],
        "learner": explanation.learner_words(summary.resolved[name]),
        "seeds": len(returns),
        "mean": return_text(interval.mean),
        "interval": ends_text(interval.low, interval.high) if known else UNKNOWN,
        "range": ends_text(returns.min(), returns.max()) if len(returns) > 1 else UNKNOWN,
        "solved": summary.solved_words(name),
        "reached": reached_text(summary, name),
        "steps": f"{summary.column(name, 'steps').mean():,.0f}",
        "accept": f"{summary.column(name, 'kept').sum() / trials:.3f}" if keeps and trials else UNKNOWN,
        "given_up": f"{summary.column(name, 'given_up').sum() / trials:.3f}" if keeps and trials else UNKNOWN,
        "seconds": f"{summary.column(name, 'wall_s').mean():.3g}",
    }


def times_to_threshold(summary: BlackboxSummary, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return steps until a fresh batch first stood at the threshold, and which runs had one within the budget.

    Runs without one count as the budget.

    Returns
    -------
    steps : ndarray of float64, shape (seed,)
    reached : ndarray of bool, shape (seed,)
    """
    steps = summary.column(name, "steps_to_threshold")
    budget = summary.resolved[name].budget
    reached = steps <= budget
    return np.where(reached, steps, budget), reached


def has_threshold(summary: BlackboxSummary, name: str) -> bool:
    """Return whether a condition's task counts as solved at some return."""
    return bool(np.isfinite(summary.column(name, "threshold")).all())


def reached_text(summary: BlackboxSummary, name: str) -> str:
    """Return the restricted mean of the steps to the threshold, with the number of runs that never stood there."""
    if not has_threshold(summary, name):
        return UNKNOWN
    steps, reached = times_to_threshold(summary, name)
    never = int((~reached).sum())
    if never == len(steps):
        return f"never in {steps.mean():,.0f}"
    return f"{steps.mean():,.0f}" + (f" ({never} never)" if never else "")


def published_rows(summary: BlackboxSummary) -> list[PublishedRow]:
    """Return published mean test returns beside the measured ones."""
    rows = []
    for condition, figures in summary.reference.items():
        for value in figures.values() if condition in summary.conditions else ():
            measured = mean_interval(summary.column(condition, "test_mean"))
            text, good = standing(measured.mean, value, "the interval" if measured.holds(value) else "", replayed=False)
            rows.append(
                PublishedRow(
                    condition,
                    "test return, mean",
                    f"{value:g}",
                    return_text(measured.mean),
                    interval_text(measured, 2),
                    f"{measured.mean - value:+.4g}",
                    text,
                    good,
                )
            )
    return rows


def seed_rows(summary: BlackboxSummary) -> list[dict[str, Any]]:
    """Return one row per run: those of summary.csv, in words."""
    return [_seed_row(row) for name in summary.conditions for row in summary.of(name)]


def _seed_row(row: dict[str, Any]) -> dict[str, Any]:
    def whole(name: str) -> str:
        value = float(row[name]) if row[name] != "" else float("nan")
        return f"{value:,.0f}" if np.isfinite(value) else UNKNOWN

    return {
        "condition": row["condition"],
        "seed": row["seed"],
        "mean": return_text(row["test_mean"]),
        "interval": ends_text(row["test_low"], row["test_high"]) if np.isfinite(row["test_low"]) else UNKNOWN,
        "least": return_text(row["test_least"]),
        "judged": row["judged"],
        **{name: whole(name) for name in ("steps", "episodes", "trials", "kept", "given_up", "steps_to_threshold")},
        "dynamics": row["dynamics"],
        "seconds": f"{row['wall_s']:.3g}",
    }


def network_row(summary: BlackboxSummary, name: str) -> dict[str, Any]:
    """Return what a condition learns, in words."""
    scenario = summary.resolved[name]
    rule = scenario.learner.rule
    return {
        "condition": name,
        "learner": explanation.learner_words(scenario),
        "learns": explanation.network_words(scenario),
        "parameters": f"{summary.of(name)[0]['parameters']:,}" if summary.of(name) else UNKNOWN,
        "astrocytes": counted(scenario.actors, "astrocyte") if rule == "astrocytes" else UNKNOWN,
    }
