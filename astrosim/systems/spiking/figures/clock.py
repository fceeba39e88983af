"""Axis of time (ms), labelled in seconds where it is long."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

LONGEST = 10_000.0  # ms; above, labels are seconds; assumed: five digits touch each other
MS_PER_S = 1000.0


def label_time(axes: Axes) -> None:
    """Name the axis of time, by its limits in ms."""
    low, high = axes.get_xlim()
    if high - low > LONGEST:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / MS_PER_S:g}"))
        axes.set_xlabel("time (s)")
    else:
        axes.set_xlabel("time (ms)")
