"""One dot per seed: final accuracy of every condition beside its mean, its ceiling and the published figure (all 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astrosim.plot.legends import legend_above
from astrosim.plot.style import MUTED, PAPER, colours, new_figure, styled
from astrosim.plot.timeline import note
from astrosim.statistics.inference import Interval, mean_interval
from astrosim.systems.threshold.figures.curves import CHANCE
from astrosim.systems.threshold.figures.events import Events

SPREAD = 0.2  # of a condition's place; half the width that dots of one value may take
DOTS, MEAN = 0.16, -0.22  # of a condition's place; where its dots and its mean lie
INK = "#000000"


@styled
def accuracy_by_condition(
    accuracy: Mapping[str, Sequence[float]],
    ceilings: Mapping[str, Sequence[float]],
    published: Mapping[str, float],
    intervals: Mapping[str, Interval] | None = None,
    events: Events = (),
) -> Figure:
    """Draw accuracy per seed and condition, each with its ceiling, mean and interval, and the published value.

    Parameters
    ----------
    accuracy, ceilings : mapping of str to sequence of float
        By condition, one value per seed.
    published : mapping of str to float
        By condition, where there is one.
    intervals : mapping of str to Interval, optional
        Of the means of `accuracy`; worked out if not given.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are told below.
    """
    names = list(accuracy)
    figure = new_figure(max(1.9, 0.8 + 0.5 * len(names)))
    axes = figure.subplots()
    marks = colours(names)
    axes.axvline(CHANCE, color=MUTED, linewidth=0.9, linestyle=(0, (6, 3)), zorder=0)
    for place, name in enumerate(names):
        values = np.round(np.asarray(accuracy[name], dtype=float), 9)
        interval = (intervals or {}).get(name) or mean_interval(values, bounds=(0, 1))
        _row(axes, place, values, interval, marks[name][0], not place)
        _ceilings(axes, place, np.round(np.asarray(ceilings[name], dtype=float), 9), values, not place)
        _published(axes, place, published.get(name))
    axes.text(CHANCE, -0.62, "chance", ha="center", va="bottom", color=MUTED, size=7)
    axes.set_yticks(range(len(names)), [f"{name}\nn = {len(accuracy[name])}" for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel("accuracy of the last frozen probe")
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    _legend(figure, axes, bool(set(published) & set(names)))
    note(figure, events, names)
    return figure


def _row(axes: Axes, place: int, values: np.ndarray, interval: Interval, colour: str, first: bool) -> None:
    heights = place + DOTS + spread(values)
    size = 14 if len(values) <= 40 else 6
    axes.scatter(values, heights, s=size, color=colour, alpha=0.7, linewidth=0, label="seed" if first else None)
    error = [[interval.mean - interval.low], [interval.high - interval.mean]] if interval.known else None
    axes.errorbar(
        interval.mean,
        place + MEAN,
        xerr=error,
        fmt="o",
        color=INK,
        markerfacecolor=PAPER,
        markersize=5.5,
        capsize=3,
        elinewidth=1.2,
        label=("mean, 95 % interval" if error else "mean") if first else None,
        zorder=4,
    )


def _ceilings(axes: Axes, place: int, ceilings: np.ndarray, values: np.ndarray, first: bool) -> None:
    """The ceiling of each seed, a tick at the height of its dot, and a line from one to the other."""
    heights = place + DOTS + spread(values)
    look: dict[str, Any] = {"color": INK, "zorder": 1}
    axes.hlines(heights, values, ceilings, linewidth=0.5, alpha=0.4, gid="gap", **look)
    ticks: dict[str, Any] = {"marker": "|", "markersize": 5, "markeredgewidth": 1.0, "linestyle": "", "gid": "ceiling"}
    axes.plot(ceilings, heights, label="structural ceiling of the seed" if first else None, **ticks, **look)


def _published(axes: Axes, place: int, published: float | None) -> None:
    if published is not None:
        axes.plot([published], [place + MEAN], marker="v", color="#D55E00", markersize=6, linestyle="", zorder=5)


def _legend(figure: Figure, axes: Axes, published: bool) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if published:
        handles += axes.plot([], [], marker="v", color="#D55E00", markersize=6, linestyle="")
        labels.append("published mean")
    legend_above(figure, handles, labels)


def spread(values: np.ndarray) -> np.ndarray:
    """Return offsets that lay equal values side by side, shape (seed,), within +- SPREAD."""
    offsets = np.zeros(len(values))
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    step = min(0.09, 2 * SPREAD / max(int(counts.max(initial=1)) - 1, 1))
    for number, count in enumerate(counts):
        offsets[group == number] = (np.arange(count) - (count - 1) / 2) * step
    return offsets
