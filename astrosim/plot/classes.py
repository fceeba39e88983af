"""Which classes a wave network names: shares of the test images, by run, so that a collapse is seen (fractions)."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.points import INK, Rows, conditions_of, panel_title
from astrosim.plot.style import PAPER, SEQUENTIAL, columns_at, new_figure, styled

MOST_PANELS = 20  # conditions; a figure with more is no longer read
MOST_COLUMNS = 5  # panels side by side
SHADE = 0.5  # exponent of the colour scale, so that a tenth is told from nothing


@styled
def wave_classes(dataset: Dataset, rows: Rows) -> Figure:
    """Share of the test images given to each class after the last epoch: one row per run, the best on top.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    rows : sequence of mapping
        Of summary.csv. Runs of XOR, which has no classes, are left out.

    Raises
    ------
    ValueError
        If no run has classes.
    """
    rows = [row for row in rows if row["data"] != "xor"]
    names = shown_classes(rows)
    if not names:
        raise ValueError("predicted_share: no run has classes. Name a run on images.")
    lines = -(-len(names) // columns_at(MOST_COLUMNS))
    columns = -(-len(names) // lines)
    figure = new_figure(0.7 + (1.45 if len(names) > 1 else 2.0) * lines)
    grid = figure.subplots(lines, columns, squeeze=False)
    for number, name in enumerate(names):
        own = sorted((r for r in rows if r["condition"] == name), key=lambda r: (-r["test_accuracy"], r["seed"]))
        image = _panel(grid.flat[number], final_shares(dataset, name, [row["seed"] for row in own]), own)
        panel_title(grid.flat[number], f"{name}, n = {len(own)}", columns)
        if number % columns == 0:
            grid.flat[number].set_ylabel("runs, best on top", labelpad=9)
        if number + columns >= len(names):
            grid.flat[number].set_xlabel("class named")
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    bar = figure.colorbar(image, ax=grid, shrink=0.6, aspect=25, ticks=[0, 0.1, 0.3, 1])
    bar.set_label("share of the test images")
    return figure


def shown_classes(rows: Rows) -> list[str]:
    """Return conditions with classes that have a panel: all, or of very many those with collapsed runs first, in
    order."""
    names = conditions_of([row for row in rows if row["data"] != "xor"])
    down = {row["condition"] for row in rows if row["collapsed"]}
    chosen = sorted(names, key=lambda name: name not in down)[:MOST_PANELS]
    return [name for name in names if name in chosen]


def final_shares(dataset: Dataset, condition: str, seeds: list[int]) -> np.ndarray:
    """Return shares after a condition's last epoch, shape (seed, class)."""
    shares = dataset["predicted_share"].sel(condition=condition, seed=seeds).values
    last = np.flatnonzero(np.isfinite(shares).any(axis=(0, 2)))[-1]
    return np.asarray(shares[:, last])


def _panel(axes: Axes, shares: np.ndarray, rows: Rows) -> Any:
    image = axes.imshow(shares, aspect="auto", cmap=SEQUENTIAL, norm=PowerNorm(SHADE, 0, 1), interpolation="nearest")
    down = np.flatnonzero([bool(row["collapsed"]) for row in rows])
    axes.scatter(
        np.full(len(down), -1.0), down, s=9, facecolors=PAPER, edgecolors=INK, linewidths=0.7, clip_on=False, zorder=5
    )
    axes.set(xticks=range(shares.shape[1]), xlim=(-0.5, shares.shape[1] - 0.5), ylim=(len(shares) - 0.5, -0.5))
    axes.tick_params(axis="x", labelsize=6)
    axes.set_yticks([])
    return image
