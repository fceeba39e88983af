"""What figures of black boxes share: one panel per task, looks of conditions, curves on common steps.

Returns are in the task's own unit; work is environment steps, or evaluations of an objective.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from xarray import Dataset

from astrosim.plot.legends import counted, legend_above
from astrosim.plot.points import INK, Rows, conditions_of, panel_title, runs_of
from astrosim.plot.style import colours, columns_at, new_figure

GRID: dict[str, Any] = {"color": "#E5E5E5", "linewidth": 0.6}
THRESHOLD: dict[str, Any] = {"color": INK, "linewidth": 0.8, "linestyle": (0, (4, 2.5))}
PANEL = 2.5  # inches; height of a row of panels
SIDE_BY_SIDE = 3  # panels
ROOM = 0.07  # of an axis, beyond its values

Look = tuple[str, Any]
"""Colour and line style."""


def tasks_of(rows: Rows) -> dict[str, list[str]]:
    """Return conditions by task, in the order of the rows."""
    found: dict[str, list[str]] = {}
    for row in rows:
        names = found.setdefault(row["task"], [])
        if row["condition"] not in names:
            names.append(row["condition"])
    return found


def looks_of(rows: Rows) -> tuple[dict[str, Look], dict[str, Look]]:
    """Return colour and line style by condition, and those of the legend by its entry.

    Learners have one colour in all panels, if there are several and none of them has two conditions of one learner;
    else each condition has its own.
    """
    names, tasks = conditions_of(rows), tasks_of(rows)
    learner = {row["condition"]: row["learner"] for row in rows}
    told = all(len({learner[name] for name in own}) == len(own) for own in tasks.values())
    if len(tasks) > 1 and told:
        by_learner = colours(list(dict.fromkeys(learner[name] for name in names)))
        return {name: by_learner[learner[name]] for name in names}, by_learner
    own_looks = colours(names)
    seeds = runs_of(rows)
    return own_looks, dict(zip(counted(names, seeds), own_looks.values(), strict=True))


def threshold_of(rows: Rows, task: str) -> float | None:
    """Return the mean return from which a task counts as solved; None where it has none, or conditions differ."""
    found = {float(row["threshold"]) for row in rows if row["task"] == task}
    value = found.pop() if len(found) == 1 else float("nan")
    return value if np.isfinite(value) else None


def panels(rows: Rows) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure with one panel per task, titled where there are several."""
    tasks = tasks_of(rows)
    columns = min(len(tasks), columns_at(SIDE_BY_SIDE))
    lines = -(-len(tasks) // columns)
    figure = new_figure(0.3 + PANEL * lines)
    grid = figure.subplots(lines, columns, squeeze=False).reshape(-1)
    for axes in grid[len(tasks) :]:
        axes.set_axis_off()
    found = dict(zip(tasks, grid, strict=False))
    for task, axes in found.items():
        axes.grid(axis="y", **GRID)
        axes.set_axisbelow(True)
        if len(tasks) > 1:
            panel_title(axes, task, columns)
    return figure, found


def draw_threshold(axes: Axes, value: float | None, upright: bool = False) -> None:
    """Draw the threshold of a task, if it has one, as a line across the axes."""
    if value is not None:
        (axes.axvline if upright else axes.axhline)(value, zorder=1, **THRESHOLD)


def legend_of(figure: Figure, entries: Mapping[str, Look], threshold: bool) -> None:
    """Write the legend above: conditions or learners, and the threshold if one is drawn."""
    handles = [Line2D([], [], color=colour, linestyle=line) for colour, line in entries.values()]
    labels = list(entries)
    if threshold:
        handles, labels = [*handles, Line2D([], [], **THRESHOLD)], [*labels, "threshold"]
    legend_above(figure, handles, labels)


def curves_of(dataset: Dataset, rows: Rows, condition: str, name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return steps and values of a curve, one pair of arrays of shape (record,) per run; known values alone.

    Records that fell into one batch, as those during birth do, were written at once, with one number of steps: they
    are one record here, the first of them.
    """
    found = []
    for row in rows:
        if row["condition"] != condition:
            continue
        own = dataset[["steps", name]].sel(condition=condition, seed=row["seed"])
        steps, values = own["steps"].values.astype(float), own[name].values
        steps, first = np.unique(steps, return_index=True)
        values = values[first]
        known = np.isfinite(values) & (steps >= 0)
        found.append((steps[known], values[known]))
    return found


def held(curves: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return all curves at common steps, shape (point,), and their values there, shape (curve, point).

    A curve holds its last value until the next; before its first one it is nan. Common steps begin where all curves
    have begun.
    """
    every = np.unique(np.concatenate([steps for steps, _ in curves] or [np.zeros(0)]))
    begin = max((steps[0] if len(steps) else np.inf for steps, _ in curves), default=np.inf)
    every = every[every >= begin]
    values = np.full((len(curves), len(every)), np.nan)
    for number, (steps, own) in enumerate(curves):
        if len(steps) and len(every):
            values[number] = own[np.searchsorted(steps, every, side="right") - 1]
    return every, values


def light(axes: Axes, curves: list[tuple[np.ndarray, np.ndarray]], look: Look) -> None:
    """Draw each run, two arrays of shape (record,), as a thin, light line."""
    for steps, values in curves:
        axes.plot(steps, values, color=look[0], linewidth=0.5, alpha=0.35, marker="." if len(steps) == 1 else "")


def limits(values: list[np.ndarray], threshold: float | None) -> tuple[float, float]:
    """Return limits of an axis that hold all values, arrays of any shape, and the threshold, with some room.

    Bands and intervals may reach further: a few seeds at the end of what is possible make them very wide.
    """
    every = np.concatenate([np.ravel(part) for part in values] + [[] if threshold is None else [threshold]])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    room = ROOM * (high - low) or 0.5 * max(abs(high), 1e-12)
    return low - room, high + room
