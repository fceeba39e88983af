"""A spiking network in motion: spikes and calcium over space, with rate and mean calcium over time (ms, um, Hz, uM)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgb
from matplotlib.lines import Line2D

from astrosim.plot.movie import write_movie
from astrosim.plot.palette import MUTED, PALETTE, PAPER, SEQUENTIAL
from astrosim.plot.style import new_figure, styled
from astrosim.systems.spiking.figures.clock import MS_PER_S, label_time

HEIGHT = 4.2  # inches
SHOWN = 4.0  # inches; width of the plane
MOST_TAIL = 12  # pictures for which a spike is seen
TAIL = 0.6  # share of a spike's light that is left in the next picture
RESTING = 0.18  # opacity of a neuron that has not fired
BODY, SPIKE = 9.0, 34.0  # points squared; a neuron at rest, and as it fires
GLIA = (12.0, 420.0)  # points squared; least and largest astrocyte
FILLED = 0.4  # of the room that an astrocyte has
ROOM = 0.07  # of the plane, around the nodes
STRONGEST = 99.0  # percentile of calcium at which the colours end
HOLD = 6  # pictures that the last one stays


class Moving(NamedTuple):
    """Records that are set in motion.

    Attributes
    ----------
    neurons, astrocytes : ndarray of float, shape (node, 2)
        Places, um.
    population : ndarray of object, shape (neuron,)
    node : ndarray of int, shape (spike,)
    time : ndarray of float, shape (spike,)
        ms.
    sampled : ndarray of float, shape (sample,)
        ms.
    calcium : ndarray of float, shape (sample, astrocyte)
        uM.
    """

    neurons: np.ndarray
    astrocytes: np.ndarray
    population: np.ndarray
    node: np.ndarray
    time: np.ndarray
    sampled: np.ndarray
    calcium: np.ndarray


class SpikeScene:
    """Picture of a network, redrawn for any time.

    Parameters
    ----------
    moving : Moving
    times : ndarray of float, shape (picture,)
        Times that will be shown, in order (ms), evenly spaced.
    title : str
    """

    def __init__(self, moving: Moving, times: np.ndarray, title: str = "") -> None:
        self.moving, self.times, self.title = moving, times, title
        self.between = float(times[1] - times[0]) if len(times) > 1 else float(times[-1]) or 1.0
        shown = moving.calcium[(moving.sampled >= times[0]) & (moving.sampled <= times[-1])]
        known = shown[~np.isnan(shown)]  # lesioned astrocytes have none
        ends = np.percentile(known if known.size else [0.0, 1.0], (0.0, STRONGEST))
        self.scale = Normalize(float(ends[0]), float(ends[1]) if ends[1] > ends[0] else float(ends[0]) + 1.0)
        self.figure = new_figure(HEIGHT)
        curves = bool(len(moving.neurons)) + bool(len(moving.astrocytes))
        grid = self.figure.add_gridspec(curves, 2, width_ratios=[1.7, 1])
        self.space = self.figure.add_subplot(grid[:, 0])
        self._draw_space()
        panels = [self.figure.add_subplot(grid[row, 1]) for row in range(curves)]
        self._draw_curves(panels)
        self.cursors = [axes.axvline(times[0], color=MUTED, linewidth=0.9) for axes in panels]
        self.show(float(times[-1]))
        for _ in range(2):  # the first pass settles the plane's limits, the second its ticks
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")  # what is laid out once need not be laid out for every picture

    def _draw_space(self) -> None:
        axes, moving = self.space, self.moving
        area = GLIA[1] if not len(moving.astrocytes) else FILLED * (72 * SHOWN) ** 2 / len(moving.astrocytes)
        look: dict[str, Any] = {"s": float(np.clip(area, *GLIA)), "linewidths": 0.5, "edgecolors": PAPER, "zorder": 1}
        self.glia = axes.scatter(
            moving.astrocytes[:, 0],
            moving.astrocytes[:, 1],
            c=np.zeros(len(moving.astrocytes)),
            cmap=SEQUENTIAL,
            norm=self.scale,
            **look,
        )
        names = list(dict.fromkeys(moving.population.tolist()))
        self.colour = np.zeros((len(moving.neurons), 4))
        for place, name in enumerate(names):
            self.colour[moving.population == name, :3] = to_rgb(LIGHTS[place % len(LIGHTS)])
        self.bodies = axes.scatter(moving.neurons[:, 0], moving.neurons[:, 1], s=BODY, linewidths=0.4, zorder=2)
        axes.set_aspect("equal", adjustable="datalim")
        every = np.concatenate([moving.neurons, moving.astrocytes])
        low, high = every.min(axis=0), every.max(axis=0)
        room = ROOM * float((high - low).max())
        axes.update_datalim([low - room, high + room])
        axes.set(xlabel="x (um)", ylabel="y (um)")
        axes.set_title("\n", fontsize=8)
        if len(moving.astrocytes):
            colours = mpl.cm.ScalarMappable(self.scale, SEQUENTIAL)
            self.figure.colorbar(
                colours,
                ax=axes,
                label="calcium (uM)",
                location="bottom",
                shrink=0.6,
                aspect=35,
                extend="max",
            )
        if len(names) > 1:
            marks = [Line2D([], [], marker="o", linestyle="", markersize=4, color=LIGHTS[place % len(LIGHTS)])
                     for place in range(len(names))]  # fmt: skip
            texts = [name or "without population" for name in names]
            self.figure.legend(marks, texts, loc="outside upper right", ncols=min(4, len(names)))

    def _draw_curves(self, panels: list[Axes]) -> None:
        """Rate and mean calcium, as far as there are nodes that have them."""
        moving, rest = self.moving, list(panels)
        if len(moving.neurons):
            edges = np.append(self.times - self.between, self.times[-1])
            counts = np.histogram(moving.time, edges)[0] / len(moving.neurons) / (self.between / MS_PER_S)
            axes = rest.pop(0)
            axes.stairs(counts, edges, baseline=None, color=PALETTE[0], linewidth=0.9)
            axes.set_ylim(bottom=0.0)
            axes.set_ylabel("rate (Hz)")
        if len(moving.astrocytes):
            rest[0].plot(moving.sampled, mean_of(moving.calcium), color=PALETTE[2], linewidth=1.1)
            rest[0].set_ylabel("mean calcium (uM)")
        for axes in panels:
            axes.set_xlim(float(self.times[0]), max(float(self.times[-1]), float(self.times[0]) + self.between))
        label_time(panels[-1])

    def light(self, time: float) -> np.ndarray:
        """Return how brightly each neuron is seen at a time, from 0 to 1 (as it fires), shape (neuron,)."""
        last = np.full(len(self.moving.neurons), -np.inf)
        since = time - MOST_TAIL * self.between
        recent = (self.moving.time > since) & (self.moving.time <= time)
        np.maximum.at(last, self.moving.node[recent], self.moving.time[recent])
        return np.where(np.isfinite(last), TAIL ** np.floor((time - np.maximum(last, since)) / self.between), 0.0)

    def calcium(self, time: float) -> np.ndarray:
        """Return the last sample of each astrocyte's calcium at a time; the first before any: shape (astrocyte,)."""
        place = max(int(np.searchsorted(self.moving.sampled, time + 1e-9)) - 1, 0)
        return np.asarray(self.moving.calcium[place]) if len(self.moving.sampled) else np.zeros(0)

    def show(self, time: float) -> None:
        """Draw the network at a time (ms)."""
        light = self.light(time)
        faces = self.colour.copy()
        faces[:, 3] = RESTING + (1.0 - RESTING) * light
        self.bodies.set_facecolor([tuple(row) for row in faces])
        self.bodies.set_edgecolor([(0.0, 0.0, 0.0, alpha) for alpha in faces[:, 3].tolist()])
        self.bodies.set_sizes(BODY + (SPIKE - BODY) * light)
        self.glia.set_array(self.calcium(time))
        self.space.set_title(f"{self.title}\n{time:,.1f} ms", fontsize=8)
        for cursor in self.cursors:
            cursor.set_xdata([time, time])


def mean_of(calcium: np.ndarray) -> np.ndarray:
    """Return the mean over astrocytes that are not lesioned, shape (sample,), of shape (sample, astrocyte)."""
    known = ~np.isnan(calcium)
    with np.errstate(invalid="ignore"):
        return np.where(known, calcium, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)


LIGHTS = ("#D55E00", "#56B4E9", "#CC79A7", "#FFFFFF", "#009E73", "#000000")
"""Colours of populations: those of the palette that are seen on calcium's."""


@styled
def animate_spikes(moving: Moving, times: np.ndarray, file: Path, fps: float, title: str = "") -> Path:
    """Write a network in motion as an animated GIF or MP4; returns its path.

    Parameters
    ----------
    moving : Moving
    times : ndarray of float, shape (picture,)
        ms, evenly spaced.
    file : Path
        Ends in .gif or .mp4.
    fps : float
        Pictures per second.
    title : str

    Raises
    ------
    AstrosimError
        If the file cannot be written (`astrosim.plot.movie.check_ending`).
    """
    scene = SpikeScene(moving, times, title)
    return write_movie(scene.figure, scene.show, [*times.tolist(), *[float(times[-1])] * HOLD], file, fps)
