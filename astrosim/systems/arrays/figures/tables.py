"""Figures of runs on tables: learning, scores, confusion or residuals, reliability, importance of inputs.

Scores are fractions: accuracy, or R2. `rows` are those of summary.csv, values typed; `labels` names of classes, inputs
or numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from xarray import Dataset

from astrosim.plot.legends import counted, legend_above
from astrosim.plot.points import INK, Rows, conditions_of, panel_title, runs_of
from astrosim.plot.style import MUTED, PAPER, SEQUENTIAL, colours, count_axis, new_figure, styled
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

BAR = 0.2  # inches per input
MOST = 20  # inputs that are shown
BINS = 10  # of confidence; as scikit-learn's calibration_curve, by quantile
LONGEST = 28  # letters of a name on an axis


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


@styled
def table_curves(dataset: Dataset, rows: Rows, score: str) -> Figure:
    """Draw validation score and reward on the batch against trials; thin: one line per run, thick: median.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    score : str
        accuracy or r2.
    """
    figure = new_figure(2.8)
    panels = figure.subplots(1, 2)
    names = conditions_of(rows)
    shown = ((f"validation_{score}", "R2" if score == "r2" else "accuracy"), ("validation_reward", "reward"))
    for axes, (variable, label) in zip(panels, shown, strict=True):
        for name, (colour, line) in colours(names).items():
            values = replicates_of(dataset, rows, name)[variable].values.astype(float)
            known = np.isfinite(values).all(axis=0)
            trials = dataset.record.values[known]
            thin_and_median(axes, trials, values[:, known], colour, line)
            _focus(axes, values[:, known])
        axes.set_xlabel("trials")
        axes.set_ylabel(f"{label}, validation rows")
        count_axis(axes)
        axes.grid(axis="y", **GRID)
    legend_above(figure, medians_of(panels[0]), counted(names, runs_of(rows)))
    return figure


def _focus(axes: Axes, values: np.ndarray) -> None:
    """Leave the first records, far below all others, out of an axis."""
    if values.size:
        low, high = np.quantile(values, 0.02), float(values.max())
        if high <= low:
            return
        axes.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))


@styled
def table_scores(rows: Rows, score: str, baselines: Rows = ()) -> Figure:
    """Draw test score and wall time, one point per run, by condition; bars are medians; baselines in grey below.

    Parameters
    ----------
    rows : sequence of mapping
        condition, the score, wall_s; without it there is no panel of times.
    score : str
        accuracy or r2.
    baselines : sequence of mapping
        condition (the baseline's name), the score.
    """
    columns = (f"test_{score}", *(("wall_s",) if all("wall_s" in row for row in rows) else ()))
    figure, panels = run_points(rows, dict.fromkeys(columns, TOUCH), baselines)
    panels[0].set_xlabel("test R2" if score == "r2" else "test accuracy")
    if len(panels) > 1:
        panels[1].set_xlabel("seconds per seed, one core")
    return figure


@styled
def table_confusion(dataset: Dataset, rows: Rows, labels: Sequence[str]) -> Figure:
    """Draw test rows by true and predicted class, all seeds together, one panel per condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    labels : sequence of str
        Names of the classes.
    """
    names = conditions_of(rows)
    figure, grid, columns = square_panels(len(names), 2.7, 0.5)
    figure.set_layout_engine("compressed")
    for axes, name in zip(grid, names, strict=True):
        counts = replicates_of(dataset, rows, name).confusion.values[:, : len(labels), : len(labels)].sum(axis=0)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap=mpl.colormaps[SEQUENTIAL], vmin=0, vmax=1)
        if len(labels) <= 12:
            for row, column in np.argwhere(counts > 0):
                dark = share[row, column] > 0.5
                axes.text(
                    column, row, f"{counts[row, column]:,}", ha="center", va="center", size=7,
                    color=PAPER if dark == _dark_is_high() else INK,
                )  # fmt: skip
        panel_title(axes, f"{name}, n = {runs_of(rows)[name]}", columns)
        axes.set_xticks(range(len(labels)), [_short(label) for label in labels], rotation=45 if _wide(labels) else 0)
        axes.set_yticks(range(len(labels)), [_short(label) for label in labels])
        class_axes(axes)
    return figure


def _wide(labels: Sequence[str]) -> bool:
    return sum(map(len, labels)) > 24


def _dark_is_high() -> bool:
    """Whether the end of the colour map is its dark side."""
    high, low = mpl.colormaps[SEQUENTIAL](1.0), mpl.colormaps[SEQUENTIAL](0.0)
    return sum(high[:3]) < sum(low[:3])


@styled
def table_residuals(dataset: Dataset, rows: Rows, labels: Sequence[str]) -> Figure:
    """Draw predicted against true numbers, and their difference, of the test rows of all seeds of the first condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    labels : sequence of str
        Names of the numbers; one line of panels each.
    """
    name = conditions_of(rows)[0]
    own, shown = replicates_of(dataset, rows, name), list(labels)[:4]
    figure = new_figure(2.8 * len(shown))
    panels = figure.subplots(len(shown), 2, squeeze=False)
    for number, label in enumerate(shown):
        wanted = own.test_target.values[..., number].reshape(-1)
        found = own.test_output.values[..., number].reshape(-1)
        known = np.isfinite(wanted) & np.isfinite(found)
        wanted, found = wanted[known], found[known]
        left, right = panels[number]
        look: dict[str, Any] = {"s": 6, "alpha": 0.5, "edgecolors": "none", "color": colours([name])[name][0]}
        ends = [float(min(wanted.min(), found.min())), float(max(wanted.max(), found.max()))]
        left.plot(ends, ends, color=MUTED, linewidth=0.9)
        left.scatter(found, wanted, **look)
        left.set_xlabel(f"predicted {_short(label)}")
        left.set_ylabel(f"true {_short(label)}")
        right.axhline(0, color=MUTED, linewidth=0.9)
        right.scatter(found, wanted - found, **look)
        right.set_xlabel(f"predicted {_short(label)}")
        right.set_ylabel("true - predicted")
    return figure


@styled
def table_reliability(dataset: Dataset, rows: Rows) -> Figure:
    """Draw how often the named class is right, against the probability that the network gives it.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    """
    figure = new_figure(2.8)
    axes, counts = figure.subplots(1, 2)
    names = conditions_of(rows)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9)
    least = 1.0
    for name, (colour, line) in colours(names).items():
        sure, right = confidences(replicates_of(dataset, rows, name))
        edges = np.unique(np.quantile(sure, np.linspace(0, 1, BINS + 1)))
        bins = np.clip(np.searchsorted(edges, sure, side="right") - 1, 0, max(len(edges) - 2, 0))
        means = np.array([[sure[bins == k].mean(), right[bins == k].mean()] for k in np.unique(bins)])
        axes.plot(means[:, 0], means[:, 1], color=colour, linestyle=line, marker="o", markersize=3.5)
        counts.hist(sure, bins=20, histtype="step", color=colour, linestyle=line)
        least = min(least, float(means.min()))
    low = max(0.0, least - 0.05)
    axes.set_xlim(low, 1.02)
    axes.set_ylim(low, 1.02)
    axes.set_xlabel("probability of the named class")
    axes.set_ylabel("share that is right")
    counts.set_xlabel("probability of the named class")
    counts.set_ylabel("test rows, all seeds")
    counts.set_yscale("log")
    handles = axes.lines[1:]
    legend_above(figure, handles, counted(names, runs_of(rows)))
    return figure


def confidences(own: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of the named class, and whether it is right, over all test rows: shape (row,) each."""
    logits = own.test_output.values.reshape(-1, own.sizes["output"]).astype(float)
    labels = own.test_target.values[..., 0].reshape(-1)
    known = np.isfinite(labels)
    logits, labels = logits[known], labels[known]
    logits = np.where(np.isnan(logits), -np.inf, logits)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares.max(axis=1), (shares.argmax(axis=1) == labels).astype(float)


@styled
def table_importance(dataset: Dataset, rows: Rows, labels: Sequence[str], score: str) -> Figure:
    """Draw what the test score loses when an input is permuted: a point per run, bars are means; first condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        condition, seed.
    labels : sequence of str
        Names of the inputs.
    score : str
        accuracy or r2.
    """
    name = conditions_of(rows)[0]
    lost = replicates_of(dataset, rows, name).importance.values[:, : len(labels)].astype(float)
    mean = lost.mean(axis=0)
    order = [int(k) for k in np.argsort(-np.where(np.isfinite(mean), mean, -np.inf), kind="stable")[:MOST]]
    figure = new_figure(0.8 + BAR * len(order))
    axes = figure.subplots()
    colour = colours([name])[name][0]
    for place, column in enumerate(order):
        axes.barh(place, mean[column], height=0.7, color=colour, alpha=0.35)
        axes.scatter(lost[:, column], np.full(len(lost), place), s=7, color=colour, edgecolors="none", alpha=0.8)
    axes.axvline(0, color=MUTED, linewidth=0.9)
    axes.set_yticks(range(len(order)), [_short(labels[column]) for column in order])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(f"{'R2' if score == 'r2' else 'accuracy'} lost when the input is permuted")
    axes.grid(axis="x", **GRID)
    axes.set_axisbelow(True)
    return figure
