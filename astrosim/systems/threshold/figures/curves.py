"""Learning curves over episodes: mean over seeds with 95 % bands, ceiling and chance. Rewards and rates are 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import DataArray, Dataset

from astrosim.plot.style import MUTED, colours, count_axis, marker, new_figure, span_episodes, styled
from astrosim.statistics.inference import mean_band
from astrosim.systems.threshold.figures.events import EPISODE, Events
from astrosim.systems.threshold.figures.select import condition_names, probes
from astrosim.systems.threshold.figures.timeline import Timeline

CHANCE = 0.5  # 1; each output bit matches with probability one half; report, section 3.3
SMOOTHING = 5  # records; running mean of what is measured in single episodes of a few trials
PROBE = "probe"  # the series of `select.probes`
PANELS = (
    (PROBE, "accuracy of the frozen probe"),
    ("mean_binary_reward", "matching bits in training"),
    ("mean_soft_reward", "soft reward in training"),
    ("accept_rate", "accept rate"),
)


@styled
def learning_curves(dataset: Dataset, ceilings: Mapping[str, float] | None = None, events: Events = ()) -> Figure:
    """Draw probe accuracy, rewards and accept rate over episodes, one line per condition with its band over seeds.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    ceilings : mapping of str to float, optional
        Mean structural ceiling by condition; each value is a line in the first panel.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    figure = new_figure(4.6)
    grid = figure.subplots(2, 2, sharex=True)
    marks = colours(condition_names(dataset))
    timeline = Timeline(events, EPISODE, list(marks), {name: colour for name, (colour, _) in marks.items()})
    for axes, (name, label), letter in zip(grid.flat, PANELS, "abcd", strict=True):
        values = probes(dataset) if name == PROBE else dataset[name]
        for condition, (colour, line) in marks.items():
            breaks = timeline.breaks(condition, values["episode"].values)
            _band(axes, values.sel(condition=condition), condition, colour, line, breaks)
        axes.set_title(f"{letter}   {label}")
        if not axes.lines:
            axes.set_yticks([])
            axes.text(0.5, 0.5, "nothing is decided", ha="center", va="center", color=MUTED, transform=axes.transAxes)
    for value in sorted({round(value, 4) for value in (ceilings or {}).values() if np.isfinite(value)}):
        reference(grid[0, 0], value, "ceiling" if abs(value - CHANCE) > 0.02 else "")
    for axes in grid[0]:
        reference(axes, CHANCE, "chance")
    for axes in grid[1]:
        axes.set_xlabel("episode")
        count_axis(axes)
        span_episodes(axes, dataset["episode"].values)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 6))
    for axes in grid.flat:
        timeline.draw(axes)
    timeline.legend(figure)
    return figure


def running_mean(values: np.ndarray, width: int = SMOOTHING) -> np.ndarray:
    """Return centred running mean over the last axis, shorter at the ends.

    Parameters
    ----------
    values : ndarray of float, shape (..., record)
        A nan is left out of the means around it.
    width : int
        Records.

    Returns
    -------
    ndarray of float64, shape (..., record)
        nan where the value is.
    """
    finite = np.isfinite(values)
    kernel = np.ones(width)
    totals = np.apply_along_axis(np.convolve, -1, np.where(finite, values, 0.0), kernel, mode="same")
    counts = np.apply_along_axis(np.convolve, -1, finite.astype(float), kernel, mode="same")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(finite, totals / counts, np.nan)


def _band(axes: Axes, series: DataArray, condition: str, colour: str, line: str, breaks: list[int]) -> None:
    """Mean and band; running means do not reach over `breaks`, the first records after an event."""
    values = series.values
    if series.name != PROBE and values.shape[1] > 4 * SMOOTHING:
        values = np.concatenate([running_mean(part) for part in np.split(values, breaks, axis=1)], axis=1)
    known = np.isfinite(values).any(axis=0)
    if not known.any():
        return
    mean, low, high = mean_band(values[:, known])
    episode = series["episode"].values[known]
    axes.fill_between(episode, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(episode, mean, color=colour, linestyle=line, marker=marker(len(episode)), label=condition)


def reference(axes: Axes, value: float, text: str) -> None:
    """Draw a dashed level with its name at the right."""
    axes.axhline(value, color=MUTED, linewidth=0.9, linestyle=(0, (6, 3)), zorder=0)
    axes.annotate(
        text,
        (1, value),
        xytext=(0, 2),
        textcoords="offset points",
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        size=7,
        color=MUTED,
    )
