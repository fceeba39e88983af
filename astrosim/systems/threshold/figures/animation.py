"""A replicate as it learns: who fires, which astrocytes are active, what may change, what the network can do (trials).

Territories are coloured by threshold (1), exploration rate (1/trial) or calcium (1). Active ones are ringed: blue if
the trial's change was kept, orange if it was reverted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import Normalize, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from astrosim.plot.legends import legend_above
from astrosim.plot.marks import TRIAL
from astrosim.plot.movie import write_movie
from astrosim.plot.style import MUTED, PAPER, SEQUENTIAL, count_axis, new_figure, styled
from astrosim.plot.timeline import INK, Timeline
from astrosim.store.variables import IDLE, KEPT, NEURON_KINDS
from astrosim.systems.threshold.figures.curves import CHANCE, reference
from astrosim.systems.threshold.figures.events import Event
from astrosim.systems.threshold.figures.raster import KEPT_COLOUR, REVERTED_COLOUR
from astrosim.systems.threshold.figures.space import FILLS, MARKERS
from astrosim.systems.threshold.replay import Frame, Replay

MOST_FRAMES = 3_000  # assumed: a GIF of more is larger than what a browser shows
DRAWN_LINES = 500  # eligible synapses drawn; beyond, every k-th
COLOURED = {
    "threshold": ("threshold", "threshold"),
    "exploration": ("exploration_rate", "exploration rate per trial"),
    "calcium": ("calcium", "calcium"),
}
"""What territories can be coloured by: the field of a `Frame`, and the name of the scale."""
RESTING = 0.3  # share of its colour that a neuron keeps while it does not fire
SHADE = 0.55  # opacity of the territories and of their scale
HEIGHTS = (3.2, 6.0)  # inches; lowest and highest
ROOM, SPACE_WIDTH = 1.75, 4.1  # inches; what surrounds the plane's axes above and below, and their width
IDLE_COLOUR = "#808080"
DECISIONS = {KEPT: ("kept", KEPT_COLOUR), IDLE: ("nothing to decide", IDLE_COLOUR)}


def frame_trials(
    trials: int, frames: int, first: int = 0, last: int | None = None, every: int | None = None
) -> list[int]:
    """Return trials that are shown: every `every`-th of a stretch, else at most `frames` of it, evenly spaced, both
    ends in.

    Parameters
    ----------
    trials : int
        Of the replicate.
    frames : int
    first, last : int
        The stretch, trials from 0; to the replicate's last one if left out.
    every : int, optional
    """
    last = trials - 1 if last is None else last
    if every is not None:
        return list(range(first, last + 1, every))
    return np.unique(np.linspace(first, last, min(frames, last - first + 1)).round().astype(int)).tolist()


class ReplicateScene:
    """Picture of a replicate, redrawn for any of its frames.

    Parameters
    ----------
    replay : Replay
        Its network and territories are drawn.
    frames : sequence of Frame
        All that will be shown, in order.
    events : sequence of Event
        Interventions on the replicate.
    colour : str
        Of `COLOURED`.
    title : str
    """

    def __init__(
        self, replay: Replay, frames: Sequence[Frame], events: Sequence[Event], colour: str, title: str = ""
    ) -> None:
        self.engine, self.colour = replay.engine, colour
        self.trials = np.array([frame.trial for frame in frames])
        self.accuracy = np.array([frame.accuracy for frame in frames])
        self.acts = np.array([(frame.trial, a) for frame in frames for a in frame.active], float).reshape(-1, 2)
        self.act_colours = [_decision(frame)[1] for frame in frames for _ in frame.active]
        values = np.concatenate([self._values(frame) for frame in frames])
        self.scale = Normalize(0.0, float(values.max(initial=0.0)) or 1.0)
        self.figure = new_figure(self._height())
        grid = self.figure.add_gridspec(2, 2, width_ratios=[1.75, 1], height_ratios=[1.6, 1])
        self.space = self.figure.add_subplot(grid[:, 0])
        self.title = title
        self._draw_space(frames)
        self._draw_curve(self.figure.add_subplot(grid[0, 1]), events)
        self._draw_activity(self.figure.add_subplot(grid[1, 1]), events)
        self.show(frames[0])
        for _ in range(2):  # the first pass settles the plane's limits, the second its ticks
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")  # what is laid out once need not be laid out for every picture

    def _values(self, frame: Frame) -> np.ndarray:
        """What colours the territories: float64, shape (astrocyte,)."""
        return getattr(frame, COLOURED[self.colour][0])

    def _height(self) -> float:
        """Inches that keep the plane's shape."""
        wide, high = np.ptp(self._corners(), axis=0)
        return float(np.clip(ROOM + SPACE_WIDTH * high / wide, *HEIGHTS))

    def _corners(self) -> np.ndarray:
        """Places that the plane's axes must hold: float64, shape (place, 2), units."""
        held = self.engine.territories.position
        radius = self.engine.resolved_scenario.astrocytes.radius
        return np.concatenate([self.engine.network.position, held - radius, held + radius])

    def _draw_space(self, frames: Sequence[Frame]) -> None:
        axes, held = self.space, self.engine.territories
        radius = self.engine.resolved_scenario.astrocytes.radius
        circles = [Circle((float(x), float(y)), radius) for x, y in held.position]
        self.territories = PatchCollection(circles, zorder=1)
        self.eligible = LineCollection([], colors="#404040", linewidths=0.35, alpha=0.35, zorder=2)
        self.cursor = Circle((0, 0), self.engine.params.cursor.radius, facecolor="none", linewidth=1.6, visible=False)
        x, y = held.position.T
        self.bodies = axes.scatter(x, y, marker="*", s=45, color="black", linewidth=0, zorder=4)
        axes.add_collection(self.territories)
        axes.add_collection(self.eligible)
        axes.add_collection(LineCollection(list(held.position[self.engine.gap_junctions.edge]), colors=INK, zorder=3.5))
        axes.add_patch(self.cursor)
        self.crosses = axes.scatter([], [], marker="x", s=26, color=INK, linewidths=0.9, zorder=5)
        self.neurons = [self._draw_neurons(axes, number) for number in range(len(NEURON_KINDS))]
        axes.set_aspect("equal", adjustable="datalim")
        axes.update_datalim(self._corners())
        axes.autoscale_view()
        axes.set(xlabel="x (units)", ylabel="y (units)")
        self.clock = axes.set_title("\n", fontsize=8)
        self._legend(any(one.any() for frame in frames for one in frame.silent.values()))
        if circles:
            colours = mpl.cm.ScalarMappable(self.scale, SEQUENTIAL)
            self.figure.colorbar(
                colours, ax=axes, alpha=SHADE, label=COLOURED[self.colour][1], location="bottom", shrink=0.55, aspect=35
            )

    def _draw_neurons(self, axes: Axes, kind: int) -> tuple[np.ndarray, Any]:
        """Neurons of one kind, numbers and marks."""
        name, net = NEURON_KINDS[kind], self.engine.network
        of = np.flatnonzero(net.kind == kind)
        size = 20 if net.kind.size <= 400 else max(1.0, 20 * 400 / net.kind.size)
        look: dict[str, Any] = {"marker": MARKERS[name], "s": size, "linewidth": 0.6, "zorder": 3}
        return of, axes.scatter(net.position[of, 0], net.position[of, 1], **look)

    def _legend(self, silent: bool) -> None:
        """Kinds of neurons, and what rings and crosses mean."""
        look: dict[str, Any] = {"linestyle": "", "markersize": 4.5}
        present = [name for number, name in enumerate(NEURON_KINDS) if (self.engine.network.kind == number).any()]
        handles = [Line2D([], [], marker=MARKERS[name], color=FILLS[name], label=name, **look) for name in present]
        if self.engine.resolved_scenario.learner != "none":
            words = {"kept": KEPT_COLOUR, "reverted": REVERTED_COLOUR}
            ring: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markersize": 7, "markeredgewidth": 2}
            handles += [
                Line2D([], [], linestyle="", color=c, label=f"active, {word}", **ring) for word, c in words.items()
            ]
        if silent:
            handles.append(Line2D([], [], marker="x", color=INK, label="silenced", **look))
        labels = [str(handle.get_label()) for handle in handles]
        legend_above(self.figure, handles, labels, columns=len(handles), columnspacing=1.4)

    def _draw_curve(self, axes: Axes, events: Sequence[Event]) -> None:
        self._over_trials(axes)
        reference(axes, CHANCE, "chance")
        self.curve = axes.plot([], [], color=FILLS["input"], linewidth=1.0)[0]
        self.point = axes.plot([], [], "o", color=FILLS["output"], markersize=4, clip_on=False)[0]
        axes.set_ylim(min(0.4, float(self.accuracy.min())) - 0.05, 1.02)
        axes.set_title("accuracy of the frozen network")
        axes.tick_params(labelbottom=False)
        self._mark(axes, events, numbers=True)

    def _draw_activity(self, axes: Axes, events: Sequence[Event]) -> None:
        self._over_trials(axes)
        self.activity = axes.scatter([], [], s=5, marker="s", linewidth=0)
        astrocytes = len(self.engine.territories)
        axes.set_ylim(max(astrocytes, 1) - 0.4, -0.6)
        axes.set_yticks(range(0, astrocytes, max(1, -(-astrocytes // 5))))
        axes.set_title("active astrocytes" if astrocytes else "no astrocytes")
        axes.set_xlabel("trial")
        self._mark(axes, events, numbers=False)

    def _over_trials(self, axes: Axes) -> None:
        room = max(0.02 * float(np.ptp(self.trials)), 0.5)
        axes.set_xlim(self.trials[0] - room, self.trials[-1] + room)
        count_axis(axes, 3)

    def _mark(self, axes: Axes, events: Sequence[Event], numbers: bool) -> None:
        timeline = Timeline(events, TRIAL, sorted({event.condition for event in events}))
        timeline.draw(axes, numbers=numbers)
        if numbers:
            timeline.legend(self.figure)

    def show(self, frame: Frame) -> None:
        """Draw a frame; it is one of those given."""
        self._show_astrocytes(frame)
        self._show_neurons(frame)
        self._show_eligible(frame)
        seen = int(np.searchsorted(self.trials, frame.trial, side="right"))
        self.curve.set_data(self.trials[:seen], self.accuracy[:seen])
        self.point.set_data([frame.trial], [frame.accuracy])
        seen = int(np.searchsorted(self.acts[:, 0], frame.trial, side="right"))
        self.activity.set_offsets(self.acts[:seen])
        self.activity.set_facecolor(self.act_colours[:seen])
        words = f"trial {frame.trial:,}, pattern {frame.pattern + 1}: {_decision(frame)[0]}"
        self.clock.set_text(f"{self.title}\n{words}")

    def _show_astrocytes(self, frame: Frame) -> None:
        """Territories by value, the active ones ringed and stronger, the silent ones empty."""
        active = np.isin(np.arange(len(frame.threshold)), frame.active)
        silent = frame.silent["astrocytes"]
        faces = mpl.colormaps[SEQUENTIAL](self.scale(self._values(frame)))
        faces[:, 3] = SHADE
        faces[silent] = to_rgba(PAPER)
        self.territories.set_facecolor([tuple(face) for face in faces])
        self.territories.set_edgecolor([_decision(frame)[1] if on else MUTED for on in active])
        self.territories.set_linewidth([2.4 if on else 0.6 for on in active])
        self.territories.set_linestyle(["dotted" if off else "solid" for off in silent])
        self.bodies.set_facecolor([PAPER if off else "black" for off in silent])
        self.bodies.set_edgecolor("black")
        self.bodies.set_linewidth([0.8 if off else 0.0 for off in silent])

    def _show_neurons(self, frame: Frame) -> None:
        """Neurons that fire in full colour with a dark rim, others pale; silenced ones hollow and crossed."""
        for (numbers, marks), name in zip(self.neurons, NEURON_KINDS, strict=True):
            full, paper = np.array(to_rgba(FILLS[name])), np.array(to_rgba(PAPER))
            fired, silent = frame.fired[numbers], frame.silent["neurons"][numbers]
            faces = np.where(fired[:, None], full, RESTING * full + (1 - RESTING) * paper)
            edges = np.where(fired[:, None], to_rgba("black"), paper)
            faces[silent], edges[silent] = paper, full
            marks.set_facecolor([tuple(face) for face in faces])
            marks.set_edgecolor([tuple(edge) for edge in edges])
        places = [
            self.engine.network.position[frame.silent["neurons"]],
            self.engine.territories.position[frame.silent["astrocytes"]],
        ]
        self.crosses.set_offsets(np.concatenate(places))

    def _show_eligible(self, frame: Frame) -> None:
        """Synapses that the trial could change; around the cursor its circle."""
        net = self.engine.network
        chosen = frame.eligible[:: -(-len(frame.eligible) // DRAWN_LINES) or 1]
        self.eligible.set_segments(
            list(np.stack([net.position[net.pre[chosen]], net.position[net.post[chosen]]], axis=1))
        )
        if self.engine.resolved_scenario.learner == "cursor":
            self.cursor.set(center=tuple(frame.cursor), edgecolor=_decision(frame)[1], visible=True)


def _decision(frame: Frame) -> tuple[str, str]:
    """What was decided, and its colour."""
    return DECISIONS.get(frame.decision, ("reverted", REVERTED_COLOUR))


def events_of(replay: Replay) -> list[Event]:
    """Return the interventions on a replicate so far."""
    scenario, seed = replay.engine.resolved_scenario, replay.seed
    items, length = scenario.interventions, scenario.schedule.trials_per_episode
    return [
        Event("", seed, trial, number, items[number].action, items[number].name, length, 1)
        for trial, number in replay.engine.interventions.plan.log
    ]


@styled
def animate_replicate(
    replay: Replay, frames: Sequence[Frame], path: Path, fps: float = 12.0, colour: str = "threshold", title: str = ""
) -> Path:
    """Write frames of a replicate as a GIF or an MP4; returns the path.

    Parameters
    ----------
    replay : Replay
        It has shown the frames.
    frames : sequence of Frame
        In order.
    path : Path
        Ends in .gif or .mp4.
    fps : float
        Pictures per second.
    colour : str
        Of `COLOURED`.
    title : str

    Raises
    ------
    AstrosimError
        See `astrosim.plot.movie.check_ending`.
    """
    scene = ReplicateScene(replay, frames, events_of(replay), colour, title)
    return write_movie(scene.figure, scene.show, frames, path, fps)
