"""Share of a condition's runs that have solved their task, over the work spent (passes or updates); shares are 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astrosim.plot.legends import legend_beside
from astrosim.plot.style import colours, label_decades, new_figure, styled

ROW = 0.16  # inches that a condition's name takes


@styled
def solved_curves(hits: Mapping[str, np.ndarray], end: Mapping[str, float]) -> Figure:
    """Share of runs that have had every bit of every pattern right, over forward passes.

    Parameters
    ----------
    hits : mapping of str to ndarray of float64, shape (seed,)
        By condition: passes until then, nan for runs that never had.
    end : mapping of str to float
        By condition: passes of a run, mean over seeds.
    """
    figure = new_figure(max(2.7, 0.7 + ROW * len(hits)))
    axes = figure.subplots()
    for name, look in colours(list(hits)).items():
        found = hits[name][np.isfinite(hits[name])]
        share_curve(axes, name, found, len(hits[name]), 1.0, max(end[name], *found, 1.0), look)
    known = np.concatenate([values[np.isfinite(values)] for values in hits.values()])
    scale_shares(figure, axes, float(min(known, default=2.0)))
    axes.set_xlabel("forward passes (one pattern through the network)")
    axes.set_ylabel("share of seeds with\nevery bit right once")
    return figure


def share_curve(
    axes: Axes, name: str, hits: np.ndarray, runs: int, first: float, end: float, look: tuple[str, object]
) -> None:
    """Draw a step up at every hit (shape (hit,)), from `first` to `end`, as a share of the runs."""
    colour, line = look
    x = np.concatenate([[first], np.sort(hits), [end]])
    share = np.concatenate([[0], np.arange(1, len(hits) + 1), [len(hits)]]) / runs
    label = f"{name} ({len(hits)} of {runs})"
    axes.step(x, share, where="post", color=colour, linestyle=line, label=label)


def scale_shares(figure: Figure, axes: Axes, begin: float) -> None:
    """Set a logarithmic axis of work that begins at half of this, shares from 0 to 1, and the names beside."""
    axes.set_xscale("log")
    axes.set_xlim(left=begin / 2)
    label_decades(axes)
    axes.set_ylim(-0.03, 1.03)
    legend_beside(figure, axes)
