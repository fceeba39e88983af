"""Reward trace: rewards before and after each perturbation, what was kept, what it gained (trials; rewards are 1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.marks import TRIAL
from astrosim.plot.style import MUTED, NARROW, count_axis, new_figure, present_width, say, styled
from astrosim.plot.timeline import Timeline
from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.threshold.figures.events import Events, of_replicate
from astrosim.systems.threshold.figures.raster import BINS, CONDITIONS, KEPT_COLOUR, NAME, OPENING, REVERTED_COLOUR
from astrosim.systems.threshold.figures.select import TRIAL_SAMPLE, condition_names, first_seed

REWARDS, GAINS = 1.25, 0.75  # inches; the two rows of a condition
ENDS = 0.7  # inches; what surrounds all
LOOKS = {KEPT: ("kept", KEPT_COLOUR), REVERTED: ("reverted", REVERTED_COLOUR), IDLE: ("not decided", MUTED)}
"""Name and colour by decision; an update that is not decided upon stands."""


class Trials(NamedTuple):
    """Trials of a replicate.

    Attributes
    ----------
    before, after : ndarray of float64, shape (trial,)
    decision : ndarray of int8, shape (trial,)
        KEPT, REVERTED or IDLE.
    """

    before: np.ndarray
    after: np.ndarray
    decision: np.ndarray

    @property
    def standing(self) -> np.ndarray:
        """Reward of what stands at the end of each trial: float64, shape (trial,)."""
        return np.where((self.decision == REVERTED) | np.isnan(self.after), self.before, self.after)

    @property
    def gain(self) -> np.ndarray:
        """Reward after less that before: float64, shape (trial,); nan where there is none."""
        return self.after - self.before

    def head(self, count: int) -> Trials:
        """Return the first trials."""
        return Trials(*(values[:count] for values in self))


def with_rewards(dataset: Dataset) -> list[str]:
    """Return conditions of which the rewards of trials are there."""
    if "reward_before" not in dataset:
        return []
    found = []
    for name in condition_names(dataset):
        if (seed := first_seed(dataset, name)) is not None and len(_trials(dataset, name, seed, 10_000).before):
            found.append(name)
    return found


def _trials(dataset: Dataset, condition: str, seed: int | None, most: int = TRIAL_SAMPLE) -> Trials:
    """Read the trials that a replicate has carried out."""
    names = ["reward_before", "reward_after", "decision"]
    own = dataset[names].sel(condition=condition, seed=seed).isel(trial=slice(0, most))
    before, after, decision = (own[name].values for name in names)
    ran = int(np.isfinite(before).sum())
    return Trials(before[:ran], after[:ran], decision[:ran])


@styled
def reward_trace(dataset: Dataset, events: Events = ()) -> Figure:
    """Draw the first trials one by one and the whole run in bins: rewards, and gains below; its first seed.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`, with the rewards of trials (`record.trials`).
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    names = with_rewards(dataset)[:CONDITIONS]
    figure = new_figure(ENDS + (REWARDS + GAINS) * len(names) if names else 1.0)
    if not names:
        say(figure.subplots(), "The rewards of trials were not recorded (record.trials).")
        return figure
    grid = figure.subplots(
        2 * len(names),
        2,
        sharex="col",
        sharey="row",
        squeeze=False,
        height_ratios=[REWARDS, GAINS] * len(names),
        width_ratios=[1, 1.25],
    )
    own = [event for name in names for event in of_replicate(events, name, first_seed(dataset, name))]
    timeline = Timeline(own, TRIAL, names)
    for number, name in enumerate(names):
        seed, rows = first_seed(dataset, name), grid[2 * number : 2 * number + 2]
        trials = _trials(dataset, name, seed)
        _one_by_one(rows[:, 0], trials.head(OPENING))
        _binned(rows[:, 1], trials)
        rows[0, 0].set_ylabel(f"{fold(figure, f'{name}, seed {seed}', NAME)}\nreward")
        rows[1, 0].set_ylabel("gain")
        if not np.isfinite(trials.gain).any():
            _no_gains(rows[1])
        for row, axes in enumerate(rows):
            timeline.draw(axes[0], name, numbers=row == 0)
            timeline.draw(axes[1], name, shift=0.0, numbers=row == 0)
    narrow = present_width() < NARROW
    grid[0, 0].set_title("a   first trials" + ("" if narrow else ", one by one"))
    grid[0, 1].set_title("b   whole run" + ("" if narrow else ", means of bins"))
    for axes in grid[-1]:
        axes.set_xlabel("trial")
        count_axis(axes, 3)
    looks = [*((name, colour) for _, (name, colour) in LOOKS.items() if colour != MUTED), ("standing", MUTED)]
    legend_above(figure, [grid[0, 0].plot([], [], color=colour)[0] for _, colour in looks], [name for name, _ in looks])
    timeline.legend(figure)
    return figure


def _one_by_one(rows: np.ndarray, trials: Trials) -> None:
    """Draw each trial as a line from the reward before to that after it, and its gain as a bar."""
    number = np.arange(len(trials.before))
    upper, lower = rows
    upper.step(number, trials.standing, where="mid", color=MUTED, linewidth=0.4, alpha=0.5)
    for code, (_, colour) in LOOKS.items():
        own = (trials.decision == code) & np.isfinite(trials.gain)
        before, after = trials.before[own], trials.after[own]
        upper.vlines(number[own], before, after, color=colour, linewidth=0.8)
        upper.plot(number[own], after, linestyle="", marker=".", markersize=2.5, color=colour)
        lower.vlines(number[own], 0.0, after - before, color=colour, linewidth=0.8)
    lower.axhline(0.0, color=MUTED, linewidth=0.5)
    lower.set_xlim(-1, max(len(number), 2))


def _binned(rows: np.ndarray, trials: Trials) -> None:
    """Draw the mean standing reward of each bin, and the mean gains of what was kept and reverted in it."""
    ran = len(trials.before)
    edges = np.unique(np.linspace(0, ran, min(BINS, ran) + 1).astype(int))
    upper, lower = rows
    _stairs(upper, trials.standing, np.isfinite(trials.standing), edges, MUTED)
    gain = trials.gain
    for code, (_, colour) in LOOKS.items():
        _stairs(lower, gain, (trials.decision == code) & np.isfinite(gain), edges, colour)
    lower.axhline(0.0, color=MUTED, linewidth=0.5)
    lower.set_xlim(edges[0], edges[-1])


def _no_gains(row: np.ndarray) -> None:
    """Say that there is no reward after a perturbation."""
    for axes in row:
        axes.set_yticks([])
        axes.text(0.5, 0.6, "nothing is perturbed", ha="center", color=MUTED, transform=axes.transAxes)


def _stairs(axes: Axes, values: np.ndarray, chosen: np.ndarray, edges: np.ndarray, colour: str) -> None:
    """Draw the means of the chosen values of each bin; a bin without any has no line."""
    count = np.add.reduceat(chosen.astype(int), edges[:-1])
    total = np.add.reduceat(np.where(chosen, values, 0.0), edges[:-1])
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    axes.stairs(means, edges, baseline=None, color=colour, linewidth=0.9)
