"""What figures of wave networks share: rows by condition, one point per run, marks for medians and collapsed runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from astrosim.plot.style import MUTED, PAPER, present_width

Rows = Sequence[Mapping[str, Any]]
"""Of summary.csv, values typed."""

INK = "#000000"
PUBLISHED: dict[str, Any] = {
    "marker": "v",
    "color": "#D55E00",
    "markeredgecolor": INK,
    "markeredgewidth": 0.6,
    "markersize": 5.5,
    "linestyle": "",
    "zorder": 5,
}
SHARE_LINE: dict[str, Any] = {"color": MUTED, "linewidth": 0.9, "linestyle": (0, (4, 2.5))}
MEDIAN_WIDTH = 2.2  # points
TITLE, SMALLEST = 8.5, 6.0  # points; sizes of a panel's title
LETTER = 0.62  # of a font's size; assumed: mean width of a letter, DejaVu Sans
MANY = 40  # runs; the points of more are smaller
BAND = 0.34  # of a row's height; half of what its points may fill
STEP = 0.13  # of a row's height; from one point to the next beside it
NEAR = 0.01  # of an axis; points nearer to each other would touch


def panel_title(axes: Axes, name: str, columns: int) -> None:
    """Write a name above one of several panels side by side: smaller if it is long, in two lines if it is very long."""
    room = 0.95 * present_width() / columns * 72 / LETTER  # letters of one point's size
    size = float(np.clip(room / max(len(name), 1), SMALLEST, TITLE))
    axes.set_title("\n".join(wrap(name, max(int(room / size), 1))), size=size)


def conditions_of(rows: Rows) -> list[str]:
    """Return conditions in the order of the rows."""
    return list(dict.fromkeys(row["condition"] for row in rows))


def runs_of(rows: Rows) -> dict[str, int]:
    """Return number of runs by condition."""
    return dict(Counter(row["condition"] for row in rows))


def values_of(rows: Rows, column: str = "test_accuracy") -> np.ndarray:
    """Return a column of rows, shape (row,), float64."""
    return np.array([row[column] for row in rows], dtype=float)


def draw_points(axes: Axes, rows: Rows, x: np.ndarray, y: np.ndarray, colour: str) -> None:
    """Draw one point per run at the given places, shape (run,): open if it collapsed."""
    down = np.array([bool(row["collapsed"]) for row in rows])
    trained: dict[str, Any] = {"facecolors": colour, "edgecolors": PAPER, "linewidths": 0.3, "gid": "trained"}
    collapsed: dict[str, Any] = {"facecolors": PAPER, "edgecolors": INK, "linewidths": 0.8, "gid": "collapsed"}
    for chosen, look in ((~down, trained), (down, collapsed)):
        if chosen.any():
            axes.scatter(x[chosen], y[chosen], s=14 if len(rows) <= MANY else 7, zorder=3, **look)


def beside(values: np.ndarray, near: float, half: float = BAND) -> np.ndarray:
    """Return offsets that lay values side by side where they would touch, shape (n,), within +- `half`.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    near : float
        Values nearer than this touch.
    half : float
        Half the room.
    """
    levels = np.zeros(len(values), dtype=int)
    order = np.argsort(values, kind="stable")
    for number, one in enumerate(order):
        before = order[:number]
        taken = set(levels[before[values[before] > values[one] - near]].tolist())
        levels[one] = next(level for level in _outwards(len(values)) if level not in taken)
    furthest = max(int(np.abs(levels).max(initial=0)), 1)
    return levels * min(STEP, half / furthest)


def _outwards(count: int) -> list[int]:
    """0, 1, -1, 2, -2 ... for `count` places and more."""
    return [sign * level for level in range(count + 1) for sign in ((1, -1) if level else (1,))]


def collapsed_handle() -> Line2D:
    """Return the legend's entry for collapsed runs."""
    look: dict[str, Any] = {"markerfacecolor": PAPER, "markeredgecolor": INK, "markeredgewidth": 0.8, "markersize": 4}
    return Line2D([], [], marker="o", linestyle="", label="a collapsed run", **look)
