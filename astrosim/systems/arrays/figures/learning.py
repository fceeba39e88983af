"""Figures of runs on receptive fields: accuracy against what it cost, final accuracies, confusion, astrocytes.

Accuracies are fractions; costs are images, or images x synapses, that were recomputed. `rows` are those of
summary.csv, values typed.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter
from xarray import Dataset

from astrosim.plot.legends import counted, legend_above
from astrosim.plot.points import Rows, conditions_of, panel_title, runs_of
from astrosim.plot.style import MUTED, NARROW, SEQUENTIAL, colours, new_figure, present_width, styled
from astrosim.systems.arrays.figures.axes import (
    GRID,
    TOUCH,
    class_axes,
    medians_of,
    replicates_of,
    run_points,
    square_panels,
    thin_and_median,
)

COSTS = (("sample_evaluations", "images evaluated"), ("synapse_evaluations", "synapses evaluated, summed over images"))
LEAST_ERROR = 5e-4  # 1; what an axis of errors shows at least
TICKS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
MOST_ACCURACY = 1.002  # 1; an axis of accuracies ends here, so that a point at 1 is whole
RIGHT = "#E6E6E6"  # what is right, which is left out
GOLDEN = np.pi * (3 - np.sqrt(5))  # radians; the golden angle: a sunflower


@styled
def field_curves(dataset: Dataset, rows: Rows) -> Figure:
    """Test accuracy against images, and against synapses, that were recomputed; thin: one line per run, thick: median.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    """
    stacked = present_width() < NARROW
    figure = new_figure(6.0 if stacked else 3.2)
    panels = figure.subplots(2, 1, sharey=True) if stacked else figure.subplots(1, 2, sharey=True)
    names = conditions_of(rows)
    for axes, (cost, label) in zip(panels, COSTS, strict=True):
        for name, (colour, line) in colours(names).items():
            _curves(axes, replicates_of(dataset, rows, name), cost, colour, line)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 3), numticks=6))
        axes.xaxis.set_major_formatter(FuncFormatter(_count))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(label)
        axes.grid(axis="y", **GRID)
    _error_axis(panels[0])
    panels[0].set_ylabel("test accuracy")
    legend_above(figure, medians_of(panels[0]), counted(names, runs_of(rows)))
    return figure


def _curves(axes: Axes, own: Dataset, cost: str, colour: str, line: Any) -> None:
    errors = np.maximum(1 - own.test_accuracy.values, LEAST_ERROR)
    costs = own[cost].values.astype(float)
    known = np.isfinite(errors).all(axis=0)
    marker = "." if known.sum() < 3 else ""
    thin_and_median(axes, costs[:, known], errors[:, known], colour, line, marker)


def _count(value: float, _: int) -> str:
    """A count on an axis, such as 3e7."""
    return f"{value:.0e}".replace("+0", "").replace("+", "")


def _error_axis(axes: Axes) -> None:
    """Errors on a logarithmic axis that is read as accuracy, upwards."""
    axes.set_yscale("log")
    axes.invert_yaxis()
    low, high = sorted(axes.get_ylim())
    axes.set_yticks([tick for tick in TICKS if low * 0.8 <= tick <= high * 1.2])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{1 - error:.4g}"))
    axes.yaxis.set_minor_locator(LogLocator(subs=()))
    axes.yaxis.set_minor_formatter(NullFormatter())


@styled
def field_accuracy(rows: Rows) -> Figure:
    """Draw final test accuracy and wall time, one point per run, by condition; bars are medians.

    Parameters
    ----------
    rows : sequence of mapping
        condition, test_accuracy, wall_s.
    """
    figure, panels = run_points(rows, {"test_accuracy": TOUCH, "wall_s": 0.0})
    low, high = panels[0].get_xlim()
    panels[0].set_xlim(low, min(high, MOST_ACCURACY))
    panels[0].set_xlabel("test accuracy at the end")
    panels[1].set_xscale("log")
    panels[1].xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panels[1].xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panels[1].xaxis.set_minor_formatter(NullFormatter())
    panels[1].set_xlabel("seconds per seed, one core")
    return figure


@styled
def field_confusion(dataset: Dataset, rows: Rows) -> Figure:
    """Draw errors by true and predicted class, in test images of all seeds, one panel per condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    """
    names = conditions_of(rows)
    figure, grid, columns = square_panels(len(names), 2.5, 0.4)
    for axes, name in zip(grid, names, strict=True):
        counts = replicates_of(dataset, rows, name).confusion.sum("seed").values.astype(float)
        wrong = np.ma.masked_array(counts, np.eye(len(counts), dtype=bool))
        image = axes.imshow(wrong, cmap=mpl.colormaps[SEQUENTIAL].with_extremes(bad=RIGHT), vmin=0)
        panel_title(axes, f"{name}, n = {runs_of(rows)[name]}", columns)
        axes.set_xticks(range(len(counts)))
        axes.set_yticks(range(len(counts)))
        class_axes(axes)
        image.set_clim(0, max(float(wrong.max()), 1.0))
        ticks = MaxNLocator(5, integer=True, min_n_ticks=2)
        figure.colorbar(image, ax=axes, shrink=0.8, label="test images", ticks=ticks)
    return figure


@styled
def field_astrocytes(dataset: Dataset, condition: str, seed: int) -> Figure:
    """Draw astrocytes in the plane of the image: how often they kept what they proposed, and their sigma.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    condition : str
    seed : int
    """
    own = dataset.sel(condition=condition, seed=seed)
    known = own.astrocyte_tried.values > 0
    shares = own.astrocyte_kept.values[known] / own.astrocyte_tried.values[known]
    stacked = present_width() < NARROW
    figure = new_figure(5.6 if stacked else 3.0)
    panels = figure.subplots(*((2, 1) if stacked else (1, 2)), sharex=True, sharey=True)
    titles = "a   share of the proposals kept", "b   sigma at the end"
    for axes, values, title in zip(panels, (shares, own.astrocyte_sigma.values[known]), titles, strict=True):
        x, y = apart(own.territory_x.values[known], own.territory_y.values[known])
        points = axes.scatter(x, y, c=values, s=26, cmap=SEQUENTIAL, edgecolors=MUTED, linewidths=0.3)
        axes.set_aspect("equal")
        axes.set_title(title)
        axes.set_xlabel("column (pixels)")
        figure.colorbar(points, ax=axes, shrink=0.8)
    panels[0].invert_yaxis()
    panels[0].set_ylabel("row (pixels)")
    figure.suptitle(f"{condition}, seed {seed}", x=0.01, ha="left")
    return figure


def apart(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places of which no two are the same (pixels): float64, shape (place,) each for x and y.

    Equal ones are put on a spiral around their place, within half a pixel.
    """
    places: dict[tuple[float, float], int] = {}
    moved = np.stack([x, y]).astype(float)
    for number, place in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        turn = places[place] = places.get(place, -1) + 1
        radius = 0.11 * np.sqrt(turn)
        moved[:, number] += radius * np.cos(GOLDEN * turn), radius * np.sin(GOLDEN * turn)
    return moved[0], moved[1]
