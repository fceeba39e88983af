"""Conditions of a run, and their paired comparisons, as data frames: one row each, any column of summary.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.scenario.words import nearest
from astrosim.statistics.inference import mean_interval
from astrosim.summary.measures import Measure, chosen_measure
from astrosim.summary.pairs import compare_pairs, pairs_of
from astrosim.summary.reading import read
from astrosim.summary.run_summary import RunSummary

if TYPE_CHECKING:
    from pandas import DataFrame

ENDS = ("difference", "low", "high")
TESTED = ("p_value", "p_holm", "effect", "wins", "ties", "losses")
"""Columns of a comparison."""


def conditions_frame(run: str | Path | RunSummary[Any], column: str | None = None) -> DataFrame:
    """Return the mean of each condition over its seeds, with its 95 % interval.

    Parameters
    ----------
    run : str, Path or RunSummary
        Run directory, finished or not, of any kind.
    column : str, optional
        Of summary.csv, such as ``"accept_rate"``; by default the main result of the kind.

    Returns
    -------
    pandas.DataFrame
        Index ``condition``, in the order of the scenario; columns ``seeds``, ``mean``, ``low``, ``high``. An interval
        that is not known, as of fewer than three seeds, is nan. ``attrs["measure"]`` names what was averaged.

    Raises
    ------
    ScenarioError, StoreError
        If the run cannot be read, or no replicate is finished.
    AstrosimError
        If there is no such column.
    """
    from pandas import DataFrame

    summary, measure = _measured(run, column)
    found = {name: _interval(summary.column(name, measure.column), measure) for name in summary.conditions}
    frame = DataFrame.from_dict(found, orient="index", columns=["seeds", "mean", "low", "high"])
    frame.index.name, frame.attrs["measure"] = "condition", measure.label
    return frame


def comparisons_frame(
    run: str | Path | RunSummary[Any], pairs: Sequence[tuple[str, str]] | None = None, column: str | None = None
) -> DataFrame:
    """Compare conditions of a run in pairs, over the seeds that both have; see `astrosim.statistics.compare`.

    Parameters
    ----------
    run : str, Path or RunSummary
        Run directory, finished or not, of any kind.
    pairs : sequence of (str, str), optional
        Conditions; first minus second. By default all pairs of up to five conditions, of more each with the first.
    column : str, optional
        Of summary.csv; by default the main result of the kind.

    Returns
    -------
    pandas.DataFrame
        Index ``first``, ``second``; columns ``seeds``, ``difference`` (mean), ``low``, ``high`` (95 % interval),
        ``p_value`` (sign flips), ``p_holm`` (corrected for all pairs together), ``effect`` (d_z), ``wins``, ``ties``
        and ``losses``. Pairs with fewer than two common seeds are left out.

    Raises
    ------
    ScenarioError, StoreError
        If the run cannot be read, or no replicate is finished.
    AstrosimError
        If there is no such column or condition.
    """
    from pandas import DataFrame, MultiIndex

    summary, measure = _measured(run, column)
    chosen = pairs_of(summary.conditions) if pairs is None else list(pairs)
    for name in (name for pair in chosen for name in pair):
        _check_condition(name, summary)
    found = compare_pairs(summary.rows, chosen, measure.column)
    ends = [(one.difference.n, one.difference.mean, one.difference.low, one.difference.high) for one in found]
    rest = [[getattr(one, name) for name in TESTED] for one in found]
    index = MultiIndex.from_tuples([(one.first, one.second) for one in found], names=["first", "second"])
    frame = DataFrame([(*a, *b) for a, b in zip(ends, rest, strict=True)], index, ("seeds", *ENDS, *TESTED))
    frame.attrs["measure"] = measure.label
    return frame


def _interval(values: Any, measure: Measure) -> tuple[int, float, float, float]:
    found = mean_interval(values, bounds=measure.bounds)
    return found.n, found.mean, found.low, found.high


def _measured(run: str | Path | RunSummary[Any], column: str | None) -> tuple[RunSummary[Any], Measure]:
    """The summary of a run with finished replicates, and what is to be told of it."""
    summary = run if isinstance(run, RunSummary) else read(Path(run))
    if not summary.rows:
        raise StoreError(f"{summary.directory}: no replicate is finished. Resume it with `astrosim run --resume`.")
    return summary, chosen_measure(summary.measure, summary.rows, column, "column")


def _check_condition(name: str, summary: RunSummary[Any]) -> None:
    if name not in summary.conditions:
        guess = nearest(name, summary.conditions)
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(summary.conditions)}."
        raise AstrosimError(f"pairs: no such condition with finished seeds ({name}). {right}")
