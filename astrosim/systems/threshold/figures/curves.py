"""Learning curves over episodes: mean over seeds with 95 % bands, ceiling and chance. Rewards and rates are 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import DataArray, Dataset

from astrosim.plot.bands import draw_mean
from astrosim.plot.legends import counted, legend_above
from astrosim.plot.marks import EPISODE
from astrosim.plot.style import (
    MUTED,
    NARROW,
    colours,
    count_axis,
    new_figure,
    present_width,
    span_episodes,
    styled,
)
from astrosim.plot.timeline import Timeline
from astrosim.systems.threshold.figures.events import Events
from astrosim.systems.threshold.figures.select import condition_names, counts, probes

CHANCE = 0.5  # 1; each output bit matches with probability one half; report, section 3.3
SMOOTHING = 5  # records; running mean of what is measured in single episodes of a few trials
BESIDE_CHANCE = 0.02  # 1; a ceiling nearer to chance has no name, which would lie on the other
HEAD, PANEL = 0.3, 2.15  # inches; what stands above the panels, and a row of them
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
    panels = panels_of(dataset)
    lines = -(-len(panels) // (1 if present_width() < NARROW else 2))
    figure = new_figure(HEAD + PANEL * lines)
    grid = np.atleast_1d(figure.subplots(lines, -(-len(panels) // lines), sharex=True)).reshape(lines, -1)
    marks = colours(condition_names(dataset))
    timeline = Timeline(events, EPISODE, list(marks), {name: colour for name, (colour, _) in marks.items()})
    for axes, (name, label), letter in zip(grid.flat, panels, "abcd", strict=False):
        values = probes(dataset) if name == PROBE else dataset[name]
        for condition, look in marks.items():
            _band(axes, values.sel(condition=condition), condition, look, timeline, len(marks))
        axes.set_title(f"{letter}   {label}")
        if name in (PROBE, "mean_binary_reward"):
            reference(axes, CHANCE, "chance")
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    draw_ceilings(grid[0, 0], ceilings or {}, marks)
    for number, axes in enumerate(grid.flat[: len(panels)]):
        span_episodes(axes, dataset["episode"].values)
        count_axis(axes)
        if number + grid.shape[1] >= len(panels):
            axes.set_xlabel("episode")
            axes.tick_params(labelbottom=True)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    legend_above(figure, handles, counted(labels, counts(dataset)))
    for axes in grid.flat[: len(panels)]:
        timeline.draw(axes)
    timeline.legend(figure)
    return figure


def panels_of(dataset: Dataset) -> list[tuple[str, str]]:
    """Return variables of which the run holds any value, and the titles of their panels."""
    return [(name, title) for name, title in PANELS if name == PROBE or np.isfinite(dataset[name].values).any()]


def draw_ceilings(axes: Axes, ceilings: Mapping[str, float], marks: Mapping[str, tuple[str, Any]]) -> None:
    """Draw levels of mean ceilings; where they differ, each has the colour of its condition, or counts its conditions.

    Parameters
    ----------
    axes : Axes
    ceilings : mapping of str to float
        By condition (1).
    marks : mapping
        Colour and line style by condition.
    """
    known = {name: round(value, 4) for name, value in ceilings.items() if np.isfinite(value) and name in marks}
    levels = sorted(set(known.values()))
    for value in levels:
        own = [name for name in known if known[name] == value]
        if len(levels) == 1 or len(own) > 1:
            text = "ceiling" if len(levels) == 1 else f"ceiling of {len(own)} conditions"
            reference(axes, value, text if abs(value - CHANCE) > BESIDE_CHANCE else "")
        else:
            reference(axes, value, f"ceiling, {own[0]}", marks[own[0]][0])


def running_mean(values: np.ndarray, width: int = SMOOTHING) -> np.ndarray:
    """Return means of the last records, over the last axis; of fewer where there are no more.

    It looks back only, so that no effect is drawn before its cause.

    Parameters
    ----------
    values : ndarray of float, shape (..., record)
        A nan is left out of the means behind it.
    width : int
        Records.

    Returns
    -------
    ndarray of float64, shape (..., record)
        nan where the value is.
    """
    finite = np.isfinite(values)
    kernel, own = np.ones(width), slice(0, values.shape[-1])
    totals = np.apply_along_axis(np.convolve, -1, np.where(finite, values, 0.0), kernel)[..., own]
    counts = np.apply_along_axis(np.convolve, -1, finite.astype(float), kernel)[..., own]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(finite, totals / counts, np.nan)


def _band(
    axes: Axes, series: DataArray, condition: str, look: tuple[str, Any], timeline: Timeline, conditions: int
) -> None:
    """Mean and band; running means reach over no intervention on their seed."""
    values = series.values
    if series.name != PROBE and values.shape[1] > 4 * SMOOTHING:
        breaks = [
            timeline.breaks(condition, int(seed), series["episode"].values) for seed in series["seed"].values.tolist()
        ]
        values = np.stack([smoothed(own, cuts) for own, cuts in zip(values, breaks, strict=True)])
    known = np.isfinite(values).any(axis=0)
    if not known.any():
        return
    draw_mean(axes, series["episode"].values[known], values[:, known], look, condition, conditions)


def smoothed(values: np.ndarray, breaks: Sequence[int]) -> np.ndarray:
    """Return running means of a seed's records, shape (record,), of each stretch between breaks for itself.

    Parameters
    ----------
    values : ndarray of float, shape (record,)
    breaks : sequence of int
        Places of the first records after interventions.
    """
    return np.concatenate([running_mean(part) for part in np.split(values, breaks)])


def reference(axes: Axes, value: float, text: str, colour: str = MUTED) -> None:
    """Draw a dashed level with its name at the right."""
    axes.axhline(value, color=colour, linewidth=0.9, linestyle=(0, (6, 3)), zorder=0)
    axes.annotate(
        text,
        (1, value),
        xytext=(0, 2),
        textcoords="offset points",
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        size=7,
        color=colour,
    )
