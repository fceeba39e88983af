"""Figure 3 of Peterson, "What can astrocytes compute?", for any run of wave networks: every repeat is a point.

Accuracies and shares are fractions. `rows` are those of summary.csv, values typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from astrosim.plot.legends import legend_above
from astrosim.plot.points import (
    INK,
    MANY,
    MEDIAN_WIDTH,
    NEAR,
    PUBLISHED,
    SHARE_LINE,
    Rows,
    beside,
    collapsed_handle,
    conditions_of,
    draw_points,
    values_of,
)
from astrosim.plot.style import MUTED, NARROW, PALETTE, PAPER, colours, new_figure, present_width, styled

GAP = "difference in test accuracy, the same seed in both"


@styled
def wave_accuracy(rows: Rows, published: Mapping[str, float] | None = None) -> Figure:
    """Draw final test accuracy, one point per run, by condition: medians, published values, collapsed runs as open
    points.

    Parameters
    ----------
    rows : sequence of mapping
        condition, seed, test_accuracy, collapsed, largest_class_share, data.
    published : mapping of str to float, optional
        By condition, where there is one.
    """
    names = conditions_of(rows)
    marks, published = colours(names), {name: v for name, v in (published or {}).items() if name in names}
    figure = new_figure(0.75 + (0.42 if len(names) <= 12 else 0.33) * len(names))
    axes = figure.subplots()
    low, high = _span(np.array([*values_of(rows), *published.values()]))
    for place, name in enumerate(names):
        own = [row for row in rows if row["condition"] == name]
        values = values_of(own)
        draw_points(axes, own, values, place + beside(values, NEAR * (high - low)), marks[name][0])
        _bar(axes, float(np.median(values)), place)
        if name in published:
            axes.plot([published[name]], [place - 0.42], gid="published", **PUBLISHED)
    axes.set_yticks(range(len(names)), [_counted(name, rows) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.6)
    axes.set_xlabel("test accuracy after the last epoch")
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlim(low, high)
    shares = _shares(axes, rows, names)
    _accuracy_legend(figure, rows, bool(published), shares)
    return figure


def _counted(name: str, rows: Rows) -> str:
    """A condition's name, with its number of runs, and how many of them collapsed if any did."""
    down = [bool(row["collapsed"]) for row in rows if row["condition"] == name]
    return f"{name}\n" + (f"{sum(down)} of {len(down)} collapsed" if any(down) else f"n = {len(down)}")


def _bar(axes: Axes, median: float, place: float) -> None:
    axes.plot([median] * 2, [place - 0.42, place + 0.42], color=INK, linewidth=MEDIAN_WIDTH, zorder=2, gid="median")


def _shares(axes: Axes, rows: Rows, names: Sequence[str]) -> bool:
    """The largest class share of each condition's data, if it lies where the points are; else a word that it does not.

    Returns whether any is drawn.
    """
    low, high = axes.get_xlim()
    shares = {name: next(row["largest_class_share"] for row in rows if row["condition"] == name) for name in names}
    data = {row["condition"]: row["data"] for row in rows}
    for place, name in enumerate(names):
        if data[name] != "xor" and low <= shares[name] <= high:
            axes.plot([shares[name]] * 2, [place - 0.5, place + 0.5], zorder=1, gid="share", **SHARE_LINE)
    left = sorted({shares[name] for name in names if data[name] != "xor" and shares[name] < low})
    if left:
        text = f"← largest class share {', '.join(f'{share:.4f}' for share in left)}"
        axes.annotate(
            text, (0, 0), (4, 4), "axes fraction", "offset points", color=MUTED, size=7, ha="left", va="bottom"
        )
    return any(line.get_gid() == "share" for line in axes.lines)


def _span(values: np.ndarray) -> tuple[float, float]:
    """Ends of an axis of accuracies: all of it, unless all values lie close together far from chance."""
    low, high = float(values.min()), float(values.max())
    if low > 0.5 and high - low < 0.3:
        room = max(0.06 * (high - low), 0.004)
        return low - 2 * room, min(high + room, 1.0 + room)
    return min(0.0, low) - 0.02, max(min(1.0, high + 0.08), high + 0.02)


def _accuracy_legend(figure: Figure, rows: Rows, published: bool, share: bool) -> None:
    handles: list[Any] = [
        Line2D([], [], marker="o", color=MUTED, markersize=4, linestyle="", label="a run"),
        Line2D([], [], color=INK, linewidth=MEDIAN_WIDTH, label="median"),
    ]
    if any(row["collapsed"] for row in rows):
        handles.insert(1, collapsed_handle())
    if published:
        handles.append(Line2D([], [], label="published", **PUBLISHED))
    if share:
        handles.append(Line2D([], [], label="largest class share", **SHARE_LINE))
    legend_above(figure, handles, [str(handle.get_label()) for handle in handles])


@styled
def wave_gaps(rows: Rows, pairs: Sequence[tuple[str, str]]) -> Figure:
    """Draw differences in test accuracy between two conditions, one point per common seed.

    Parameters
    ----------
    rows : sequence of mapping
        Of summary.csv.
    pairs : sequence of (str, str)
        First minus second.
    """
    figure = new_figure(0.75 + 0.36 * len(pairs))
    axes = figure.subplots()
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    labels, found = [], [differences(rows, *pair) for pair in pairs]
    near = NEAR * float(np.ptp(np.concatenate([*found, [0.0]])))
    for place, ((first, second), gaps) in enumerate(zip(pairs, found, strict=True)):
        ahead, level = int((gaps > 0).sum()), int((gaps == 0).sum())
        ties = f", {level} level" if level else ""
        labels.append(f"{first} minus {second}\nahead in {ahead} of {len(gaps)}{ties}")
        look: dict[str, Any] = {"facecolors": PALETTE[0], "edgecolors": PAPER, "linewidths": 0.3, "gid": "pairs"}
        axes.scatter(gaps, place + beside(gaps, near), s=14 if len(gaps) <= MANY else 7, zorder=3, **look)
        _bar(axes, float(np.median(gaps)), place)
    axes.set_yticks(range(len(pairs)), labels, size=6.5)
    axes.set_ylim(len(pairs) - 0.45, -0.55)
    axes.set_xlabel("difference in test accuracy,\nthe same seed in both" if present_width() < NARROW else GAP)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure


def differences(rows: Rows, first: str, second: str) -> np.ndarray:
    """Test accuracy of `first` minus that of `second`, shape (common seed,), in order of seeds."""
    one, other = (
        {row["seed"]: row["test_accuracy"] for row in rows if row["condition"] == name} for name in (first, second)
    )
    common = sorted(one.keys() & other.keys())
    return np.round(np.array([one[seed] - other[seed] for seed in common]), 12)
