"""Figures of conditions in numbers: a point per seed, means with their intervals (Hz, uM)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.palette import PALETTE, PAPER
from astrosim.plot.points import INK, PUBLISHED, beside
from astrosim.plot.style import new_figure, present_width, styled
from astrosim.statistics.inference import mean_interval

ROW, ENDS = 0.5, 0.9  # inches: a condition; axis and legend
DOTS, MEAN = 0.14, -0.16  # of a row: where the points of seeds lie, and their mean
HALF = 0.15  # of a row; half of what its points fill
NAMES = 1.3  # inches; width of names, at most


@styled
def rates(
    shown: Mapping[str, Mapping[str, np.ndarray]], published: Mapping[str, Mapping[str, float]] | None = None
) -> Figure:
    """Draw one panel per quantity, one row per condition: a point per seed, the mean with its 95 % interval.

    Parameters
    ----------
    shown : mapping of str to mapping of str to ndarray of float, shape (seed,)
        By words on the axis, then by condition.
    published : mapping of str to mapping of str to float, optional
        Published means, by the same names.
    """
    names = list(next(iter(shown.values())))
    figure = new_figure(ROW * len(names) + ENDS)
    panels = figure.subplots(1, len(shown), squeeze=False, sharey=True)[0]
    for axes, (words, by_condition) in zip(panels, shown.items(), strict=True):
        known = (published or {}).get(words, {})
        span = np.ptp(np.concatenate([*by_condition.values(), [*known.values()] or np.zeros(0)])) or 1.0
        for place, name in enumerate(names):
            _row(axes, place, by_condition[name], 0.02 * float(span))
            if name in known:
                axes.plot([known[name]], [place], **PUBLISHED, label="published mean")
        axes.set_xlabel(words)
        axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
        axes.set_axisbelow(True)
    first = next(iter(shown.values()))
    width = min(NAMES, 0.25 * present_width())
    panels[0].set_yticks(range(len(names)), [f"{fold(figure, name, width)}\nn = {len(first[name])}" for name in names])
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    found = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    legend_above(figure, list(found.values()), list(found))
    return figure


def _row(axes: Axes, place: int, values: np.ndarray, near: float) -> None:
    heights = place + DOTS + beside(values, near, HALF)
    axes.scatter(values, heights, s=12, color=PALETTE[0], alpha=0.7, linewidth=0, label="seed")
    interval = mean_interval(values)
    error: Any = [[interval.mean - interval.low], [interval.high - interval.mean]] if interval.known else None
    look: dict[str, Any] = {"color": INK, "markerfacecolor": PAPER, "markersize": 5.0, "capsize": 3, "zorder": 4}
    text = "mean, 95 % interval" if error else "mean"
    axes.errorbar(interval.mean, place + MEAN, xerr=error, fmt="o", elinewidth=1.2, label=text, **look)
