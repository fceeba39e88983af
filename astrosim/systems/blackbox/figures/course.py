"""Figure of one episode: observations and actions over its steps, and how often each action was taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from astrosim.plot.legends import fold
from astrosim.plot.palette import PALETTE
from astrosim.plot.style import MUTED, count_axis, new_figure, present_width, styled
from astrosim.systems.blackbox.figures.panels import GRID
from astrosim.systems.blackbox.protocol import Trace

MOST = 8  # observations, and components of an action, that are drawn
BINS = 21  # of a continuous action
ROW, ACTION, ENDS = 0.5, 0.9, 0.6  # inches: a panel of an observation, of an action; title and labels
LABEL = 0.16  # of the figure's width; room for names


@styled
def episode_course(
    trace: Trace, observations: Sequence[str], actions: Sequence[str], discrete: bool, title: str = ""
) -> Figure:
    """Draw the observations of an episode over its steps, its actions below, and their shares beside them.

    Parameters
    ----------
    trace : Trace
    observations, actions : sequence of str
        Names; of a continuous action one per component.
    discrete : bool
        Whether actions are numbers of a list.
    title : str
    """
    shown = min(len(observations), MOST)
    taken = [trace.actions[:, 0]] if discrete else list(trace.actions.T[:MOST])
    heights = [ROW] * shown + [ACTION] * len(taken)
    figure = new_figure(sum(heights) + ENDS)
    grid = figure.subplots(shown + len(taken), 2, width_ratios=[4, 1], height_ratios=heights, squeeze=False)
    for axes, beside, name, values in zip(grid[:, 0], grid[:, 1], observations, trace.observations.T, strict=False):
        axes.plot(values, color=PALETTE[0], linewidth=0.9)
        _label(figure, axes, name)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        beside.set_axis_off()
    for number, values in enumerate(taken):
        axes, beside = grid[shown + number]
        axes.step(np.arange(len(values)), values, color=PALETTE[5], linewidth=0.9, where="post")
        if discrete:
            _discrete(figure, axes, beside, values, actions)
        else:
            _continuous(figure, axes, beside, values, actions[number])
    for axes in grid[:, 0]:
        axes.set_xlim(0, max(len(trace.rewards) - 1, 1))
        axes.grid(axis="y", **GRID)
        axes.tick_params(labelbottom=axes is grid[-1, 0])
    count_axis(grid[-1, 0])
    grid[-1, 0].set_xlabel("step of the episode")
    grid[-1, 1].set_xlabel("share of the steps")
    grid[0, 0].set_title(title)
    return figure


def _label(figure: Figure, axes: Axes, name: str) -> None:
    text = fold(figure, name, LABEL * present_width(), 7.5)
    axes.set_ylabel(text, rotation=0, ha="right", va="center", size=7.5)


def _discrete(figure: Figure, axes: Axes, beside: Axes, values: np.ndarray, names: Sequence[str]) -> None:
    places = np.arange(len(names))
    counts = np.array([(values == place).mean() for place in places])
    axes.set_yticks(places, list(names))
    axes.set_ylim(-0.5, len(names) - 0.5)
    beside.barh(places, counts, color=PALETTE[5], height=0.7)
    beside.set_ylim(axes.get_ylim())
    beside.set_yticks([])
    beside.set_xlim(0, 1)
    for place, share in zip(places, counts, strict=True):
        beside.text(min(float(share), 0.72) + 0.03, float(place), f"{share:.0%}", va="center", size=7, color=MUTED)


def _continuous(figure: Figure, axes: Axes, beside: Axes, values: np.ndarray, name: str) -> None:
    _label(figure, axes, name)
    beside.hist(
        values, bins=BINS, orientation="horizontal", weights=np.full(len(values), 1 / len(values)), color=PALETTE[5]
    )
    beside.set_ylim(axes.get_ylim())
    beside.tick_params(labelleft=False)
