"""Accuracy of the frozen network (1) over the work spent: forward passes of one pattern through the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.bands import draw_mean
from astrosim.plot.legends import legend_beside
from astrosim.plot.style import colours, label_decades, new_figure, styled
from astrosim.systems.threshold.figures.curves import CHANCE, draw_ceilings, reference
from astrosim.systems.threshold.figures.select import condition_names, counts, probes

ROW = 0.16  # inches that a condition's name takes


@styled
def accuracy_by_passes(dataset: Dataset, ceilings: Mapping[str, float] | None = None) -> Figure:
    """Draw probe accuracy over forward passes, logarithmic: one line per condition, mean over seeds with its band.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`; conditions that count no passes, or spend none, are left out.
    ceilings : mapping of str to float, optional
        Mean structural ceiling by condition; each value below 1 is a line.
    """
    marks = colours(condition_names(dataset))
    figure = new_figure(max(3.0, 0.7 + ROW * len(marks)))
    axes = figure.subplots()
    accuracy, passes = probes(dataset), dataset["passes"]
    for condition, look in marks.items():
        spent = passes.sel(condition=condition).values.astype(float)
        _line(axes, spent, accuracy.sel(condition=condition).values, condition, look, len(marks))
    draw_ceilings(axes, {name: value for name, value in (ceilings or {}).items() if value < 1.0}, marks)
    reference(axes, CHANCE, "chance")
    axes.set_xscale("log")
    label_decades(axes)
    axes.set_ylim(top=1.02)
    axes.set_xlabel("forward passes (one pattern through the network)")
    axes.set_ylabel("accuracy of the frozen network")
    legend_beside(figure, axes, counts(dataset))
    return figure


def _line(
    axes: Axes, spent: np.ndarray, accuracy: np.ndarray, name: str, look: tuple[str, Any], conditions: int
) -> None:
    """Mean and band over seeds, at the mean number of passes of each record (both float64, shape (seed, record))."""
    known = (np.isfinite(accuracy) & (spent > 0)).any(axis=0)
    if not known.any():
        return
    x = np.where(spent[:, known] > 0, spent[:, known], np.nan)
    draw_mean(axes, np.nanmean(x, axis=0), accuracy[:, known], look, name, conditions)
