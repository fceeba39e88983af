"""Training of wave networks, epoch by epoch: every repeat as a line, medians, and when runs solve XOR.

Accuracies and shares are fractions; losses are dimensionless.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from xarray import Dataset

from astrosim.plot.legends import legend_above
from astrosim.plot.points import INK, SHARE_LINE, Rows, conditions_of, panel_title, values_of
from astrosim.plot.solving import scale_shares, share_curve
from astrosim.plot.style import MUTED, PAPER, colours, columns_at, count_axis, marker, new_figure, styled

MOST_COLUMNS = 4  # panels side by side
MOST_CURVES = 20  # conditions; a figure with more panels is no longer read
DRAWN_EPOCHS = 300  # points of a curve; assumed: more cannot be told apart in a panel
SMALLEST = 1e-9  # of a loss that is drawn; XOR's may fall to 0
PIXELS_FROM = 20_000  # points of a panel; from here its thin lines are pixels in the SVG
CURVES = {
    "test_accuracy": "test accuracy",
    "test_loss": "test loss",
    "train_loss": "training loss",
    "validation_accuracy": "validation accuracy",
    "accept_rate": "accept rate",
}
"""Variables that `wave_curves` draws, and their names."""


@styled
def wave_curves(dataset: Dataset, rows: Rows, variable: str = "test_accuracy") -> Figure:
    """Draw a variable over epochs, one panel per condition: every run as a thin line, their median as a thick one.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        Of summary.csv.
    variable : str
        Of `CURVES`. Losses are drawn on a logarithmic scale if they fall by more than a factor of 100.

    Raises
    ------
    ValueError
        If no run has such a variable.
    """
    names = drawn_conditions(dataset, rows, variable)
    if not names:
        raise ValueError(f"{variable}: no run has recorded it. Write one of {', '.join(CURVES)}.")
    lines = -(-len(names) // columns_at(MOST_COLUMNS))
    columns = -(-len(names) // lines)
    figure = new_figure(0.75 + (2.2 if len(names) == 1 else 1.55) * lines)
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    marks = colours(conditions_of(rows))
    for axes, name in zip(grid.flat, names, strict=False):
        own = [row for row in rows if row["condition"] == name]
        _repeats(axes, dataset[variable].sel(condition=name), own, marks[name][0])
        panel_title(axes, f"{name}, n = {len(own)}", columns)
        if variable == "test_accuracy" and own[0]["data"] != "xor":
            axes.axhline(own[0]["largest_class_share"], zorder=1, gid="share", **SHARE_LINE)
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    _scales(grid, len(names), dataset[variable].sel(condition=names).values, variable)
    handles = [Line2D([], [], color=MUTED, linewidth=0.6, label="a run"), Line2D([], [], color=INK, label="median")]
    if any(row["collapsed"] and row["condition"] in names for row in rows):
        handles.insert(1, Line2D([], [], color=INK, linewidth=0.6, linestyle=":", label="a collapsed run"))
    if variable == "test_accuracy" and any(row["data"] != "xor" for row in rows):
        handles.append(Line2D([], [], label="largest class share", **SHARE_LINE))
    legend_above(figure, handles, [str(handle.get_label()) for handle in handles])
    return figure


def drawn_conditions(dataset: Dataset, rows: Rows, variable: str) -> list[str]:
    """Return the first `MOST_CURVES` conditions that have recorded a variable."""
    known = [str(n) for n in dataset["condition"].values[np.isfinite(dataset[variable].values).any(axis=(1, 2))]]
    return [name for name in conditions_of(rows) if name in known][:MOST_CURVES]


def thinned(count: int) -> np.ndarray:
    """Return indices of at most `DRAWN_EPOCHS` of `count` epochs: int64, shape (index,).

    Evenly spaced, the first and the last among them.
    """
    return np.unique(np.linspace(0, count - 1, min(count, DRAWN_EPOCHS)).round().astype(int))


def _repeats(axes: Axes, series: Any, rows: Rows, colour: str) -> None:
    values = series.values
    values = values[:, : int(np.flatnonzero(np.isfinite(values).any(axis=0))[-1]) + 1]
    chosen = thinned(values.shape[1])
    epochs, down = series["epoch"].values[chosen], {row["seed"] for row in rows if row["collapsed"]}
    alpha = float(np.clip(6 / len(values), 0.12, 0.6))
    collapsed = np.array([int(seed) in down for seed in series["seed"].values])
    done = np.isfinite(values).any(axis=1)
    looks: tuple[tuple[np.ndarray, dict[str, Any]], ...] = (
        (done & ~collapsed, {"colors": colour, "alpha": alpha, "linestyles": "-", "gid": "trained"}),
        (done & collapsed, {"colors": INK, "alpha": max(alpha, 0.3), "linestyles": ":", "gid": "collapsed"}),
    )
    for which, look in looks:
        lines = [np.column_stack([epochs, one[chosen]]) for one in values[which]]
        axes.add_collection(LineCollection(lines, linewidths=0.7, rasterized=values.size > PIXELS_FROM, **look))
    median = np.nanmedian(values[done], axis=0)[chosen]
    axes.plot(epochs, median, color=INK, linewidth=1.4, zorder=3, gid="median", marker=marker(len(epochs)))


def _scales(grid: np.ndarray, panels: int, values: np.ndarray, variable: str) -> None:
    """Axes of all panels: one scale, names at the left and at the bottom."""
    known = values[np.isfinite(values)]
    first: Axes = grid[0, 0]
    last = float(np.flatnonzero(np.isfinite(values).any(axis=(0, 1)))[-1]) + 1
    first.set_xlim(1 - 0.02 * last, max(last * 1.02, 1.5))
    if variable.endswith("loss") and known.max() > 100 * known.min():
        first.set_yscale("log")
        first.set_ylim(max(known.min() / 1.5, SMALLEST), known.max() * 1.5)
    else:
        room = 0.05 * max(float(np.ptp(known)), 0.02)
        first.set_ylim(
            min(0.0, known.min()) - room if "accuracy" in variable else known.min() - room, known.max() + room
        )
    count_axis(first)
    columns = grid.shape[1]
    for number, axes in enumerate(grid.flat[:panels]):
        if number % columns == 0:
            axes.set_ylabel(CURVES[variable])
        if number + columns >= panels:
            axes.set_xlabel("epoch")
            axes.tick_params(labelbottom=True)


@styled
def wave_solved(dataset: Dataset, rows: Rows, updates_per_epoch: Mapping[str, int]) -> Figure:
    """Share of a condition's runs that have had all rows of XOR right, over updates; a circle: right at the end.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        Of summary.csv.
    updates_per_epoch : mapping of str to int
        By condition.
    """
    names = conditions_of([row for row in rows if row["data"] == "xor"])
    figure = new_figure(2.7)
    axes = figure.subplots()
    begin = np.inf
    for name, (colour, line) in colours(names).items():
        own = [row for row in rows if row["condition"] == name]
        hits = first_hits(dataset, name) * updates_per_epoch[name]
        end = max(row["updates"] for row in own)
        begin = min(begin, end / 2, *hits)
        share_curve(axes, name, hits, len(own), updates_per_epoch[name], end, (colour, line))
        last = float(np.mean(values_of(own) == 1.0))
        axes.plot([end], [last], marker="o", color=colour, markerfacecolor=PAPER, clip_on=False, zorder=4, gid="end")
    scale_shares(figure, axes, begin)
    axes.set_xlabel("updates")
    axes.set_ylabel("share of runs with\nall rows right once")
    return figure


def first_hits(dataset: Dataset, condition: str) -> np.ndarray:
    """Return epoch in which runs had everything right for the first time, shape (run that ever had,), in order of
    seeds.
    """
    series = dataset["test_accuracy"].sel(condition=condition)
    right = series.values >= 1.0
    return series["epoch"].values[right.argmax(axis=1)[right.any(axis=1)]].astype(float)
