"""Axes that figures of images and of tables share: learning curves, one point per run by condition, confusion.

`rows` are those of summary.csv, values typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.legends import counted
from astrosim.plot.points import INK, MEDIAN_WIDTH, NEAR, Rows, beside, conditions_of, runs_of, values_of
from astrosim.plot.style import MUTED, PAPER, colours, columns_at, new_figure

GRID: dict[str, Any] = {"color": "#E5E5E5", "linewidth": 0.6}
ROW = 0.34  # inches per condition
TOUCH = 3 * NEAR  # of the span of an axis; points nearer to each other lie side by side


def replicates_of(dataset: Dataset, rows: Rows, name: str) -> Dataset:
    """Return the replicates of a condition."""
    return dataset.sel(condition=name, seed=[row["seed"] for row in rows if row["condition"] == name])


def thin_and_median(axes: Axes, x: np.ndarray, curves: np.ndarray, colour: str, line: Any, marker: str = "") -> None:
    """Draw one thin line per run, and their median thick.

    Parameters
    ----------
    axes : Axes
    x : ndarray, shape (record,) or (run, record)
    curves : ndarray, shape (run, record)
    colour, line, marker
        As matplotlib takes them.
    """
    places = np.broadcast_to(x, curves.shape)
    for place, curve in zip(places, curves, strict=True):
        axes.plot(place, curve, color=colour, linewidth=0.5, alpha=0.45)
    middle = np.median(places, axis=0), np.median(curves, axis=0)
    axes.plot(*middle, color=colour, linestyle=line, gid="median", marker=marker)


def medians_of(axes: Axes) -> list[Any]:
    """Return the lines of the medians, for a legend."""
    return [line for line in axes.lines if line.get_gid() == "median"]


def run_points(rows: Rows, near: Mapping[str, float], others: Rows = ()) -> tuple[Figure, Sequence[Axes]]:
    """Draw a panel per column, one point per run, by condition; bars are medians.

    Parameters
    ----------
    rows : sequence of mapping
    near : mapping of str to float
        By column, how near two points are that lie side by side, in spans of the axis.
    others : sequence of mapping
        Rows of other methods, in grey below; they have the first column only.
    """
    every = [*rows, *others]
    names, known = conditions_of(every), colours(conditions_of(rows))
    figure = new_figure(0.9 + ROW * len(names))
    widths = [3, *[2] * (len(near) - 1)]
    panels: list[Axes] = figure.subplots(1, len(near), sharey=True, width_ratios=widths, squeeze=False)[0].tolist()
    for axes, (column, share) in zip(panels, near.items(), strict=True):
        shown = [row for row in every if column in row]
        span = max(float(np.ptp(values_of(shown, column))), 1e-3)
        for place, name in enumerate(names):
            values = values_of([row for row in shown if row["condition"] == name], column)
            if values.size:
                colour = known[name][0] if name in known else MUTED
                _points(axes, values, place, share * span, colour)
        axes.grid(axis="x", **GRID)
        axes.set_axisbelow(True)
    panels[0].set_yticks(range(len(names)), counted(names, runs_of(every)))
    panels[0].set_ylim(len(names) - 0.45, -0.6)
    return figure, panels


def _points(axes: Axes, values: np.ndarray, place: int, near: float, colour: str) -> None:
    look: dict[str, Any] = {"s": 14, "color": colour, "edgecolors": PAPER, "linewidths": 0.3, "zorder": 3}
    axes.scatter(values, place + beside(values, near), **look)
    ends = [place - 0.36, place + 0.36]
    axes.plot([np.median(values)] * 2, ends, color=INK, linewidth=MEDIAN_WIDTH, zorder=2)


def square_panels(count: int, each: float, rest: float) -> tuple[Figure, Sequence[Axes], int]:
    """Return a figure with panels for square pictures, and the number of its columns.

    Parameters
    ----------
    count : int
        Panels; the others of the grid are left empty.
    each, rest : float
        Height of a line of panels, and of what is beside them (inches).
    """
    columns = min(count, columns_at(3))
    lines = -(-count // columns)
    figure = new_figure(rest + each * lines)
    if columns == 1:
        figure.set_layout_engine("compressed")  # a square alone in a wide figure would stand at its right edge
    grid: list[Axes] = figure.subplots(lines, columns, squeeze=False).reshape(-1).tolist()
    for axes in grid[count:]:
        axes.set_axis_off()
    return figure, grid[:count], columns


def class_axes(axes: Axes) -> None:
    """Name the axes of a table of true and predicted classes."""
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.spines[:].set_visible(False)
