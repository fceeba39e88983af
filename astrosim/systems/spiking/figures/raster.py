"""Figures of spikes: by condition a raster, coloured by population, with the rates of populations below (ms, Hz)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from astrosim.plot.legends import legend_above
from astrosim.plot.marks import MS, Events
from astrosim.plot.palette import PALETTE
from astrosim.plot.style import new_figure, styled
from astrosim.plot.timeline import Timeline
from astrosim.systems.spiking.figures.clock import MS_PER_S, label_time

HEIGHT, RATE_HEIGHT, ENDS = 1.9, 0.8, 0.7  # inches; a raster, its rates; what surrounds all
ALONE = 2.6  # inches; a raster alone
MOST = 200_000  # spikes drawn per condition; assumed: more are one black block
MANY = 5_000  # spikes; more are drawn as pixels
MOST_CONDITIONS = 4
LARGEST = 9.0  # points; height of a spike
FILLED = 72 * 0.8  # points per inch; share of a row that a spike fills
BINS = 200  # of the rate, at most
NARROWEST = 5.0  # ms, of a bin; assumed: less shows single spikes


class Raster(NamedTuple):
    """Spikes of a replicate.

    Attributes
    ----------
    title : str
    node : ndarray of int, shape (spike,)
        Places of the neurons that fired.
    time : ndarray of float, shape (spike,)
        ms.
    population : ndarray of object, shape (neuron,)
        Name of each neuron's population; empty where there is none.
    duration : float
        ms.
    """

    title: str
    node: np.ndarray
    time: np.ndarray
    population: np.ndarray
    duration: float


def bin_edges(duration: float) -> np.ndarray:
    """Return the ends of the bins of a rate, shape (bin + 1,), ms: of equal width, over the whole duration."""
    return np.linspace(0.0, duration, 1 + max(1, min(BINS, int(duration / NARROWEST))))


@styled
def raster(shown: Sequence[Raster], events: Events = ()) -> Figure:
    """Draw spikes over time, one row per neuron, and the mean rates of populations below, condition by condition.

    Parameters
    ----------
    shown : sequence of Raster
    events : sequence of Event
        Interventions (ms), their conditions named by titles; they are marked.
    """
    names = list(dict.fromkeys(name for one in shown for name in one.population.tolist()))
    look = {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(names)}
    high = ALONE if len(shown) == 1 else HEIGHT
    figure = new_figure(len(shown) * (high + RATE_HEIGHT) + ENDS)
    timeline = Timeline(events, MS, [one.title for one in shown])
    every = figure.subplots(2 * len(shown), 1, height_ratios=[high, RATE_HEIGHT] * len(shown))
    for place, one in enumerate(shown):
        upper, lower = every[2 * place], every[2 * place + 1]
        lower.sharex(upper)
        upper.tick_params(labelbottom=False)
        _draw_spikes(upper, one, look)
        _draw_rates(lower, one, look)
        label_time(lower)
        timeline.draw(upper, one.title, shift=0.0)
        timeline.draw(lower, one.title, shift=0.0, numbers=False)
    if len(names) > 1:
        marks = [Line2D([], [], color=look[name], linewidth=2.0) for name in names]
        legend_above(figure, marks, [name or "without population" for name in names])
    timeline.legend(figure)
    return figure


def _draw_spikes(axes: Axes, one: Raster, look: dict[str, str]) -> None:
    neurons, thin = len(one.population), max(1, -(-len(one.node) // MOST))
    node, time = one.node[::thin], one.time[::thin]
    size = min(LARGEST, max(0.4, FILLED * HEIGHT / max(neurons, 1)))
    for name, colour in look.items():
        own = one.population[node] == name
        axes.plot(time[own], node[own], linestyle="", marker="|", markersize=size, color=colour, markeredgewidth=0.6,
                  rasterized=len(node) > MANY)  # fmt: skip
    axes.set_ylim(-0.5, max(neurons - 0.5, 0.5))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlim(0.0, one.duration)
    axes.set_ylabel("neuron")
    axes.set_title(one.title)


def _draw_rates(axes: Axes, one: Raster, look: dict[str, str]) -> None:
    edges = bin_edges(one.duration)
    seconds = (edges[1] - edges[0]) / MS_PER_S
    for name, colour in look.items():
        own = one.population == name
        if own.any():
            counts = np.histogram(one.time[own[one.node]], edges)[0]
            axes.stairs(counts / own.sum() / seconds, edges, baseline=None, color=colour, linewidth=0.9)
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("rate (Hz)")
