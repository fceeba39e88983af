"""Figures of variables over time: a panel per variable, and calcium against the gate of the receptors (ms, mV, uM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from astrosim.plot.palette import PALETTE
from astrosim.plot.style import new_figure, styled

ROW, ENDS = 1.1, 0.5  # inches: a panel; title and labels
MOST = 8  # nodes drawn per panel
SQUARE = 3.2  # inches
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
    """

    time: np.ndarray
    values: np.ndarray
    labels: Sequence[str]
    unit: str


@styled
def traces(courses: Mapping[str, Course], title: str = "") -> Figure:
    """Draw each variable over time in a panel of its own, one line per node."""
    figure = new_figure(ROW * len(courses) + ENDS)
    panels = figure.subplots(len(courses), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, course) in zip(panels, courses.items(), strict=True):
        for number, label in list(enumerate(course.labels))[:MOST]:
            colour = PALETTE[number % len(PALETTE)]
            axes.plot(course.time, course.values[:, number], color=colour, linewidth=0.8, label=label)
        unit = f" ({course.unit})" if course.unit != "1" else ""
        axes.set_ylabel(f"{SHORT.get(name, name)}{unit}")
        axes.legend(loc="upper right", ncols=min(4, len(course.labels)), handlelength=1.0, fontsize=6.5)
    panels[0].set_title(title)
    panels[-1].set_xlabel("time (ms)")
    return figure


@styled
def phase_portrait(calcium: Course, gate: Course, title: str = "") -> Figure:
    """Draw the gate of the IP3 receptors against calcium, one line per astrocyte; a dot marks the end."""
    figure = new_figure(SQUARE)
    axes = figure.subplots()
    for number, label in list(enumerate(calcium.labels))[:MOST]:
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(calcium.values[:, number], gate.values[:, number], color=colour, linewidth=0.8, label=label)
        axes.plot(calcium.values[-1:, number], gate.values[-1:, number], "o", color=colour, markersize=3)
    axes.set_xlabel(f"Ca ({calcium.unit})")
    axes.set_ylabel("h")
    axes.set_title(title)
    axes.legend(loc="best", fontsize=6.5)
    return figure
