"""Decision raster: which astrocytes were active in a trial, and whether its change was kept (trials; shares are 1)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.marks import TRIAL
from astrosim.plot.style import NARROW, SEQUENTIAL, count_axis, new_figure, present_width, say, styled
from astrosim.plot.timeline import Timeline
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.figures.events import Events, of_replicate
from astrosim.systems.threshold.figures.select import (
    TRIAL_SAMPLE,
    activity_by_bin,
    first_seed,
    with_astrocytes,
    with_decisions,
)

OPENING = 150  # trials that are shown one by one
BINS = 200  # bins that the whole run is shown in
KEPT_COLOUR, REVERTED_COLOUR = "#0072B2", "#E69F00"
NAME = 1.1  # inches; a condition's name, which stands upright
CONDITIONS = 6  # conditions shown at most


@styled
def decision_raster(dataset: Dataset, events: Events = ()) -> Figure:
    """Draw the first trials one by one and the whole run in bins; two rows per condition, its first seed.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`, with the trial log.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    names = with_decisions(dataset)[:CONDITIONS]
    tall = {name: 3.0 if name in with_astrocytes(dataset) else 0.6 for name in names}
    figure = new_figure(0.6 + sum(0.44 * (share + 1) for share in tall.values()) if names else 1.0)
    if not names:
        say(figure.subplots(), "The trial log was not recorded, or nobody decides anything in this run.")
        return figure
    grid = figure.subplots(
        2 * len(names),
        2,
        sharex="col",
        squeeze=False,
        height_ratios=[share for name in names for share in (tall[name], 1)],
        width_ratios=[1, 1.25],
    )
    for number, name in enumerate(names):
        _condition(figure, grid[2 * number : 2 * number + 2], dataset, name)
    narrow = present_width() < NARROW
    grid[0, 0].set_title("a   first trials" + ("" if narrow else ", one by one"))
    grid[0, 1].set_title("b   whole run" + ("" if narrow else ", binned"))
    grid[-1, 0].set_xlabel("trial")
    grid[-1, 1].set_xlabel("trial")
    for axes in grid[-1]:
        count_axis(axes, 3)
    handles = [grid[0, 0].plot([], [], "s", color=c, markersize=5)[0] for c in (KEPT_COLOUR, REVERTED_COLOUR)]
    legend_above(figure, handles, ["kept", "reverted"])
    own = [event for name in names for event in of_replicate(events, name, first_seed(dataset, name))]
    timeline = Timeline(own, TRIAL, names)
    for number, name in enumerate(names):
        _mark(grid[2 * number : 2 * number + 2], timeline, name)
    timeline.legend(figure)
    return figure


def _mark(grid: np.ndarray, timeline: Timeline, name: str) -> None:
    """The events of one condition on its four axes: a trial stands at its number on the left, begins there right."""
    for row, axes in enumerate(grid):
        timeline.draw(axes[0], name, numbers=row == 0, over=True)
        timeline.draw(axes[1], name, shift=0.0, numbers=row == 0, over=row == 0)


def _condition(figure: Figure, grid: np.ndarray, dataset: Dataset, name: str) -> None:
    seed = first_seed(dataset, name)
    replicate = dataset[["decision", "active"]].sel(condition=name, seed=seed).isel(trial=slice(0, TRIAL_SAMPLE))
    decision = replicate["decision"].values
    ran = int((decision >= -1).sum())
    decision, active = decision[:ran], replicate["active"].values[:ran]
    astrocytes = int(active.max(initial=-1)) + 1
    if astrocytes and "astrocyte_x" in dataset:
        astrocytes = int(np.isfinite(dataset["astrocyte_x"].sel(condition=name, seed=seed).values).sum())
    edges = np.unique(np.linspace(0, ran, min(BINS, ran) + 1).astype(int))
    (first_who, all_who), (first_kept, all_kept) = grid
    if not astrocytes:
        say(first_who, f"{name}, seed {seed}: no astrocytes")
        say(all_who, f"{name}, seed {seed}: no astrocytes")
    else:
        first_who.set_ylabel(f"{fold(figure, f'{name}, seed {seed}', NAME)}\nastrocyte")
        _who_first(first_who, decision[:OPENING], active[:OPENING], astrocytes)
        _who_binned(figure, all_who, active, edges, astrocytes)
    _kept_first(first_kept, decision[:OPENING])
    _kept_binned(all_kept, decision, edges)
    first_kept.set_ylabel("kept", rotation=0, ha="right", va="center")
    all_kept.set_ylabel("kept", size=7)


def _who_first(axes: Axes, decision: np.ndarray, active: np.ndarray, astrocytes: int) -> None:
    trial, slot = np.nonzero(active >= 0)
    colour = np.where(decision[trial] == KEPT, KEPT_COLOUR, REVERTED_COLOUR)
    axes.scatter(trial, active[trial, slot], c=colour, marker="s", s=3.5, linewidth=0, rasterized=True)
    axes.set_ylim(astrocytes - 0.4, -0.6)
    _count_ticks(axes, astrocytes)


def _kept_first(axes: Axes, decision: np.ndarray) -> None:
    strip = np.ma.masked_less(decision, REVERTED)[None]
    colours = ListedColormap([REVERTED_COLOUR, KEPT_COLOUR])
    edges = np.arange(len(decision) + 1) - 0.5
    axes.pcolormesh(edges, [0, 1], strip, cmap=colours, vmin=REVERTED, vmax=KEPT, rasterized=True)
    axes.set_yticks([])
    axes.set_xlim(-1, len(decision))
    axes.spines["left"].set_visible(False)


def _who_binned(figure: Figure, axes: Axes, active: np.ndarray, edges: np.ndarray, astrocytes: int) -> None:
    shares = activity_by_bin(active, edges, astrocytes)
    rows = np.arange(astrocytes + 1) - 0.5
    # Square-root scale: dormant astrocytes act in fewer than one trial of a hundred and must still be seen.
    image = axes.pcolormesh(edges, rows, shares, cmap=SEQUENTIAL, norm=PowerNorm(0.5, 0, 1), rasterized=True)
    axes.set_ylim(astrocytes - 0.5, -0.5)
    _count_ticks(axes, astrocytes)
    figure.colorbar(image, ax=axes, label="active share", ticks=[0, 0.1, 0.5, 1], pad=0.015, aspect=12)


def _kept_binned(axes: Axes, decision: np.ndarray, edges: np.ndarray) -> None:
    starts = edges[:-1]
    kept = np.add.reduceat((decision == KEPT).astype(int), starts)
    decided = np.add.reduceat((decision >= REVERTED).astype(int), starts)
    share = np.where(decided > 0, kept / np.maximum(decided, 1), np.nan)
    axes.stairs(share, edges, baseline=None, color=KEPT_COLOUR, linewidth=0.9)
    axes.set_ylim(0, max(0.05, 1.15 * float(np.nanmax(share)) if np.isfinite(share).any() else 0.05))
    axes.tick_params(axis="y", labelsize=6.5)
    axes.set_xlim(edges[0], edges[-1])


def _count_ticks(axes: Axes, astrocytes: int) -> None:
    axes.set_yticks(range(0, astrocytes, max(1, -(-astrocytes // 8))))
    axes.tick_params(axis="y", labelsize=6.5)
