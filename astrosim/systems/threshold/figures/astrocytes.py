"""Thresholds (1), exploration rates (1/trial) and activity (activations per trial) of every astrocyte over episodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, StrMethodFormatter
from xarray import Dataset

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.marks import EPISODE
from astrosim.plot.style import (
    MUTED,
    NARROW,
    cluster_colours,
    count_axis,
    marker,
    new_figure,
    present_width,
    say,
    span_episodes,
    styled,
)
from astrosim.plot.timeline import Timeline
from astrosim.systems.threshold.figures.events import Events, of_replicate
from astrosim.systems.threshold.figures.select import with_astrocytes
from astrosim.systems.threshold.replay import standing_after
from astrosim.systems.threshold.scenario.schema import Scenario

DRAWN_ASTROCYTES = 48  # lines; beyond, every k-th astrocyte is drawn
HEAD, ROW, NAME = 0.7, 1.45, 0.7  # inches; what stands above the panels, a row, and the share that its name may take
NAMED_CLUSTERS = 8  # clusters named in the legend at most
PANELS = (
    ("threshold", "threshold"),
    ("exploration_rate", "exploration rate per trial"),
    ("activity", "activations per trial"),
)


@styled
def astrocyte_curves(
    dataset: Dataset, trials_per_episode: int, events: Events = (), resolved: Mapping[str, Scenario] | None = None
) -> Figure:
    """Draw threshold, exploration rate and activity of each astrocyte, mean over seeds; one row per condition.

    Lines end where an astrocyte is lesioned. Where other astrocytes are lesioned on other seeds, no astrocyte has a
    mean: the first seed is drawn.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    trials_per_episode : int
        Turns counts between records into activations per trial.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    resolved : mapping of str to Scenario, optional
        By condition; they say which astrocytes interventions have lesioned.
    """
    names = with_astrocytes(dataset)
    if not names:
        figure = new_figure(1.6)
        say(figure.subplots(), "No condition of this run has astrocytes.")
        return figure
    drawn = {name: _replicates(dataset, name, events, resolved or {}) for name in names}
    stacked = present_width() < NARROW
    figure = new_figure(HEAD + ROW * len(names) * (len(PANELS) if stacked else 1))
    grid = _grid(figure, len(names), stacked)
    clusters: dict[int, Any] = {}
    for row, (name, own) in zip(grid, drawn.items(), strict=True):
        clusters |= _row(row, own, trials_per_episode)
        row[0].set_ylabel(fold(figure, f"{name}, {own.words}", NAME * ROW))
    for axes, (_, label), letter in zip(grid[0], PANELS, "abc", strict=True):
        axes.set_title(f"{letter}   {label}")
    grid[0, 0].set_ylim(bottom=0)
    grid[0, 2].set_ylim(bottom=0)
    _scale_rates(grid[:, 1])
    for axes in grid[-1]:
        axes.set_xlabel("episode")
        span_episodes(axes, dataset["episode"].values)
        count_axis(axes, 2)
    named = list(clusters)[:: -(-len(clusters) // NAMED_CLUSTERS)]
    handles = [Line2D([], [], color=clusters[number]) for number in named]
    legend_above(figure, handles, [f"astrocytes of cluster {number}" for number in named], 4)
    shown = [event for name, own in drawn.items() for event in own.events(name, events)]
    timeline = Timeline(shown, EPISODE, names)
    for row, name in zip(grid, names, strict=True):
        for axes in row:
            timeline.draw(axes, name)
    timeline.legend(figure)
    return figure


class _Replicates(NamedTuple):
    """The finished seeds of a condition that are drawn, and the episode in which each astrocyte was lesioned."""

    data: Dataset
    seeds: list[int]
    lesioned: np.ndarray
    alone: bool

    @property
    def words(self) -> str:
        return f"seed {self.seeds[0]}" if self.alone else f"n = {len(self.seeds)}"

    def events(self, condition: str, events: Events) -> Events:
        if self.alone:
            return of_replicate(events, condition, self.seeds[0])
        return [event for event in events if event.condition == condition]


def _replicates(dataset: Dataset, name: str, events: Events, resolved: Mapping[str, Scenario]) -> _Replicates:
    condition = dataset.sel(condition=name)
    seeds = condition["seed"].values[condition["committed"].values].tolist()
    none = np.full(dataset.sizes["astrocyte"], np.inf)
    lesions = [lesioned_in(resolved[name], seed, of_replicate(events, name, seed), none) for seed in seeds if resolved]
    alike = all(np.array_equal(one, lesions[0]) for one in lesions)
    chosen = seeds if alike else seeds[:1]
    return _Replicates(condition.sel(seed=chosen), chosen, lesions[0] if lesions else none, not alike)


def lesioned_in(scenario: Scenario, seed: int, events: Events, never: np.ndarray) -> np.ndarray:
    """Return the episode in which each astrocyte of a replicate was lesioned: float64, shape (astrocyte,).

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    events : sequence of Event
        Of the replicate, in order of time.
    never : ndarray of float64, shape (astrocyte,)
        Infinite: the value of those that live.
    """
    found = never.copy()
    for number, event in enumerate(events, start=1):
        if event.action == "lesion_astrocytes":
            standing = standing_after(scenario, seed, [(one.trial, one.number) for one in events[:number]])
            dead = np.flatnonzero(standing.lesioned["astrocytes"])
            found[dead] = np.minimum(found[dead], event.time(EPISODE))
    return found


def _grid(figure: Figure, conditions: int, stacked: bool) -> np.ndarray:
    """Axes, shape (condition, panel): side by side, or in a narrow figure one below the other."""
    if not stacked:
        return figure.subplots(conditions, len(PANELS), sharex=True, sharey="col", squeeze=False)
    grid = figure.subplots(conditions * len(PANELS), 1, sharex=True).reshape(len(PANELS), conditions)
    for panels in grid:
        for axes in panels[1:]:
            axes.sharey(panels[0])
    return grid.T


def _row(row: np.ndarray, own: _Replicates, trials_per_episode: int) -> dict[int, Any]:
    """Draw one condition; gives the clusters' colours."""
    condition = own.data
    cluster = condition["astrocyte_cluster"].values.max(axis=0)  # the same in every seed; -1 where there is none
    drawn = np.flatnonzero(cluster >= 0)
    drawn = drawn[:: -(-len(drawn) // DRAWN_ASTROCYTES)]
    marks = cluster_colours(cluster[cluster >= 0])
    episode = condition["episode"].values
    series = {
        "threshold": condition["threshold"].values,
        "exploration_rate": condition["exploration_rate"].values,
        "activity": activity(condition["activations"].values, episode, trials_per_episode),
    }
    lives = episode[:, None] < own.lesioned
    for axes, (name, _) in zip(row, PANELS, strict=True):
        _lines(axes, episode, np.where(lives, series[name], np.nan), drawn, [marks[c] for c in cluster[drawn]])
    return marks


def activity(activations: np.ndarray, episode: np.ndarray, trials_per_episode: int) -> np.ndarray:
    """Return activations per trial between one record and the next; the first since the start. Episodes without record
    are nan.

    Parameters
    ----------
    activations : ndarray of int, shape (seed, episode, astrocyte)
        Counts so far, trials; -1 where nothing is recorded.
    episode : ndarray of int, shape (episode,)
        Recorded episodes, from 0.
    trials_per_episode : int
    """
    counts = np.where(activations >= 0, activations, np.nan).astype(float)
    known = np.isfinite(counts).any(axis=(0, 2))
    steps = np.diff(episode[known], prepend=-1) * float(trials_per_episode)
    rates = np.full(counts.shape, np.nan)
    rates[:, known] = np.diff(counts[:, known], axis=1, prepend=0.0) / steps[:, None]
    return rates


def _lines(axes: Axes, episode: np.ndarray, values: np.ndarray, drawn: np.ndarray, line_colours: list) -> None:
    for astrocyte, colour in zip(drawn, line_colours, strict=True):
        known = np.isfinite(values[..., astrocyte]).any(axis=0)
        if not known.any():  # other conditions have more, or it was lesioned before the first record
            continue
        mean = np.nanmean(values[:, known, astrocyte], axis=0)
        line = axes.plot(episode[known], mean, color=colour, linewidth=0.9, alpha=0.85)[0]
        line.set_marker(marker(int(known.sum())))


def _scale_rates(column: np.ndarray) -> None:
    """Rates that fall over decades need a logarithmic axis; those that are 0 can only be said."""
    rates = []
    for axes in column:
        shown = np.concatenate([np.empty(0), *(np.asarray(line.get_ydata(), dtype=float) for line in axes.lines)])
        rates.append(shown[shown > 0])
        if not len(rates[-1]):
            axes.text(0.5, 0.5, "no exploration", ha="center", va="center", color=MUTED, transform=axes.transAxes)
    positive = np.concatenate(rates)
    if len(positive):
        decades = np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max()))
        column[0].set_ylim(10.0 ** decades[0], 10.0 ** (decades[1] + (decades[0] == decades[1])))
        column[0].set_yscale("log")
        column[0].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        column[0].yaxis.set_minor_formatter(NullFormatter())
    else:
        column[0].set_ylim(0, 1)
        column[0].set_yticks([])
