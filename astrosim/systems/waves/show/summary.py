"""Summary of a run of wave networks for the console (fractions)."""

from __future__ import annotations

import math
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from rich.panel import Panel
from rich.table import Table

from astrosim.statistics.inference import mean_interval
from astrosim.summary.measures import FRACTION, Measure
from astrosim.summary.rows import UNKNOWN, add_known
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.published import FIGURES, PublishedFigure, published_figures

TEXTS = ("condition", "data", "model", "device")
FLAGS = ("collapsed",)
COUNTS = ("seed", "epochs", "updates", "live_weights", "parameters", "steps", "cells")
COLUMNS = (
    "n",
    "median",
    "range",
    "mean",
    "95 %\ninterval",
    "paper",
    "solved",
    "collapsed",
    "live\nweights",
    "s per\nseed",
)  # narrow: the table fits 80 columns
SOLVED = 1.0  # share of XOR's rows
FEW = 3  # conditions; the collapsed runs of more are told in a line each
COLLAPSED_WORDS = "COLLAPSED: one answer to everything, no better than always naming the largest class:"
NAMED = 8  # seeds, or conditions, named in one warning; assumed: more are no longer read


class WaveSummary(RunSummary[WaveScenario]):
    """The rows of a run of wave networks, beside the scenario that they come from."""

    kind = "wave"
    texts = TEXTS
    flags = FLAGS
    counts = COUNTS

    @cached_property
    def published(self) -> list[PublishedFigure]:
        """All published figures beside the measured ones."""
        return [] if self.departures else published_figures(self.rows, self.resolved)

    @property
    def measure(self) -> Measure:
        """Test accuracy after the last epoch."""
        return Measure("test_accuracy", "test accuracy", bounds=FRACTION)

    def table(self) -> Table:
        """Return conditions with median, range, mean and published test accuracy, and how many collapsed.

        Columns that are empty are left out.
        """
        title = "Test accuracy over seeds"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.header_style, table.title_style = "underline", "bold"
        table.add_column("condition", overflow="fold")
        add_known(table, COLUMNS, [self._cells(condition) for condition in self.conditions])
        return table

    def _cells(self, condition: str) -> list[str]:
        accuracy = self.column(condition, "test_accuracy")
        published = self.reference.get(condition, {}).get("test_accuracy", math.nan)
        xor, several = self._is_xor(condition), len(accuracy) > 1
        # Of exclusive or the mean of a few quarters says less than how many solved it.
        interval = mean_interval([] if xor else accuracy, bounds=(0, 1))
        return [
            condition,
            f"{len(accuracy)}",
            fraction(float(np.median(accuracy)), 4),
            f"{fraction(accuracy.min())}-{fraction(accuracy.max())}" if several else UNKNOWN,
            fraction(interval.mean),
            f"{fraction(interval.low)}-{fraction(interval.high)}" if interval.known else UNKNOWN,
            UNKNOWN if math.isnan(published) else f"{published:g}".removeprefix("0") or "0",
            f"{int((accuracy == SOLVED).sum())}/{len(accuracy)}" if xor else UNKNOWN,
            f"{int(self.column(condition, 'collapsed').sum())}/{len(accuracy)}",
            f"{self.of(condition)[0]['live_weights']:,}",
            f"{self.column(condition, 'wall_s').mean():.3g}",
        ]

    def _is_xor(self, condition: str) -> bool:
        return self.resolved[condition].task.data == "xor"

    def alarms(self) -> list[Panel | str]:
        """Return a loud warning if any run collapsed unexpectedly; notes of expected ones and missed figures."""
        texts = self.collapsed_texts()
        told = "\n".join([COLLAPSED_WORDS, *map(self._collapsed_line, self.alarming)]) if len(texts) > FEW else None
        found: list[Panel | str] = [Panel(told or "\n".join(texts), title="WARNING", style="bold red")] if texts else []
        return found + [f"Note: {text}" for text in self.expected_texts() + self.missed_texts()]

    def alarm_texts(self) -> list[str]:
        """Return the warnings and notes as plain texts."""
        return self.collapsed_texts() + self.expected_texts() + self.missed_texts()

    @cached_property
    def collapsed(self) -> list[str]:
        """Conditions with runs that give one answer to everything."""
        return [condition for condition in self.conditions if self.column(condition, "collapsed").any()]

    @cached_property
    def alarming(self) -> list[str]:
        """Those of the collapsed conditions of which the scenario does not expect it."""
        return [name for name in self.collapsed if self.resolved[name].record.collapse == "alarm"]

    def collapsed_texts(self) -> list[str]:
        """Return a warning for each condition with runs that give one answer to everything, unless it is expected."""
        return [f"COLLAPSED: condition {self._collapsed_text(condition)}" for condition in self.alarming]

    def expected_texts(self) -> list[str]:
        """Return a statement for each condition whose runs give one answer to everything, as the scenario expects."""
        expected = [condition for condition in self.collapsed if condition not in self.alarming]
        return [f"expected by the scenario: condition {self._collapsed_text(condition)}" for condition in expected]

    def _collapsed_text(self, condition: str) -> str:
        down = [row for row in self.of(condition) if row["collapsed"]]
        if self._is_xor(condition):
            why = "one answer to all four rows."
        else:
            share, best = (max(row[name] for row in down) for name in ("largest_class_share", "test_accuracy"))
            why = f"no better than always naming the largest class ({fraction(share, 4)}; best {fraction(best, 4)})."
        return f"{self._collapsed_line(condition)}: {why}"

    def _collapsed_line(self, condition: str) -> str:
        rows = self.of(condition)
        down = [str(row["seed"]) for row in rows if row["collapsed"]]
        left = [row["test_accuracy"] for row in rows if not row["collapsed"]]
        if not left:
            return f"{condition}, {len(down)} of {len(rows)} networks"
        median = fraction(float(np.median(left)), 4)
        others = f"median of the other {len(left)} {median}" if len(left) > 1 else f"the other has {median}"
        return f"{condition}, {len(down)} of {len(rows)} networks (seed{_s(down)} {names_words(down)}; {others})"

    def missed_texts(self) -> list[str]:
        """Return a text for each sort of published figure that some condition misses, and in what these runs are
        shorter.
        """
        missed = sorted(
            (row for row in self.published if not row.good), key=lambda row: list(FIGURES).index(row.figure)
        )
        texts = [_missed_text(figure, list(rows)) for figure, rows in groupby(missed, key=lambda row: row.figure)]
        return [*texts, *([self.departed] if self.departed else [])]


def _missed_text(figure: str, rows: list[PublishedFigure]) -> str:
    named = [f"{row.condition} {row.measured:.4f} (published {row.published:g})" for row in rows]
    short = list(dict.fromkeys(text for row in rows for text in row.shortfalls))
    text = f"{FIGURES[figure]}: not as published: {names_words(named, '; ')}"
    return text + (f"; this run has {', '.join(short)}." if short else ".")


def fraction(value: float, digits: int = 3) -> str:
    """Return a fraction without its leading zero; a dash for what does not exist."""
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{value:.{digits}f}"
    return text.removeprefix("0") if text.startswith("0.") else text


def names_words(names: list[str], between: str = ", ") -> str:
    """Return names in a row, cut short where there are many."""
    more = f"{between}and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return between.join(names[:NAMED]) + more


def _s(things: list[Any]) -> str:
    return "" if len(things) == 1 else "s"
