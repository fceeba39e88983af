"""Figure 4 of Peterson, "What can astrocytes compute?", for any run: accuracy against leak, noise or loss.

Accuracies, shares and probabilities are fractions; the leak's width is in cells. Every repeat is a point.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from astrosim.plot.legends import legend_above
from astrosim.plot.points import (
    INK,
    PUBLISHED,
    SHARE_LINE,
    Rows,
    beside,
    collapsed_handle,
    draw_points,
    panel_title,
    values_of,
)
from astrosim.plot.style import MUTED, PALETTE, columns_at, new_figure, styled
from astrosim.systems.waves.scenario.schema import WaveScenario

SWEPT = {"leak.sigma": "leak (cells)", "noise.sigma": "noise (standard deviation)", "loss.p": "loss (probability)"}
"""Fields whose sweeps are drawn, and the name of their axis."""
Reference = Mapping[str, Mapping[Any, float]]
FEWEST = 3  # values; fewer are no sweep
CROWDED = 0.04  # of the axis; values nearer than this to each other call for the square-root scale
LABELLED = 0.075  # of the axis; values nearer than this to the last one labelled stay without
NEAR = 0.03  # of the axis; points nearer to each other would touch


@dataclass(frozen=True)
class Series:
    """Conditions that differ in nothing but one field: their values of it, ascending, and their names."""

    name: str
    values: tuple[float, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """Series over the same field."""

    field: str
    series: tuple[Series, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """All conditions, each once."""
        return tuple(dict.fromkeys(name for one in self.series for name in one.conditions))


def find_sweeps(resolved: Mapping[str, WaveScenario]) -> list[Sweep]:
    """Return sweeps of leak, noise and loss among the conditions of a run.

    A condition without the disturbance begins every series that it else agrees with: its kernel, border or place then
    mean nothing.

    Parameters
    ----------
    resolved : mapping of str to WaveScenario
        By condition.
    """
    found = [Sweep(field, tuple(_series(resolved, field))) for field in SWEPT]
    return [sweep for sweep in found if sweep.series]


def _series(resolved: Mapping[str, WaveScenario], field: str) -> list[Series]:
    section, _, name = field.partition(".")
    groups: dict[tuple[str, str], dict[str, float]] = {}
    without: dict[str, list[str]] = {}
    for condition, scenario in resolved.items():
        if scenario.network.model == "mlp":
            continue
        tables = _meaningful(scenario)
        own = tables.pop(section)
        rest = json.dumps(tables, sort_keys=True)
        if own is None:
            without.setdefault(rest, []).append(condition)
        else:
            value = own.pop(name)
            groups.setdefault((rest, json.dumps(own, sort_keys=True)), {})[condition] = value
    series = []
    for (rest, _), values in groups.items():
        points = sorted([(0.0, one) for one in without.get(rest, ())] + [(v, one) for one, v in values.items()])
        if len({value for value, _ in points}) >= FEWEST:
            series.append(Series(_common(list(values)), *zip(*points, strict=True)))
    return series


def _meaningful(scenario: WaveScenario) -> dict[str, Any]:
    """Tables of a resolved scenario; None for leak, noise and loss where there is none."""
    tables: dict[str, Any] = scenario.model_dump(mode="json", exclude={"conditions", "sweep", "reference", "seeds"})
    for field in SWEPT:
        section, _, name = field.partition(".")
        if not tables[section][name]:
            tables[section] = None
    return tables


def _common(names: list[str]) -> str:
    """What the names of a series have in common but for a number at their end; else the first and the last."""
    beginnings = {re.sub(r"[_.-]*[\d.]+$", "", name) for name in names}
    return beginnings.pop() if len(beginnings) == 1 else f"{names[0]} to {names[-1]}"


@dataclass(frozen=True)
class Axis:
    """Where the values of a sweep lie: at themselves, or at their square roots where they are too close together."""

    values: tuple[float, ...]
    root: bool

    @classmethod
    def of(cls, sweep: Sweep) -> Axis:
        """Return the axis of all series of a sweep."""
        values = tuple(sorted({value for one in sweep.series for value in one.values}))
        return cls(values, bool(np.diff(values).min() < CROWDED * np.ptp(values)))

    def place(self, value: float) -> float:
        """Return the place of a value."""
        return math.sqrt(value) if self.root else value

    @property
    def places(self) -> np.ndarray:
        """Places of all values: float64, shape (value,), ascending."""
        return np.array([self.place(value) for value in self.values])

    @property
    def gap(self) -> float:
        """The least distance between two of them."""
        return float(np.diff(self.places).min())

    def label(self, axes: Axes) -> None:
        """Mark all values, and write down those that have room."""
        labels, last = [], -math.inf
        for value, place in zip(self.values, self.places, strict=True):
            free = place - last >= LABELLED * np.ptp(self.places)
            labels.append(f"{value:g}" if free else "")
            last = place if free else last
        axes.set_xticks(self.places, labels)
        axes.set_xlim(self.places[0] - 0.6 * self.gap, self.places[-1] + 0.6 * self.gap)


@styled
def wave_sweep(rows: Rows, sweep: Sweep, reference: Reference | None = None) -> Figure:
    """Test accuracy of every run, and the share of collapsed runs below it, against the swept field; a panel a series.

    Parameters
    ----------
    rows : sequence of mapping
        Of summary.csv.
    sweep : Sweep
        Of `find_sweeps`.
    reference : mapping, optional
        Published figures by condition: test_accuracy, collapsed.
    """
    axis, reference = Axis.of(sweep), reference or {}
    columns = min(len(sweep.series), columns_at(2))
    lines = -(-len(sweep.series) // columns)
    figure = new_figure(0.5 + 2.7 * lines)
    grid = figure.subplots(2 * lines, columns, squeeze=False, height_ratios=[3, 1] * lines, sharex=True, sharey="row")
    places = [(2 * line, column) for line in range(lines) for column in range(columns)]
    for number, ((line, column), series) in enumerate(zip(places, sweep.series, strict=False)):
        upper, lower = grid[line, column], grid[line + 1, column]
        _accuracies(upper, rows, series, axis, reference, PALETTE[number % len(PALETTE)])
        _collapsed(lower, rows, series, axis, reference)
        panel_title(upper, f"{'abcdefgh'[number % 8]}   {series.name}", columns)
        lower.set_xlabel(SWEPT[sweep.field] + (", square-root scale" if axis.root else ""))
        axis.label(lower)
        lower.tick_params(labelbottom=True)
        if column == 0:
            upper.set_ylabel("test accuracy")
            lower.set_ylabel("collapsed\nshare")
    for line, column in places[len(sweep.series) :]:
        for axes in grid[line : line + 2, column]:
            axes.set_visible(False)
    _legend(figure, [row for row in rows if row["condition"] in sweep.conditions], sweep, reference)
    return figure


def _accuracies(axes: Axes, rows: Rows, series: Series, axis: Axis, reference: Reference, colour: str) -> None:
    """Every run as a point, the medians as a line, published medians, and the share of the largest class."""
    medians = []
    for value, condition in zip(series.values, series.conditions, strict=True):
        own, place = [row for row in rows if row["condition"] == condition], axis.place(value)
        if own:
            accuracy = values_of(own)
            medians.append((place, float(np.median(accuracy))))
            draw_points(axes, own, place + axis.gap * beside(accuracy, NEAR), accuracy, colour)
        if "test_accuracy" in reference.get(condition, {}):
            axes.plot([place], [reference[condition]["test_accuracy"]], gid="published", **PUBLISHED)
    axes.plot(*zip(*medians, strict=True), color=INK, linewidth=1.1, zorder=2, gid="median")
    axes.axhline(max(row["largest_class_share"] for row in rows), zorder=1, gid="share", **SHARE_LINE)
    axes.set_ylim(-0.02, 1.02)


def _collapsed(axes: Axes, rows: Rows, series: Series, axis: Axis, reference: Reference) -> None:
    """The share of collapsed runs as a stem for every value, and the published share."""
    for value, condition in zip(series.values, series.conditions, strict=True):
        down, place = values_of([row for row in rows if row["condition"] == condition], "collapsed"), axis.place(value)
        if len(down):
            axes.plot([place] * 2, [0, down.mean()], color=INK, linewidth=2.2, gid="collapsed", solid_capstyle="butt")
        if "collapsed" in reference.get(condition, {}):
            axes.plot([place], [reference[condition]["collapsed"]], gid="published", **PUBLISHED)
    axes.set_ylim(-0.06, 1.14)
    axes.set_yticks([0, 1])


def _legend(figure: Figure, rows: Rows, sweep: Sweep, reference: Reference) -> None:
    handles: list[Any] = [
        Line2D([], [], marker="o", color=MUTED, markersize=3.5, linestyle="", label="a run"),
        Line2D([], [], color=INK, linewidth=1.1, label="median"),
    ]
    if any(row["collapsed"] for row in rows):
        handles.insert(1, collapsed_handle())
    if any(reference.get(name) for name in sweep.conditions):
        handles.append(Line2D([], [], label="published", **PUBLISHED))
    handles.append(Line2D([], [], label="largest class share", **SHARE_LINE))
    legend_above(figure, handles, [str(handle.get_label()) for handle in handles])
