"""Figures of decisions: shares of proposals that were kept and given up, and time to the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from xarray import Dataset

from astrosim.plot.bands import draw_mean
from astrosim.plot.legends import counted, fold
from astrosim.plot.points import INK, MEDIAN_WIDTH, Rows, conditions_of, runs_of
from astrosim.plot.style import MUTED, NARROW, PAPER, colours, count_axis, new_figure, present_width, styled
from astrosim.statistics.inference import mean_interval
from astrosim.systems.blackbox.figures.learning import HALF, NAMES, ROW
from astrosim.systems.blackbox.figures.panels import GRID, Look, curves_of, held, legend_of, light

SHARES = (("accept_rate", "share of the proposals kept"), ("given_up_rate", "share given up by the race"))


@styled
def share_curves(dataset: Dataset, rows: Rows, work: str = "environment steps") -> Figure:
    """Draw shares of the proposals that were kept, and given up early, between records; light: runs, thick: mean.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed, task, learner: those by keep or revert.
    work : str
        Label of the axis.
    """
    stacked = present_width() < NARROW
    figure = new_figure(5.4 if stacked else 2.8)
    grid = figure.subplots(*((2, 1) if stacked else (1, 2)), sharex=True)
    names = conditions_of(rows)
    looks = colours(names)
    for axes, (name, label) in zip(grid, SHARES, strict=True):
        for condition, look in looks.items():
            curves = curves_of(dataset, rows, condition, name)
            light(axes, curves, look)
            at, values = held([curve for curve in curves if len(curve[0])])
            draw_mean(axes, at, values, look, condition, len(looks))
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.grid(axis="y", **GRID)
        count_axis(axes, 3)
        axes.set_xlabel(work)
        axes.set_ylabel(label)
    legend_of(figure, dict(zip(counted(names, runs_of(rows)), looks.values(), strict=True)), threshold=False)
    return figure


@styled
def threshold_times(
    times: Mapping[str, tuple[np.ndarray, np.ndarray]],
    work: str = "environment steps",
    looks: Mapping[str, Look] | None = None,
) -> Figure:
    """Draw steps until a fresh batch first reached the threshold, one point per run; bars: restricted mean over seeds.

    Parameters
    ----------
    times : mapping of str to (ndarray of float64, ndarray of bool), of shape (seed,)
        By condition: steps, the budget where it was never reached, and whether it was.
    work : str
        Label of the axis.
    looks : mapping of str to (colour, line style), optional
        By condition.
    """
    looks = looks or colours(list(times))
    figure = new_figure(0.75 + ROW * len(times))
    axes = figure.subplots()
    for place, (name, (steps, reached)) in enumerate(times.items()):
        _times(axes, steps, reached, place, looks[name][0])
    seeds = {name: len(steps) for name, (steps, _) in times.items()}
    texts = [fold(figure, text, NAMES * present_width()) for text in counted(list(times), seeds)]
    axes.set_yticks(range(len(times)), texts)
    axes.set_ylim(len(times) - 0.5, -0.5)
    axes.set_xlim(0, 1.04 * max(float(steps.max()) for steps, _ in times.values()))
    axes.grid(axis="x", **GRID)
    axes.set_axisbelow(True)
    count_axis(axes, 5)
    axes.set_xlabel(f"{work} to the threshold")
    if not all(reached.all() for _, reached in times.values()):
        never = Line2D([], [], marker="o", linestyle="", label="never, within the budget", **_open(MUTED), markersize=4)
        figure.legend(handles=[never], loc="outside upper right")
    return figure


def _open(colour: str) -> dict[str, Any]:
    return {"markerfacecolor": PAPER, "markeredgecolor": colour, "markeredgewidth": 0.8}


def _times(axes: Axes, steps: np.ndarray, reached: np.ndarray, place: int, colour: str) -> None:
    """The runs of a condition, the soonest on top, and their mean."""
    order = np.argsort(steps + np.where(reached, 0.0, 0.5), kind="stable")
    heights = place + (np.linspace(-HALF, HALF, len(order)) if len(order) > 1 else np.zeros(1))
    done = reached[order]
    axes.scatter(steps[order][done], heights[done], s=11, color=colour, edgecolors=PAPER, linewidths=0.3, zorder=3)
    never = steps[order][~done], heights[~done]
    axes.scatter(*never, s=14, facecolors=PAPER, edgecolors=colour, linewidths=0.8, zorder=3, gid="never")
    interval, ends = mean_interval(steps), (place - 0.4, place + 0.4)
    if interval.known:
        axes.fill_betweenx(ends, interval.low, interval.high, color=colour, alpha=0.14, linewidth=0, zorder=1)
    if len(order) > 1:
        axes.plot([interval.mean] * 2, ends, color=INK, linewidth=MEDIAN_WIDTH * 0.7, zorder=2.5)
