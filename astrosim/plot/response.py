"""Responses to swept parameters: maps of two, lines of one, lines of one by levels of another, points, and indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from astrosim.plot.legends import legend_above
from astrosim.plot.palette import PALETTE, PAPER, SEQUENTIAL
from astrosim.plot.style import colours, columns_at, new_figure, styled
from astrosim.statistics.sensitivity import Index

MOST_BANDS = 6  # lines of a panel; bands of more only hide each other
MOST_TICKS = 9  # labels of an axis of a map; of more, every second, third ... is written
LETTER = 0.55  # of a font's size; assumed: mean width of a digit
SMALLEST, LARGEST = 4.5, 8.0  # points; letters within a cell
DARK = 0.55  # of a colour map; below, letters are white
MARK = "#D55E00"  # outline of the best setting


@dataclass(frozen=True)
class Factor:
    """A swept parameter as an axis.

    Attributes
    ----------
    label : str
        Name and unit.
    values : tuple
        Numbers, or texts.
    log : bool
        Whether its values are evenly spaced in their logarithms.
    """

    label: str
    values: tuple[Any, ...]
    log: bool = False

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, int | float) for value in self.values)

    @property
    def places(self) -> np.ndarray:
        """Places on an axis, shape (value,): the values themselves, or of texts their numbers."""
        return np.array(self.values, dtype=float) if self.numeric else np.arange(len(self.values), dtype=float)

    @property
    def words(self) -> list[str]:
        """The values as texts."""
        return [f"{value:.4g}" if isinstance(value, int | float) else str(value) for value in self.values]

    def dress(self, axes: Axes) -> None:
        """Write its name and values on the x axis."""
        axes.set_xlabel(self.label)
        if not self.numeric:
            axes.set_xticks(range(len(self.values)), self.words)
        elif self.log:
            axes.set_xscale("log")


@dataclass(frozen=True)
class Bands:
    """Means with their intervals: float64, of one shape; ends are nan where no interval is known."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class MapPanel:
    """A response over two factors.

    Attributes
    ----------
    title : str
    x, y : Factor
    bands : Bands
        Shape (y, x).
    best : tuple of int or None
        Place of the best setting along (y, x).
    """

    title: str
    x: Factor
    y: Factor
    bands: Bands
    best: tuple[int, int] | None = None


@styled
def response_maps(panels: Sequence[MapPanel], label: str) -> Figure:
    """Draw the mean of a measure over two factors, its interval's half-width written in each cell that has room.

    Parameters
    ----------
    panels : sequence of MapPanel
    label : str
        Of the measure, with its unit.
    """
    columns = min(len(panels), columns_at(2 if max(len(one.x.values) for one in panels) > 4 else 3))
    lines = -(-len(panels) // columns)
    rows = max(len(one.y.values) for one in panels)
    figure = new_figure(lines * float(np.clip(0.42 * rows + 0.9, 1.9, 5.0)))
    grid = figure.subplots(lines, columns, squeeze=False)
    every = np.concatenate([one.bands.mean.ravel() for one in panels])
    known = every[np.isfinite(every)]
    norm = Normalize(float(known.min()), float(known.max())) if len(known) else Normalize(0, 1)
    for axes, panel in zip(grid.flat, panels, strict=False):
        image = axes.imshow(panel.bands.mean, aspect="auto", cmap=SEQUENTIAL, norm=norm, origin="lower")
        _write_cells(figure, axes, panel, norm, columns)
        _ticks(axes, panel)
        axes.set_title(panel.title)
        if panel.best is not None:
            y, x = panel.best
            axes.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, edgecolor=MARK, linewidth=1.8, clip_on=False)
            )
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    figure.colorbar(image, ax=grid, shrink=0.8, aspect=25).set_label(label)
    return figure


def _ticks(axes: Axes, panel: MapPanel) -> None:
    for factor, axis, name in ((panel.x, axes.xaxis, "x"), (panel.y, axes.yaxis, "y")):
        step = -(-len(factor.values) // MOST_TICKS)
        axis.set_ticks(range(0, len(factor.values), step), factor.words[::step])
        (axes.set_xlabel if name == "x" else axes.set_ylabel)(factor.label)


def _write_cells(figure: Figure, axes: Axes, panel: MapPanel, norm: Normalize, columns: int) -> None:
    """Write means and half-widths, in letters that fit; nothing where they were too small."""
    width = 72 * figure.get_figwidth() * 0.68 / columns / len(panel.x.values)
    texts = {
        (y, x): _cell(panel.bands, y, x)
        for y, x in np.ndindex(panel.bands.mean.shape)
        if np.isfinite(panel.bands.mean[y, x])
    }
    longest = max((len(line) for text in texts.values() for line in text.split("\n")), default=1)
    size = min(LARGEST, width / longest / LETTER)
    if size < SMALLEST:
        return
    for (y, x), text in texts.items():
        ink = PAPER if norm(panel.bands.mean[y, x]) < DARK else "#000000"
        axes.text(x, y, text, ha="center", va="center", size=size, color=ink, linespacing=1.1)


def _cell(bands: Bands, y: int, x: int) -> str:
    half = (bands.high[y, x] - bands.low[y, x]) / 2
    text = number_words(float(bands.mean[y, x]))
    return f"{text}\n±{number_words(float(half))}" if np.isfinite(half) else text


def number_words(value: float) -> str:
    """Return a number in few letters: three digits behind the point below 10, else three in all."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.3g}" if abs(value) < 1e4 else f"{value:.2e}"


@dataclass(frozen=True)
class LinePanel:
    """A response over one factor, a line for each name.

    Attributes
    ----------
    title : str
    x : Factor
    lines : mapping of str to Bands
        Shape (x,).
    """

    title: str
    x: Factor
    lines: Mapping[str, Bands]


@styled
def response_lines(panels: Sequence[LinePanel], label: str, names: str = "") -> Figure:
    """Draw the mean of a measure over one factor with its interval, a line for each condition or level.

    Parameters
    ----------
    panels : sequence of LinePanel
    label : str
        Of the measure, with its unit.
    names : str
        Of what the lines differ in; empty: said by the panels' titles.
    """
    columns = min(len(panels), columns_at(2))
    lines = -(-len(panels) // columns)
    figure = new_figure(2.5 * lines)
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    for place, (axes, panel) in enumerate(zip(grid.flat, panels, strict=False)):
        for name, (colour, line) in colours(list(panel.lines)).items():
            _draw_line(axes, panel, name, colour, line)
        panel.x.dress(axes)
        axes.set_title(panel.title)
        if place % columns == 0:
            axes.set_ylabel(label)
        if len(panels) > 1 and len(panel.lines) > 1:
            axes.legend(loc="best", ncols=1 + (len(panel.lines) > 4), fontsize=6.5)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    if len(panels) == 1 and len(panels[0].lines) > 1:
        handles, texts = grid.flat[0].get_legend_handles_labels()
        legend_above(figure, handles, texts, title=names or None)
    return figure


def _draw_line(axes: Axes, panel: LinePanel, name: str, colour: str, line: Any) -> None:
    bands, x = panel.lines[name], panel.x.places
    order = np.argsort(x)
    mean, low, high = (one[order] for one in (bands.mean, bands.low, bands.high))
    if panel.x.numeric:
        axes.plot(x[order], mean, color=colour, linestyle=line, marker="o", markersize=3, label=name)
        if len(panel.lines) <= MOST_BANDS:
            axes.fill_between(x[order], low, high, color=colour, alpha=0.14, linewidth=0)
        return
    shift = 0.08 * (list(panel.lines).index(name) - (len(panel.lines) - 1) / 2)
    reach = np.stack([mean - low, high - mean])
    axes.errorbar(
        x[order] + shift, mean, yerr=np.where(np.isfinite(reach), reach, 0.0), color=colour, marker="o", markersize=3.5,
        linestyle="", capsize=2, label=name,
    )  # fmt: skip


@styled
def response_points(factors: Sequence[Factor], bands: Bands, groups: Sequence[str], label: str) -> Figure:
    """Draw the mean of a measure at every setting over each factor, a panel each: settings that go through no grid.

    Parameters
    ----------
    factors : sequence of Factor
        Each with a value per setting.
    bands : Bands
        Shape (setting,).
    groups : sequence of str
        Condition of each setting; told apart by colour.
    label : str
        Of the measure, with its unit.
    """
    columns = min(len(factors), columns_at(3))
    lines = -(-len(factors) // columns)
    figure = new_figure(2.2 * lines)
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    looks = colours(list(dict.fromkeys(groups)))
    for place, (axes, factor) in enumerate(zip(grid.flat, factors, strict=False)):
        x = factor.places if factor.numeric else _numbered(factor.values)
        for name, (colour, _) in looks.items():
            own = np.array([group == name for group in groups])
            reach = np.stack([bands.mean - bands.low, bands.high - bands.mean])[:, own]
            reach = np.where(np.isfinite(reach), reach, 0.0)
            axes.errorbar(
                x[own], bands.mean[own], yerr=reach, color=colour, marker="o", markersize=2.5, linestyle="",
                elinewidth=0.4, label=name,
            )  # fmt: skip
        _points_axis(axes, factor)
        if place % columns == 0:
            axes.set_ylabel(label)
    for axes in grid.flat[len(factors) :]:
        axes.set_visible(False)
    if len(looks) > 1:
        legend_above(figure, *grid.flat[0].get_legend_handles_labels())
    return figure


def _numbered(values: Sequence[Any]) -> np.ndarray:
    words = list(dict.fromkeys(map(str, values)))
    return np.array([words.index(str(value)) for value in values], dtype=float)


def _points_axis(axes: Axes, factor: Factor) -> None:
    if factor.numeric:
        factor.dress(axes)
        return
    words = list(dict.fromkeys(map(str, factor.values)))
    axes.set_xticks(range(len(words)), words)
    axes.set_xlabel(factor.label)


@styled
def sensitivity_bars(names: Sequence[str], panels: Mapping[str, Sequence[Index]]) -> Figure:
    """Draw sensitivity indices of each parameter with their bootstrap intervals, a panel for each condition.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    panels : mapping of str to sequence of Index
        By condition.
    """
    columns = min(len(panels), columns_at(2))
    lines = -(-len(panels) // columns)
    figure = new_figure(lines * (0.9 + 0.34 * len(names)))
    grid = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    for axes, (title, indices) in zip(grid.flat, panels.items(), strict=False):
        height = 0.8 / len(indices)
        for number, index in enumerate(indices):
            y = np.arange(len(names)) + (number - (len(indices) - 1) / 2) * height
            axes.barh(y, index.values, height * 0.9, xerr=index.half_widths, color=PALETTE[number], label=index.name,
                      error_kw={"elinewidth": 0.8, "capsize": 2})  # fmt: skip
        axes.axvline(0, color="#000000", linewidth=0.6)
        axes.set_yticks(range(len(names)), names)
        axes.set_title(title)
        axes.set_xlabel("index (share of the variance)")
    grid.flat[0].invert_yaxis()
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    legend_above(figure, *grid.flat[0].get_legend_handles_labels())
    return figure
