"""Courses of learning over spiking windows: solved seeds over trials, accuracy, calcium, spikes of the windows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from astrosim.plot.legends import legend_beside
from astrosim.plot.marks import SECOND, TRIAL, Events
from astrosim.plot.solving import ROW, scale_shares, share_curve
from astrosim.plot.style import colours, new_figure, styled
from astrosim.plot.timeline import Timeline


@styled
def solved_over_trials(hits: Mapping[str, np.ndarray], most: Mapping[str, float]) -> Figure:
    """Share of seeds on which all bits have been right, over trials.

    Parameters
    ----------
    hits : mapping of str to ndarray of float64, shape (seed,)
        By condition: trials until then, nan for seeds that never had.
    most : mapping of str to float
        By condition: trials of a replicate, at most.
    """
    figure = new_figure(max(2.7, 0.7 + ROW * len(hits)))
    axes = figure.subplots()
    known = np.concatenate([values[np.isfinite(values)] for values in hits.values()])
    for name, look in colours(list(hits)).items():
        found = hits[name][np.isfinite(hits[name])]
        end = max([*known, 2.0]) if len(found) == len(hits[name]) else most[name]
        share_curve(axes, name, found, len(hits[name]), 1.0, end, look)
    scale_shares(figure, axes, float(min(known, default=2.0)))
    axes.set_xlabel("trials")
    axes.set_ylabel("share of seeds with\nevery bit right")
    return figure


@styled
def accuracy_over_trials(
    trials: np.ndarray,
    share: Mapping[str, np.ndarray],
    band: Mapping[str, np.ndarray] | None = None,
    events: Events = (),
) -> Figure:
    """Draw the mean share of right bits over trials, with its interval.

    Parameters
    ----------
    trials : ndarray of int64, shape (record,)
    share : mapping of str to ndarray of float64, shape (record,)
        By condition: mean over seeds; a seed that has ended counts with all bits right.
    band : mapping of str to ndarray of float64, shape (2, record), optional
        By condition: ends of the interval of the mean.
    events : sequence of Event
        Interventions (trials); they are marked.
    """
    figure = new_figure(max(2.7, 0.7 + ROW * len(share)))
    axes = figure.subplots()
    looks = colours(list(share))
    for name, (colour, line) in looks.items():
        axes.plot(trials, share[name], color=colour, linestyle=line, label=name)
        if band and name in band:
            axes.fill_between(trials, *band[name], color=colour, alpha=0.15, linewidth=0)
    axes.set_xlim(0.0, float(trials[-1]))
    timeline = Timeline(events, TRIAL, list(share), {name: colour for name, (colour, _) in looks.items()})
    timeline.draw(axes, shift=0.0)
    axes.set_xlabel("trials")
    axes.set_ylabel("share of right bits")
    legend_beside(figure, axes)
    timeline.legend(figure)
    return figure


@styled
def calcium_over_time(
    seconds: np.ndarray, calcium: np.ndarray, threshold: np.ndarray, title: str, events: Events = ()
) -> Figure:
    """Draw calcium of each astrocyte over biological time, bold while above its threshold.

    Parameters
    ----------
    seconds : ndarray of float64, shape (record,)
    calcium, threshold : ndarray of float64, shape (record, astrocyte)
        uM.
    title : str
    events : sequence of Event
        Interventions (s); they are marked.
    """
    figure = new_figure(3.0)
    axes = figure.subplots()
    names = [f"astrocyte {a}" for a in range(calcium.shape[1])]
    for a, (colour, line) in enumerate(colours(names).values()):
        axes.plot(seconds, calcium[:, a], color=colour, linestyle=line, linewidth=0.6)
        above = np.where(calcium[:, a] > threshold[:, a], calcium[:, a], np.nan)
        axes.plot(seconds, above, color=colour, linestyle=line, linewidth=1.6, label=names[a])
    axes.set_xlabel("biological time (s)")
    axes.set_ylabel("calcium (uM)")
    axes.set_title(title)
    timeline = Timeline(events, SECOND, sorted({event.condition for event in events}))
    timeline.draw(axes, shift=0.0)
    legend_beside(figure, axes)
    timeline.legend(figure)
    return figure


@styled
def window_raster(pattern: np.ndarray, node: np.ndarray, time: np.ndarray, window: float, title: str) -> Figure:
    """Draw the spikes of the windows of all patterns, side by side.

    Parameters
    ----------
    pattern, node : ndarray of int32, shape (spike,)
    time : ndarray of float64, shape (spike,)
        ms, from the start of the window.
    window : float
        Its length, ms.
    title : str
    """
    figure = new_figure(3.0)
    axes = figure.subplots()
    axes.plot(pattern * window + time, node, linestyle="", marker="|", markersize=3, color="black")
    for border in range(1, int(pattern.max(initial=0)) + 1):
        axes.axvline(border * window, color="0.8", linewidth=0.6)
    axes.set_xlabel("time (ms), one window after the other")
    axes.set_ylabel("neuron")
    axes.set_title(title)
    return figure
