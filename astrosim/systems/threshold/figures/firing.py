"""Firing raster: which neurons fired in the standing pass of each trial (trials; shares are 1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.marks import TRIAL
from astrosim.plot.palette import FILLS
from astrosim.plot.style import NARROW, PAPER, SEQUENTIAL, count_axis, new_figure, present_width, say, styled
from astrosim.plot.timeline import Timeline
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.figures.events import Events, of_replicate
from astrosim.systems.threshold.figures.raster import BINS, CONDITIONS, NAME, OPENING
from astrosim.systems.threshold.figures.select import condition_names, first_seed

NEURONS, SHARES = 2.0, 0.75  # inches; the two rows of a condition
ENDS = 0.7  # inches; what surrounds all
MOST_VALUES = 2**26  # of a replicate that a figure reads at most: of more, each n-th trial; assumed
MOST_ROWS = 400  # rows of a raster; neurons of one kind that share a row are drawn as their mean
TICK = 6.5  # points


class Firing(NamedTuple):
    """Firing of a replicate, neurons sorted by kind, then by number.

    Attributes
    ----------
    trial : ndarray of int64, shape (recorded trial,)
    fired : ndarray of int8, shape (recorded trial, neuron)
    kind : ndarray of int8, shape (neuron,)
        Places among `NEURON_KINDS`, ascending.
    """

    trial: np.ndarray
    fired: np.ndarray
    kind: np.ndarray

    def head(self, count: int) -> Firing:
        """Return the first recorded trials."""
        return self._replace(trial=self.trial[:count], fired=self.fired[:count])

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of a raster, neighbours of a kind together where there are too many neurons.

        Returns
        -------
        start : ndarray of int64, shape (row,)
            First neuron of each row.
        kind : ndarray of int8, shape (row,)
        """
        step = -(-len(self.kind) // MOST_ROWS)
        place = np.arange(len(self.kind)) - np.searchsorted(self.kind, self.kind)
        start = np.flatnonzero(place % step == 0)
        return start, self.kind[start]


def with_firing(dataset: Dataset) -> list[str]:
    """Return conditions of which the firing of neurons is there."""
    if "firing" not in dataset:
        return []
    found = []
    for name in condition_names(dataset):
        seed = first_seed(dataset, name)
        if seed is not None and (dataset["firing"].sel(condition=name, seed=seed)[:, 0].values >= 0).any():
            found.append(name)
    return found


def _firing(dataset: Dataset, condition: str, seed: int | None, trials: int | None = None) -> Firing:
    """Read the firing of a replicate: the first recorded trials, or all of them if left out."""
    own = dataset[["firing", "neuron_kind"]].sel(condition=condition, seed=seed)
    kind = own["neuron_kind"].values
    there = np.flatnonzero(own["firing"][:, 0].values >= 0)[:trials]
    there = there[:: max(1, -(-there.size * kind.size // MOST_VALUES))]
    order = np.argsort(kind, kind="stable")
    order = order[kind[order] >= 0]
    fired = own["firing"].isel(recorded_trial=there).values[:, order]
    return Firing(own["recorded_trial"].values[there], fired, kind[order])


@styled
def firing_raster(dataset: Dataset, events: Events = ()) -> Figure:
    """Draw the firing in the first recorded trials one by one, and in all of them in bins; its first seed.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`, with the firing of neurons (`record.firing`).
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    names = with_firing(dataset)[:CONDITIONS]
    figure = new_figure(ENDS + (NEURONS + SHARES) * len(names) if names else 1.0)
    if not names:
        say(figure.subplots(), "The firing of neurons was not recorded (record.firing).")
        return figure
    heights = [NEURONS, SHARES] * len(names)
    grid = figure.subplots(2 * len(names), 2, squeeze=False, height_ratios=heights, width_ratios=[1, 1.25])
    own = [event for name in names for event in of_replicate(events, name, first_seed(dataset, name))]
    timeline, kinds = Timeline(own, TRIAL, names), set()
    for number, name in enumerate(names):
        seed, rows = first_seed(dataset, name), grid[2 * number : 2 * number + 2]
        firing = _firing(dataset, name, seed)
        kinds |= set(firing.kind.tolist())
        for upper, lower in rows.T:
            upper.sharex(lower)
            upper.tick_params(labelbottom=False)
        _one_by_one(rows[:, 0], firing.head(OPENING))
        _binned(figure, rows[:, 1], firing)
        rows[0, 0].set_ylabel(f"{fold(figure, f'{name}, seed {seed}', NAME)}\nneuron")
        rows[1, 0].set_ylabel("share")
        for axes in rows[1]:
            count_axis(axes, 3)
        for row, axes in enumerate(rows):
            timeline.draw(axes[0], name, numbers=row == 0, over=True)
            timeline.draw(axes[1], name, shift=0.0, numbers=row == 0, over=True)
    narrow = present_width() < NARROW
    grid[0, 0].set_title("a   first trials" + ("" if narrow else " on record"))
    grid[0, 1].set_title("b   all trials" + ("" if narrow else " on record, binned"))
    for axes in grid[-1]:
        axes.set_xlabel("trial")
    words = [NEURON_KINDS[kind] for kind in sorted(kinds)]
    legend_above(figure, [grid[0, 0].plot([], [], "s", color=FILLS[one], markersize=5)[0] for one in words], words)
    timeline.legend(figure)
    return figure


def _edges(trial: np.ndarray) -> np.ndarray:
    """Return the ends of the cells of recorded trials: float64, shape (recorded trial + 1,)."""
    step = float(np.diff(trial[:2])[0]) if len(trial) > 1 else 1.0
    return np.append(trial, trial[-1] + step)


def _one_by_one(axes: np.ndarray, firing: Firing) -> None:
    """Draw a mark of its kind's colour where a neuron fired, and the share of each kind that fired below."""
    upper, lower = axes
    edges = _edges(firing.trial)
    start, kind = firing.rows()
    share = np.add.reduceat(firing.fired, start, axis=1) / np.diff(np.append(start, len(firing.kind)))
    shown = np.where(share.T > 0.5, kind[:, None] + 1, 0)
    colours = ListedColormap([PAPER, *(FILLS[name] for name in NEURON_KINDS)])
    upper.pcolormesh(
        edges - 0.5,
        np.arange(len(start) + 1) - 0.5,
        shown,
        cmap=colours,
        vmin=0,
        vmax=len(NEURON_KINDS),
        rasterized=True,
    )
    _rows(upper, firing, start)
    for one in np.unique(firing.kind):
        own = firing.fired[:, firing.kind == one].mean(axis=1)
        lower.stairs(own, edges - 0.5, baseline=None, color=FILLS[NEURON_KINDS[one]], linewidth=0.8)
    _span(lower, edges - 0.5)


def _binned(figure: Figure, axes: np.ndarray, firing: Firing) -> None:
    """Draw the share of the trials of a bin in which each neuron fired, and its mean over each kind below."""
    upper, lower = axes
    bounds = np.unique(np.linspace(0, len(firing.trial), min(BINS, len(firing.trial)) + 1).astype(int))
    sizes = np.diff(bounds)[:, None]
    rate = np.add.reduceat(firing.fired, bounds[:-1], axis=0, dtype=np.int64) / sizes
    edges = _edges(firing.trial)[bounds]
    start, _ = firing.rows()
    share = np.add.reduceat(rate, start, axis=1) / np.diff(np.append(start, len(firing.kind)))
    rows = np.arange(len(start) + 1) - 0.5
    image = upper.pcolormesh(edges, rows, share.T, cmap=SEQUENTIAL, vmin=0, vmax=1, rasterized=True)
    _rows(upper, firing, start)
    figure.colorbar(image, ax=upper, label="share of trials", ticks=[0, 0.5, 1], pad=0.015, aspect=12)
    for one in np.unique(firing.kind):
        own = rate[:, firing.kind == one].mean(axis=1)
        lower.stairs(own, edges, baseline=None, color=FILLS[NEURON_KINDS[one]], linewidth=0.9)
    _span(lower, edges)


def _rows(axes: Axes, firing: Firing, start: np.ndarray) -> None:
    """Label each kind's first neuron by its place, top down."""
    axes.set_ylim(len(start) - 0.5, -0.5)
    first = np.searchsorted(firing.kind, np.unique(firing.kind))
    axes.set_yticks(np.searchsorted(start, first), [f"{place:,}" for place in first])
    axes.tick_params(axis="y", labelsize=TICK)


def _span(axes: Axes, edges: np.ndarray) -> None:
    """Set the limits of the shares: from 0, and from the first edge to the last (trials, shape (bin + 1,))."""
    axes.set_ylim(bottom=0.0)
    axes.tick_params(axis="y", labelsize=TICK)
    axes.set_xlim(edges[0], edges[-1])
