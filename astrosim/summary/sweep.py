"""Results of a sweep: one measure by setting and seed, means with their intervals, and the best setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from astrosim.scenario import Experiment
from astrosim.scenario.conditions import crossed
from astrosim.scenario.sweep.parameters import settings_of
from astrosim.scenario.words import counted
from astrosim.statistics.inference import Interval, mean_interval
from astrosim.store.settings import GRID, Settings
from astrosim.summary.measures import Measure, chosen_measure
from astrosim.summary.run_summary import RunSummary

MOST_SHOWN = 12  # settings that figures of single conditions show; assumed: more lines are not told apart


@dataclass(frozen=True)
class Best:
    """The best setting, chosen on one half of the seeds and shown on the other.

    Attributes
    ----------
    place : int
        Along the settings of the run.
    chosen_on, shown_on : tuple of int
        Seeds.
    chosen, shown : Interval
        Mean of the setting on either half.
    """

    place: int
    chosen_on: tuple[int, ...]
    shown_on: tuple[int, ...]
    chosen: Interval
    shown: Interval


@dataclass(frozen=True)
class SweepResults:
    """One measure of a swept run.

    Attributes
    ----------
    scenario : Experiment
    settings : Settings
        One for each condition of the run.
    measure : Measure
    names : tuple of str
        Conditions of the run.
    values : ndarray of float64, shape (condition, seed)
        nan where a replicate is not finished.
    """

    scenario: Experiment
    settings: Settings
    measure: Measure
    names: tuple[str, ...]
    values: np.ndarray

    @classmethod
    def of(cls, scenario: Experiment, rows: Sequence[Mapping[str, Any]], measure: Measure) -> SweepResults:
        """Return the results that the rows of a summary hold."""
        names = tuple(crossed(scenario))
        places, columns = ({key: at for at, key in enumerate(keys)} for keys in (names, scenario.seeds))
        values = np.full((len(names), len(scenario.seeds)), np.nan)
        for row in rows:
            values[places[row["condition"]], columns[row["seed"]]] = row.get(measure.column, np.nan)
        return cls(scenario, settings_of(scenario), measure, names, values)

    @property
    def is_grid(self) -> bool:
        """Whether every value goes with every other."""
        return self.settings.design == GRID

    @property
    def grid(self) -> np.ndarray:
        """Values of a grid: float64, shape (base condition, first parameter, second parameter, ..., seed)."""
        return self.values.reshape(*self.settings.shape, -1)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The scenario's own conditions."""
        return tuple(dict.fromkeys(self.settings.bases.tolist()))

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """Mean over seeds of each setting, with its interval."""
        return tuple(mean_interval(row, bounds=self.measure.bounds) for row in self.values)

    @cached_property
    def means(self) -> np.ndarray:
        """Means over seeds, shape (condition,); nan where no seed is finished."""
        return np.array([interval.mean for interval in self.intervals])

    def setting_words(self, place: int) -> str:
        """Return the setting at a place in words."""
        parts = [f"{one.path} = {_text(one.values[place])}" for one in self.settings.parameters]
        base = [str(self.settings.bases[place])] if self.scenario.conditions else []
        return ", ".join([*base, *parts])

    @cached_property
    def best(self) -> Best | None:
        """The setting of the highest mean on every second seed, shown on the others; None with fewer than two seeds."""
        seeds = self.scenario.seeds
        if len(seeds) < 2 or not np.isfinite(self.values).any():
            return None
        first, second = self.values[:, ::2], self.values[:, 1::2]
        known = np.isfinite(first).sum(axis=1)
        sums = np.where(np.isfinite(first), first, 0.0).sum(axis=1)
        means = np.where(known == known.max(), sums / np.maximum(known, 1), -np.inf)
        place = int(np.argmax(means))
        bounds = self.measure.bounds
        return Best(
            place,
            seeds[::2],
            seeds[1::2],
            mean_interval(first[place], bounds=bounds),
            mean_interval(second[place], bounds=bounds),
        )


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def results_of(found: RunSummary[Any], column: str | None = None) -> SweepResults:
    """Return the results of a swept run by a measure; by its main one if none is named."""
    return SweepResults.of(found.scenario, found.rows, chosen_measure(found.measure, found.rows, column))


def few(found: RunSummary[Any]) -> RunSummary[Any]:
    """Return the summary of a swept run with no more settings than figures of single conditions show, evenly spaced."""
    names = found.conditions
    if not found.scenario.sweep.axes or len(names) <= MOST_SHOWN:
        return found
    places = np.unique(np.linspace(0, len(names) - 1, MOST_SHOWN).round().astype(int))
    return found.showing([names[place] for place in places])


def few_words(found: RunSummary[Any], shown: RunSummary[Any]) -> str:
    """Return a sentence on settings that are left out; empty if none is."""
    if shown.only is None:
        return ""
    return (
        f"{len(shown.only)} of {len(found.conditions):,} settings are shown, evenly spaced along the sweep; "
        "`astrosim plot DIR KIND --conditions A,B` chooses others."
    )


def best_words(results: SweepResults) -> str:
    """Return a sentence on the best setting; empty where none can be chosen."""
    best = results.best
    if best is None:
        return ""
    shown = best.shown
    ends = f" ({shown.low:.3f} to {shown.high:.3f})" if shown.known else ""
    return (
        f"Best setting: {results.setting_words(best.place)}; {results.measure.words} {shown.mean:.3f}{ends} on "
        f"{counted(len(best.shown_on), 'seed')} that had no part in the choice."
    )
