"""Thresholds (1), exploration rates (1/trial) and activity (activations per trial) of every astrocyte over episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, StrMethodFormatter
from xarray import Dataset

from astrosim.plot.style import MUTED, cluster_colours, count_axis, marker, new_figure, say, span_episodes, styled
from astrosim.systems.threshold.figures.events import EPISODE, Events
from astrosim.systems.threshold.figures.select import with_astrocytes
from astrosim.systems.threshold.figures.timeline import Timeline

DRAWN_ASTROCYTES = 48  # lines; beyond, every k-th astrocyte is drawn
NAMED_CLUSTERS = 8  # clusters named in the legend at most
PANELS = (
    ("threshold", "threshold"),
    ("exploration_rate", "exploration rate per trial"),
    ("activity", "activations per trial"),
)


@styled
def astrocyte_curves(dataset: Dataset, trials_per_episode: int, events: Events = ()) -> Figure:
    """Draw threshold, exploration rate and activity of each astrocyte, mean over seeds; one row per condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    trials_per_episode : int
        Turns counts between records into activations per trial.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    names = with_astrocytes(dataset)
    figure = new_figure(0.7 + 1.45 * max(len(names), 1))
    if not names:
        say(figure.subplots(), "No condition of this run has astrocytes.")
        return figure
    grid = figure.subplots(len(names), len(PANELS), sharex=True, sharey="col", squeeze=False)
    clusters: dict[int, Any] = {}
    for row, name in zip(grid, names, strict=True):
        clusters |= _row(row, dataset.sel(condition=name), trials_per_episode)
        row[0].set_ylabel(name)
    for axes, (_, label), letter in zip(grid[0], PANELS, "abc", strict=True):
        axes.set_title(f"{letter}   {label}")
    grid[0, 0].set_ylim(bottom=0)
    grid[0, 2].set_ylim(bottom=0)
    _scale_rates(grid[:, 1])
    for axes in grid[-1]:
        axes.set_xlabel("episode")
        count_axis(axes, 2)
        span_episodes(axes, dataset["episode"].values)
    named = list(clusters)[:: -(-len(clusters) // NAMED_CLUSTERS)]
    handles = [Line2D([], [], color=clusters[number]) for number in named]
    labels = [f"astrocytes of cluster {number}" for number in named]
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 4))
    timeline = Timeline(events, EPISODE, names)
    for row, name in zip(grid, names, strict=True):
        for axes in row:
            timeline.draw(axes, name)
    timeline.legend(figure)
    return figure


def _row(row: np.ndarray, condition: Dataset, trials_per_episode: int) -> dict[int, Any]:
    """Draw one condition; gives the clusters' colours."""
    clusters = condition["astrocyte_cluster"].values
    cluster = clusters.max(axis=0)  # the same in every finished seed, -1 in the others
    drawn = np.flatnonzero(cluster >= 0)
    drawn = drawn[:: -(-len(drawn) // DRAWN_ASTROCYTES)]
    marks = cluster_colours(cluster[cluster >= 0])
    done = (clusters >= 0).any(axis=1)
    episode = condition["episode"].values
    series = {
        "threshold": condition["threshold"].values[done],
        "exploration_rate": condition["exploration_rate"].values[done],
        "activity": activity(condition["activations"].values[done], episode, trials_per_episode),
    }
    for axes, (name, _) in zip(row, PANELS, strict=True):
        _lines(axes, episode, series[name], drawn, [marks[c] for c in cluster[drawn]])
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
    known, present = np.isfinite(values).any(axis=(0, 2)), np.isfinite(values).any(axis=(0, 1))
    for astrocyte, colour in zip(drawn, line_colours, strict=True):
        if not present[astrocyte]:  # other conditions have more
            continue
        mean = np.nanmean(values[:, known, astrocyte], axis=0)
        line = axes.plot(episode[known], mean, color=colour, linewidth=0.9, alpha=0.85)[0]
        line.set_marker(marker(int(known.sum())))


def _scale_rates(column: np.ndarray) -> None:
    """Rates that fall over decades need a logarithmic axis; those that are 0 can only be said."""
    rates = []
    for axes in column:
        shown = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
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
