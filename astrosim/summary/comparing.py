"""Runs compared: paired differences over common seeds, condition by condition, with intervals."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from astrosim.core.errors import AstrosimError
from astrosim.statistics.inference import CONFIDENCE, Comparison, compare, corrected
from astrosim.summary.measures import Measure, chosen_measure
from astrosim.summary.run_summary import RunSummary

LEAST = 2  # common seeds
COLUMNS = (
    "run",
    "minus",
    "condition",
    "measure",
    "seeds",
    "mean",
    "mean_of_first",
    "difference",
    "low",
    "high",
    "p_value",
    "p_holm",
    "effect",
    "wins",
    "ties",
    "losses",
)


@dataclass(frozen=True)
class Compared:
    """One condition of a run against the same condition of the first run.

    Attributes
    ----------
    run, first : str
        Directories.
    condition : str
    means : tuple of float
        Of the run and of the first, over the common seeds.
    comparison : Comparison
        Run minus first.
    """

    run: str
    first: str
    condition: str
    means: tuple[float, float]
    comparison: Comparison

    def row(self, measure: Measure) -> dict[str, Any]:
        """Return all of it, by `COLUMNS`."""
        found = self.comparison
        own = (self.run, self.first, self.condition, measure.column, found.difference.n, *self.means)
        ends = (found.difference.mean, found.difference.low, found.difference.high)
        rest = (found.p_value, found.p_holm, found.effect, found.wins, found.ties, found.losses)
        return dict(zip(COLUMNS, (*own, *ends, *rest), strict=True))


def compare_runs(runs: Sequence[RunSummary[Any]], column: str | None = None) -> tuple[list[Compared], Measure]:
    """Compare each run with the first one, in every condition that both have, over the seeds that both have.

    Parameters
    ----------
    runs : sequence of RunSummary
        Two or more.
    column : str, optional
        Of summary.csv; by default the main measure of the first run.

    Returns
    -------
    list of Compared
        p-values are corrected for all of them together.
    Measure

    Raises
    ------
    AstrosimError
        If fewer than two runs are given, a run has no such column, or nothing is common.
    """
    if len(runs) < 2:
        raise AstrosimError("DIR: two runs or more are compared (1). Name another.")
    first, *others = runs
    for run in runs:
        if not run.rows:
            raise AstrosimError(f"{run.directory}: no replicate is finished. Resume it with `astrosim run --resume`.")
    measure = chosen_measure(first.measure, first.rows, column)
    for run in others:
        if measure.column not in run.rows[0]:
            raise AstrosimError(f"{run.directory}: no column {measure.column} in summary.csv. Name one with --measure.")
    found = [one for run in others for one in _pairs(first, run, measure)]
    fixed = corrected([one.comparison for one in found])
    return [
        Compared(one.run, one.first, one.condition, one.means, comparison)
        for one, comparison in zip(found, fixed, strict=True)
    ], measure


def _pairs(first: RunSummary[Any], run: RunSummary[Any], measure: Measure) -> list[Compared]:
    one, other = (_values(each, measure) for each in (run, first))
    found = []
    for condition in [name for name in one if name in other]:
        seeds = sorted(one[condition].keys() & other[condition].keys())
        if len(seeds) >= LEAST:
            own, before = ([values[condition][seed] for seed in seeds] for values in (one, other))
            comparison = compare(own, before, (str(run.directory), str(first.directory)))
            means = (sum(own) / len(own), sum(before) / len(before))
            found.append(Compared(str(run.directory), str(first.directory), condition, means, comparison))
    if not found:
        raise AstrosimError(
            f"{run.directory}: no condition with two seeds in common with {first.directory}. Compare runs of the same "
            "conditions and seeds."
        )
    return found


def _values(run: RunSummary[Any], measure: Measure) -> dict[str, dict[int, float]]:
    """Values by condition and seed."""
    found: dict[str, dict[int, float]] = {}
    for row in run.rows:
        found.setdefault(row["condition"], {})[row["seed"]] = float(row[measure.column])
    return found


def compare_table(found: Sequence[Compared], measure: Measure) -> Table:
    """Return the comparisons as a table."""
    first = found[0].first
    title = f"{measure.label[0].upper()}{measure.label[1:]}: each run minus {first}, paired by seed"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style, table.title_style = "underline", "bold"
    for name in ("run", "condition"):
        table.add_column(name, overflow="fold")
    for name in ("n", "difference", f"{100 * CONFIDENCE:.0f} % interval", "p", "p (Holm)", "wins/ties/losses"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        own = one.comparison
        ends = f"{own.difference.low:.4g} to {own.difference.high:.4g}" if own.difference.known else "-"
        table.add_row(
            one.run,
            one.condition,
            str(own.difference.n),
            f"{own.difference.mean:+.4g}",
            ends,
            f"{own.p_value:.3g}",
            f"{own.p_holm:.3g}",
            f"{own.wins}/{own.ties}/{own.losses}",
        )
    return table


def compare_csv(found: Sequence[Compared], measure: Measure) -> str:
    """Return the comparisons as CSV; nan where nothing is known."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one.row(measure) for one in found)
    return text.getvalue()
