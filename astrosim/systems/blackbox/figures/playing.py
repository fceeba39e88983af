"""One episode as a moving picture: the environment as it draws itself, its observations and actions beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from astrosim.plot.movie import write_movie
from astrosim.plot.palette import PALETTE
from astrosim.plot.style import MUTED, count_axis, new_figure, styled
from astrosim.systems.blackbox.figures.panels import GRID
from astrosim.systems.blackbox.protocol import Trace

MOST = 6  # observations that are drawn
HEIGHT = 3.2  # inches


class EpisodeScene:
    """Scene of an episode, redrawn for each step that is shown.

    Parameters
    ----------
    trace : Trace
    pictures : mapping of int to ndarray
        By step, from 0: the environment as it drew itself, uint8, shape (row, column, 3); none if it cannot be drawn.
    observations, actions : sequence of str
        Names.
    discrete : bool
        Whether actions are numbers of a list.
    title : str
    """

    def __init__(
        self,
        trace: Trace,
        pictures: Mapping[int, np.ndarray],
        observations: Sequence[str],
        actions: Sequence[str],
        discrete: bool,
        title: str,
    ) -> None:
        self.trace, self.pictures = trace, pictures
        self.figure: Figure = new_figure(HEIGHT)
        shown = min(len(observations), MOST)
        grid = self.figure.add_gridspec(shown + 1, 2 if pictures else 1, width_ratios=[3, 2] if pictures else [1])
        side = 1 if pictures else 0
        self.image = None
        if pictures:
            axes = self.figure.add_subplot(grid[:, 0])
            self.image = axes.imshow(next(iter(pictures.values())), interpolation="antialiased")
            axes.set_axis_off()
        panels = [self.figure.add_subplot(grid[row, side]) for row in range(shown + 1)]
        curves = [*trace.observations.T[:shown], trace.actions[:, 0]]
        names = [*observations[:shown], "action" if discrete else actions[0]]
        self.cursors = []
        for axes, values, name in zip(panels, curves, names, strict=True):
            last = axes is panels[-1]
            axes.plot(
                values, color=PALETTE[5 if last else 0], linewidth=0.8, drawstyle="steps-post" if last else "default"
            )
            axes.set_title(name, size=6.5, pad=1.5, color=MUTED)
            axes.yaxis.set_major_locator(MaxNLocator(2))
            axes.set_xlim(0, max(len(trace.rewards) - 1, 1))
            axes.tick_params(labelbottom=last, labelsize=6.5)
            axes.grid(axis="y", **GRID)
            self.cursors.append(axes.axvline(0, color=PALETTE[6], linewidth=0.8))
        if discrete:
            panels[-1].set_ylim(-0.3, len(actions) - 0.7)
            panels[-1].set_yticks(range(len(actions)), actions)
        count_axis(panels[-1], 3)
        panels[-1].set_xlabel("step", size=7)
        self.figure.suptitle(title, x=0.01, ha="left")
        self.returns = np.cumsum(trace.rewards)
        self.clock = self.figure.text(0.99, 0.98, "", ha="right", va="top", size=8)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")  # places are found once, not for each picture

    def show(self, step: int) -> None:
        """Draw a step, from 0."""
        if self.image is not None:
            self.image.set_data(self.pictures[step])
        for cursor in self.cursors:
            cursor.set_xdata([step, step])
        self.clock.set_text(f"step {step + 1:,}, return {self.returns[step]:.5g}")


@styled
def animate_episode(scene: EpisodeScene, steps: Sequence[int], path: Path, fps: float) -> None:
    """Write some steps of an episode as GIF or MP4; see `astrosim.plot.movie.write_movie`."""
    write_movie(scene.figure, scene.show, steps, path, fps)


@styled
def episode_scene(
    trace: Trace,
    pictures: Mapping[int, np.ndarray],
    names: tuple[Sequence[str], Sequence[str]],
    discrete: bool,
    title: str = "",
) -> EpisodeScene:
    """Return the scene of an episode in the style of all figures; pictures have shape (row, column, 3)."""
    return EpisodeScene(trace, pictures, *names, discrete, title)
