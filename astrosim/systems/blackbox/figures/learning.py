"""Figures of learning: returns on fresh episodes over steps, and returns of the test at the end, run by run.

Returns are in the task's own unit; work is environment steps, or evaluations of an objective. `rows` are those of
summary.csv, values typed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.bands import draw_mean
from astrosim.plot.legends import counted, fold
from astrosim.plot.points import INK, MEDIAN_WIDTH, Rows, conditions_of, panel_title, runs_of, values_of
from astrosim.plot.style import PAPER, count_axis, new_figure, present_width, styled
from astrosim.statistics.inference import mean_interval
from astrosim.systems.blackbox.figures.panels import (
    GRID,
    Look,
    curves_of,
    draw_threshold,
    held,
    legend_of,
    light,
    limits,
    looks_of,
    panels,
    tasks_of,
    threshold_of,
)

ANY = (-np.inf, np.inf)
ROW = 0.36  # inches per condition
HALF = 0.3  # of a condition's row; half of what its runs fill
NAMES = 0.3  # of the figure's width; room for names of conditions


@styled
def return_curves(
    dataset: Dataset, rows: Rows, work: str = "environment steps", worth: str = "return on fresh episodes"
) -> Figure:
    """Draw the mean return of the current network on fresh episodes over steps; light: runs, thick: mean over seeds.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed, task, learner, threshold.
    work, worth : str
        Labels of the axes.
    """
    figure, found = panels(rows)
    looks, entries = looks_of(rows)
    for number, (task, names) in enumerate(tasks_of(rows).items()):
        axes, drawn = found[task], []
        for name in names:
            curves = curves_of(dataset, rows, name, "fresh_return")
            drawn += [values for _, values in curves]
            light(axes, curves, looks[name])
            at, values = held(curves)
            draw_mean(axes, at, values, looks[name], name, len(names), ANY)
        draw_threshold(axes, threshold_of(rows, task))
        axes.set_ylim(limits(drawn, threshold_of(rows, task)))
        axes.set_xlim(left=0)
        count_axis(axes, 4 if len(found) == 1 else 2)
        axes.set_xlabel(work)
        if number == 0 or (len(found) > 1 and number % _columns(found) == 0):
            axes.set_ylabel(worth)
    legend_of(figure, entries, any(threshold_of(rows, task) is not None for task in found))
    return figure


def _columns(found: dict[str, Axes]) -> int:
    """Panels side by side."""
    places = [axes.get_subplotspec() for axes in found.values()]
    return 1 + max(place.colspan.start for place in places if place is not None)


@styled
def return_points(rows: Rows, worth: str = "test return, mean over episodes") -> Figure:
    """Draw the mean test return of each run with its interval over episodes, by condition; bars: mean over seeds.

    Parameters
    ----------
    rows : sequence of mapping
        condition, seed, task, learner, threshold, test_mean, test_low, test_high.
    worth : str
        Label of the axis.
    """
    tasks, (looks, _) = tasks_of(rows), looks_of(rows)
    names, seeds = conditions_of(rows), runs_of(rows)
    title = 0.3 if len(tasks) > 1 else 0.0
    figure = new_figure(0.55 + ROW * len(names) + (title + 0.3) * len(tasks))
    grid = figure.subplots(len(tasks), 1, squeeze=False, height_ratios=[len(own) + 0.3 for own in tasks.values()])
    for axes, (task, own) in zip(grid[:, 0], tasks.items(), strict=True):
        for place, name in enumerate(own):
            _points(axes, [row for row in rows if row["condition"] == name], place, looks[name])
        draw_threshold(axes, threshold_of(rows, task), upright=True)
        here = [row for row in rows if row["task"] == task]
        ends = [values_of(here, name) for name in ("test_mean", "test_low", "test_high")]
        axes.set_xlim(limits(ends, threshold_of(rows, task)))
        texts = [fold(figure, text, NAMES * present_width()) for text in counted(own, seeds)]
        axes.set_yticks(range(len(own)), texts)
        axes.set_ylim(len(own) - 0.5, -0.5)
        axes.grid(axis="x", **GRID)
        axes.set_axisbelow(True)
        if len(tasks) > 1:
            panel_title(axes, task, 1)
    grid[-1, 0].set_xlabel(worth)
    return figure


def _points(axes: Axes, rows: Rows, place: int, look: Look) -> None:
    """The runs of a condition, the best on top, and their mean."""
    order = sorted(rows, key=lambda row: -row["test_mean"])
    means, low, high = (values_of(order, name) for name in ("test_mean", "test_low", "test_high"))
    heights = place + (np.linspace(-HALF, HALF, len(order)) if len(order) > 1 else np.zeros(1))
    low, high = (np.where(np.isfinite(end), end, means) for end in (low, high))
    axes.hlines(heights, low, high, color=look[0], linewidth=0.7, alpha=0.55, zorder=2)
    points: dict[str, Any] = {"s": 11, "color": look[0], "edgecolors": PAPER, "linewidths": 0.3, "zorder": 3}
    axes.scatter(means, heights, **points)
    interval = mean_interval(means)
    ends = place - 0.4, place + 0.4
    if interval.known:
        axes.fill_betweenx(ends, interval.low, interval.high, color=look[0], alpha=0.14, linewidth=0, zorder=1)
    if len(order) > 1:
        axes.plot([interval.mean] * 2, ends, color=INK, linewidth=MEDIAN_WIDTH * 0.7, zorder=2.5)
