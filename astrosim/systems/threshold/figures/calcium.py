"""Calcium (1) and recruitment (share of activations) over episodes, of the conditions that are coupled."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.bands import FRACTION, draw_mean
from astrosim.plot.legends import counted, legend_above
from astrosim.plot.marks import EPISODE
from astrosim.plot.style import NARROW, colours, count_axis, new_figure, present_width, say, span_episodes, styled
from astrosim.plot.timeline import Timeline
from astrosim.systems.threshold.figures.events import Events
from astrosim.systems.threshold.figures.select import condition_names, counts

PANEL = 2.6  # inches
AMOUNT = (0.0, np.inf)  # bounds of calcium


def coupled_conditions(dataset: Dataset) -> list[str]:
    """Return conditions of which some committed replicate has calcium."""
    if "calcium" not in dataset:
        return []
    has = np.isfinite(dataset["calcium"].values).any(axis=(1, 2, 3))
    return [name for name, yes in zip(condition_names(dataset), has, strict=True) if yes]


def recruited_share(recruitments: np.ndarray, activations: np.ndarray) -> np.ndarray:
    """Share of the activations between one record and the next that calcium alone brought about.

    Parameters
    ----------
    recruitments, activations : ndarray of int64, shape (seed, episode, astrocyte), trials
        So far; -1 where nothing is recorded.

    Returns
    -------
    ndarray of float64, shape (seed, episode)
        nan where there were no activations, or nothing is recorded.
    """
    known = (activations >= 0).any(axis=2)
    recruited, active = (
        np.diff(np.where(known, np.maximum(counts, 0).sum(axis=2), 0), axis=1, prepend=0)
        for counts in (recruitments, activations)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known & (active > 0), recruited / active, np.nan)


@styled
def calcium_curves(dataset: Dataset, events: Events = ()) -> Figure:
    """Draw mean calcium of the astrocytes and the share of recruited activations over episodes, one line per
    condition.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    names, stacked = coupled_conditions(dataset), present_width() < NARROW
    figure = new_figure(PANEL * (2 if stacked else 1))
    if not names:
        say(figure.subplots(), "No condition of this run has gap junctions.")
        return figure
    grid = figure.subplots(2, 1, sharex=True) if stacked else figure.subplots(1, 2, sharex=True)
    marks = {name: mark for name, mark in colours(condition_names(dataset)).items() if name in names}
    timeline = Timeline(events, EPISODE, names, {name: colour for name, (colour, _) in marks.items()})
    for name, look in marks.items():
        condition = dataset.sel(condition=name)
        share = recruited_share(condition["recruitments"].values, condition["activations"].values)
        calcium = np.nanmean(condition["calcium"].values, axis=2)
        for axes, values, bounds in zip(grid, (calcium, share), (AMOUNT, FRACTION), strict=True):
            known = np.isfinite(values).all(axis=0)
            draw_mean(axes, dataset["episode"].values[known], values[:, known], look, name, len(marks), bounds)
    for axes, title in zip(
        grid, ("a   calcium, mean over astrocytes", "b   recruited share of activations"), strict=True
    ):
        axes.set_title(title)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("episode")
        span_episodes(axes, dataset["episode"].values)
        count_axis(axes)
        timeline.draw(axes)
    handles, labels = grid[0].get_legend_handles_labels()
    legend_above(figure, handles, counted(labels, counts(dataset)))
    timeline.legend(figure)
    return figure
