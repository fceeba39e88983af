"""What the console says after a run of astrocytes, and of structural ceilings. Accuracies and rates are fractions."""

from __future__ import annotations

import csv
import math
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.panel import Panel
from rich.table import Table

from astrosim.core.errors import StoreError
from astrosim.scenario import condition_names, load_scenario, resolve
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
UNKNOWN = "-"
COLUMNS = (
    "seeds",
    "accuracy",
    "95 % interval",
    "pub-\nlished",
    "ceiling",
    "accept\nrate",
    "pub-\nlished",
    "solved",
    "distinct\noutputs",
    "us a\ntrial",
)  # narrow: the table fits 80 columns


def read_rows(
    path: Path, texts: Container[str] = TEXTS, flags: Container[str] = FLAGS, counts: Container[str] = COUNTS
) -> list[dict[str, Any]]:
    """Rows of a summary.csv, values typed; what is empty or nan is nan.

    Parameters
    ----------
    path : Path
    texts, flags, counts : container of str
        Columns of texts, of True or False, and of whole numbers; all others hold fractions.

    Raises
    ------
    StoreError
        If the file is missing or not a summary.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
            return [{c: _typed(text, c in texts, c in flags, c in counts) for c, text in row.items()} for row in rows]
    except FileNotFoundError:
        raise StoreError(f"{path}: no summary here. Name the directory of a finished run.") from None
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: damaged ({error}). `astrosim run {path.parent} --resume` writes it anew.") from error


def _typed(text: str, is_text: bool, is_flag: bool, is_count: bool) -> Any:
    if is_text:
        return text
    if is_flag:
        return text == "True"
    return int(text) if is_count else float(text or "nan")


@dataclass(frozen=True)
class Summary:
    """The rows of a run, beside the scenario that they come from.

    Attributes
    ----------
    directory : Path
    scenario : Scenario
    rows : list of dict
        Of summary.csv, values typed.
    """

    directory: Path
    scenario: Scenario
    rows: list[dict[str, Any]]

    @classmethod
    def read(cls, directory: Path) -> Summary:
        """Read the summary of a run directory.

        Raises
        ------
        StoreError
            If there is no summary, or it is one of wave networks.
        """
        scenario = load_scenario(directory / "scenario.toml")
        if not isinstance(scenario, Scenario):
            raise StoreError(f"{directory}: a run of kind {scenario.kind}, not of astrocytes. Use `summary.read`.")
        return cls(directory, scenario, read_rows(directory / "summary.csv"))

    def column(self, condition: str, name: str) -> np.ndarray:
        """One column of a condition's rows, shape (seed,), float64; nan where a run has no such column."""
        return np.array([row.get(name, math.nan) for row in self.rows if row["condition"] == condition], dtype=float)

    def table(self) -> Table:
        """Conditions with mean accuracy, interval, ceiling and published figures; empty columns are left out."""
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="underline")
        table.add_column("condition", no_wrap=True)
        present = {row["condition"] for row in self.rows}
        lines = [self._cells(condition) for condition in condition_names(self.scenario) if condition in present]
        known = [place for place in range(1, len(COLUMNS) + 1) if any(line[place] != UNKNOWN for line in lines)]
        for place in known:
            table.add_column(COLUMNS[place - 1], justify="right", no_wrap=True)
        for line in lines:
            table.add_row(line[0], *(line[place] for place in known))
        return table

    def _cells(self, condition: str) -> list[str]:
        accuracy = self.column(condition, "mean_accuracy")
        published = self.scenario.reference.get(condition, {})
        exact = all(row["ceiling_exact"] for row in self.rows if row["condition"] == condition)
        ceiling = _number(_mean(self.column(condition, "ceiling")))
        time = self.column(condition, "wall_s").sum() / max(self.column(condition, "trials").sum(), 1)
        return [
            condition,
            f"{len(accuracy)}",
            _number(_mean(accuracy), 4),
            interval_words(accuracy),
            _number(published.get("accuracy"), 4),
            ceiling if exact else f">= {ceiling}",
            _number(_mean(self.column(condition, "accept_rate"))),
            _number(published.get("accept_rate")),
            self._solved(condition),
            f"{_mean(self.column(condition, 'distinct_outputs')):.1f}",
            f"{1e6 * time:.2f}",
        ]

    def _solved(self, condition: str) -> str:
        """On how many seeds the task was solved, where passes are counted."""
        if not np.isfinite(self.column(condition, "passes")).any():
            return UNKNOWN
        return f"{np.isfinite(self.column(condition, 'solved_trial')).sum()}"

    def alarms(self) -> list[Panel | str]:
        """A loud warning for every condition in which a constant output poses as learning; a note where expected."""
        return [
            Panel(text, title="WARNING", style="bold red") if text.startswith("CONSTANT") else f"Note: {text}"
            for text in self.alarm_texts()
        ]

    def alarm_texts(self) -> list[str]:
        """The warnings as plain texts."""
        from astrosim.systems.threshold.diagnostics import constant_output_alarm

        names = [name for name in condition_names(self.scenario) if resolve(self.scenario, name).learner == "none"]
        return constant_output_alarm(self.rows, names)

    def as_dict(self, report: Path | None = None) -> dict[str, Any]:
        """All of it for JSON; nan becomes null."""
        rows = [
            {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
            for row in self.rows
        ]
        return {
            "directory": str(self.directory),
            "report": None if report is None else str(report),
            "cells": len(rows),
            "alarms": self.alarm_texts(),
            "rows": rows,
        }


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _number(value: float | None, digits: int = 3) -> str:
    return UNKNOWN if value is None or math.isnan(value) else f"{value:.{digits}f}"


def interval_words(values: np.ndarray) -> str:
    """Bootstrap confidence interval of the mean over seeds, in words."""
    from astrosim.statistics.inference import mean_interval

    if len(values) < 2:
        return UNKNOWN
    interval = mean_interval(values)
    return f"{interval.low:.3f}-{interval.high:.3f}"


def ceilings(scenario: Scenario, time_limit: float = 10.0) -> list[dict[str, Any]]:
    """The structural ceiling of every condition and seed.

    Parameters
    ----------
    scenario : Scenario
    time_limit : float
        Seconds a network above 16 patterns.

    Returns
    -------
    list of dict
        condition, seed, ceiling, upper, exact, gap, synapses, best_constant, best_constant_output, per_bit.
    """
    from astrosim.systems.threshold.ceilings import Ceiling, structural_ceiling
    from astrosim.systems.threshold.engines import make_engine

    known: dict[tuple[str, int], Ceiling] = {}
    rows = []
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        wiring = f"{resolved.system} {resolved.network} {resolved.task} {resolved.perturbation.limit}"
        for seed in scenario.seeds:
            if (wiring, seed) not in known:
                known[wiring, seed] = structural_ceiling(make_engine(resolved, seed).wiring(), time_limit)
            rows.append({"condition": condition, "seed": seed, **_ceiling_row(known[wiring, seed])})
    return rows


def _ceiling_row(found: Any) -> dict[str, Any]:
    return {
        "ceiling": found.accuracy,
        "upper": found.upper,
        "exact": found.exact,
        "gap": found.upper - found.accuracy,
        "synapses": found.synapses,
        "best_constant": found.best_constant,
        "best_constant_output": found.best_constant_output,
        "per_bit": list(found.per_bit),
    }


def ceilings_table(rows: list[dict[str, Any]]) -> Table:
    """Ceilings as a table; conditions with the same wiring share their lines."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    table.add_column("condition")
    for name in ("seed", "ceiling", "bound", "synapses", "best constant", "output", "per bit"):
        table.add_column(name, justify="right", no_wrap=True)
    for conditions, block in _blocks(rows):
        for number, row in enumerate(block):
            table.add_row(conditions if number == 0 else "", str(row["seed"]), *_ceiling_cells([row]))
        if len(block) > 1:
            table.add_row("", "mean", *_ceiling_cells(block), style="bold", end_section=True)
    return table


def _blocks(rows: list[dict[str, Any]]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Rows by condition; conditions whose rows are equal are told together."""
    by_condition: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_condition.setdefault(row["condition"], []).append(row)
    together: dict[str, tuple[list[str], list[dict[str, Any]]]] = {}
    for condition, block in by_condition.items():
        key = repr([{name: value for name, value in row.items() if name != "condition"} for row in block])
        together.setdefault(key, ([], block))[0].append(condition)
    return [(", ".join(names), block) for names, block in together.values()]


def _ceiling_cells(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The cells of a row, or of the mean of several."""
    exact = all(row["exact"] for row in rows)
    gap = _mean(np.array([row["gap"] for row in rows]))
    per_bit = np.mean([row["per_bit"] for row in rows], axis=0)
    shown = " ".join(f"{value:.3f}".removeprefix("0") for value in per_bit[:8]) + (" ..." if len(per_bit) > 8 else "")
    return (
        f"{_mean(np.array([row['ceiling'] for row in rows])):.4f}",
        "exact" if exact else f"gap {gap:.4f}",
        f"{_mean(np.array([row['synapses'] for row in rows])):.{0 if len(rows) == 1 else 1}f}",
        f"{_mean(np.array([row['best_constant'] for row in rows])):.4f}",
        rows[0]["best_constant_output"][:16] if len(rows) == 1 else "",
        shown,
    )
