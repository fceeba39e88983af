"""Figures of spikes: a raster, with the rate of all neurons below (ms, Hz)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from astrosim.plot.palette import PALETTE
from astrosim.plot.style import MUTED, new_figure, styled

HEIGHT, RATE_HEIGHT = 2.6, 0.9  # inches
MOST = 200_000  # spikes drawn; assumed: more are one black block
MS_PER_S = 1000.0
BINS = 200  # of the rate, at most
NARROWEST = 1.0  # ms, of a bin


@styled
def raster(node: np.ndarray, time: np.ndarray, neurons: int, duration: float, title: str = "") -> Figure:
    """Draw spikes over time, one row per neuron, and the mean rate of all neurons below.

    Parameters
    ----------
    node : ndarray of int, shape (spike,)
    time : ndarray of float, shape (spike,)
        ms.
    neurons : int
    duration : float
        ms.
    title : str
    """
    figure = new_figure(HEIGHT + RATE_HEIGHT)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[HEIGHT, RATE_HEIGHT])
    every = max(1, -(-len(node) // MOST))
    size = min(4.0, max(0.4, 300.0 / max(neurons, 1)))
    upper.plot(time[::every], node[::every], linestyle="", marker="|", markersize=size, color=PALETTE[0],
               markeredgewidth=0.6, rasterized=len(node) > 5000)  # fmt: skip
    upper.set_ylim(-0.5, max(neurons - 0.5, 0.5))
    upper.set_ylabel("neuron")
    upper.set_title(title)
    width = max(NARROWEST, duration / BINS)
    edges = np.arange(0.0, duration + width, width)
    counts = np.histogram(time, edges)[0]
    lower.step(edges[:-1], counts / max(neurons, 1) / width * MS_PER_S, where="post", color=MUTED, linewidth=0.9)
    lower.set_xlim(0.0, duration)
    lower.set_ylim(bottom=0.0)
    lower.set_ylabel("rate (Hz)")
    lower.set_xlabel("time (ms)")
    return figure
