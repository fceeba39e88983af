"""Figures of variables over time: a row per variable, a column per condition; calcium against its receptors' gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astrosim.plot.marks import MS, Events
from astrosim.plot.palette import PALETTE
from astrosim.plot.style import columns_at, new_figure, styled
from astrosim.plot.timeline import Timeline
from astrosim.systems.spiking.figures.clock import label_time

ROW, ENDS = 1.1, 0.5  # inches: a panel; title and labels
MOST = 8  # nodes drawn one by one
COLUMNS = 3  # conditions side by side
OUTER = (10.0, 90.0)  # percentiles over nodes
SQUARE = 2.6  # inches
LONG = 5000.0  # ms; of longer runs neurons are shown at the end alone: else their lines are one block
END = 1000.0  # ms
SHORT = {
    "V_m": "V",
    "I_syn_ex": "I ex.",
    "I_syn_in": "I inh.",
    "I_SIC": "I SIC",
    "w": "w",
    "g_ex": "g ex.",
    "g_in": "g inh.",
    "Ca_astro": "Ca",
    "IP3": "IP3",
    "h_IP3R": "h",
    "SIC": "SIC",
}
"""Names on axes."""


class Course(NamedTuple):
    """A variable over time.

    Attributes
    ----------
    time : ndarray of float, shape (sample,)
        ms.
    values : ndarray of float, shape (sample, node)
    labels : sequence of str
        Of the nodes.
    unit : str
    fast : bool
        Whether it is one of neurons, which change within milliseconds.
    """

    time: np.ndarray
    values: np.ndarray
    labels: Sequence[str]
    unit: str
    fast: bool = False

    def end(self) -> Course:
        """Return the last part of a long course of a neuron; all of any other."""
        since = self.time[-1] - END if self.fast and self.time[-1] > LONG else 0.0
        kept = self.time > since
        return self._replace(time=self.time[kept], values=self.values[kept])


@styled
def traces(shown: Mapping[str, Mapping[str, Course]], events: Events = ()) -> Figure:
    """Draw each variable over time, one line per node; of many nodes the median and a band.

    Parameters
    ----------
    shown : mapping of str to mapping of str to Course
        By title of a column, then by variable: the same variables in each.
    events : sequence of Event
        Interventions (ms), their conditions named by titles; they are marked.
    """
    names = list(next(iter(shown.values())))
    figure = new_figure(ROW * len(names) + ENDS)
    panels = figure.subplots(len(names), len(shown), squeeze=False, sharey="row")
    timeline = Timeline(events, MS, list(shown))
    for column, (title, courses) in enumerate(shown.items()):
        panels[0, column].set_title(title)
        for row, name in enumerate(names):
            _draw_course(panels[row, column], courses[name].end())
        _label_time(panels[:, column], [courses[name].end() for name in names])
        for row, axes in enumerate(panels[:, column]):
            timeline.draw(axes, title, shift=0.0, numbers=row == 0)
    for row, name in enumerate(names):
        unit = next(iter(shown.values()))[name].unit
        panels[row, 0].set_ylabel(f"{SHORT.get(name, name)} ({unit})" if unit != "1" else SHORT.get(name, name))
        beside(panels[row, -1])
    timeline.legend(figure)
    return figure


def beside(axes: Axes, **look: Any) -> None:
    """Write a legend to the right of axes, where it covers no data."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=1.0, fontsize=6.5, labelspacing=0.3, **look
        )


def over_nodes(values: np.ndarray, percentiles: Sequence[float]) -> np.ndarray:
    """Return percentiles over those nodes that have a value, nan where none has.

    Parameters
    ----------
    values : ndarray of float, shape (sample, node)
        nan from when a node is lesioned.
    percentiles : sequence of float

    Returns
    -------
    ndarray of float, shape (percentile, sample)
    """
    found = np.full((len(percentiles), len(values)), np.nan)
    known = ~np.isnan(values).all(axis=1)
    if known.any():
        found[:, known] = np.nanpercentile(values[known], percentiles, axis=1)
    return found


def _draw_course(axes: Axes, course: Course) -> None:
    time = course.time
    if len(course.labels) > MOST:
        low, middle, high = over_nodes(course.values, (OUTER[0], 50.0, OUTER[1]))
        axes.fill_between(time, low, high, color=PALETTE[0], alpha=0.25, linewidth=0)
        text = f"median of {len(course.labels)}"
        axes.plot(time, middle, color=PALETTE[0], linewidth=0.9, label=text)
        return
    for number, label in enumerate(course.labels):
        axes.plot(time, course.values[:, number], color=PALETTE[number], linewidth=0.8, label=label)


def _label_time(column: np.ndarray, courses: Sequence[Course]) -> None:
    """Set the limits of time of a column of panels; tick labels where the panel below has other limits, or none is."""
    spans = [(0.0, one.time[-1]) if not _cut(one) else (one.time[-1] - END, one.time[-1]) for one in courses]
    for place, (axes, span) in enumerate(zip(column, spans, strict=True)):
        axes.set_xlim(*span)
        last = place + 1 == len(spans) or spans[place + 1] != span
        axes.tick_params(labelbottom=last)
        if last:
            label_time(axes)


def _cut(course: Course) -> bool:
    return course.fast and course.time[-1] > LONG


@styled
def phase_portrait(shown: Mapping[str, tuple[Course, Course]]) -> Figure:
    """Draw the gate of the IP3 receptors against calcium, one line per astrocyte; a dot marks the end.

    Parameters
    ----------
    shown : mapping of str to (Course, Course)
        By title of a panel: calcium and gate of the same astrocytes at the same times.
    """
    columns = min(len(shown), columns_at(COLUMNS))
    rows = -(-len(shown) // columns)
    figure = new_figure(SQUARE * rows + ENDS)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes, (title, (calcium, gate)) in zip(panels.flat, shown.items(), strict=False):
        for number, label in list(enumerate(calcium.labels))[:MOST]:
            look: dict[str, Any] = {"color": PALETTE[number]}
            axes.plot(calcium.values[:, number], gate.values[:, number], linewidth=0.8, label=label, **look)
            axes.plot(calcium.values[-1:, number], gate.values[-1:, number], "o", markersize=3, **look)
        axes.set_title(title)
        axes.set_xlabel(f"Ca ({calcium.unit})")
    for axes in panels[:, 0]:
        axes.set_ylabel("h, share not inhibited")
    for axes in panels.flat[len(shown) :]:
        axes.set_axis_off()
    beside(panels[0, -1] if len(shown) >= columns else panels[0, 0])
    return figure
