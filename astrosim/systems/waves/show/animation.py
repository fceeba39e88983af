"""A wave on its way through the mesh, drawn from a model's event log: calcium as colour, time in ms, lengths in cells.

Cells that the wave has not reached are blank. Between two layers the signals w x travel along the taps, as far as time
has carried them; their colours are those of calcium.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from astrosim.core.errors import AstrosimError
from astrosim.plot.movie import check_ending, write_movie
from astrosim.plot.style import DIVERGING, MUTED, PALETTE, PAPER, new_figure, styled
from astrosim.report.animation import FRAMES, Look, TrialRange
from astrosim.systems.waves.agents import WaveAstrocyte, WaveModel
from astrosim.systems.waves.figures.fronts import first_inputs
from astrosim.systems.waves.mesh.graph import SLANT, positions
from astrosim.systems.waves.show.summary import WaveSummary
from astrosim.systems.waves.stored import stored_network

BLANK = "#E6E6E6"  # cells that the wave has not reached
LINE_TILE = 0.4  # width of a cell of a line, of the distance between layers; assumed
FEW_CELLS = 1_000  # up to here cells have rims; assumed
MOST_TAPS = 6_000  # taps of a step that are drawn; assumed: more hide the cells
EVERY = 3  # outputs of a grid, of which one is numbered
STRONGEST = 98  # percentile of |calcium| behind the inputs and before the outputs at which the colours end
FRAMES_PER_STEP = 6  # assumed: smooth to the eye
FRAMES_PER_SECOND = 12
HOLD_STEPS = 2  # steps that the last picture stays
HEIGHTS = (2.6, 5.0)  # inches; lowest, and that of lines; highest
ROOM = 1.1  # inches, of title and times
AXES_WIDTH = 6.2  # inches
TAIL = 0.4  # of a step; length of a signal under way


class Scene:
    """Picture of one wave, redrawn for any time.

    Parameters
    ----------
    model : WaveModel
        A wave has been presented, and has travelled as far as is to be seen.
    title : str

    Raises
    ------
    AstrosimError
        If no wave has set out.
    """

    def __init__(self, model: WaveModel, title: str = "") -> None:
        if not model.log:
            raise AstrosimError("no wave has set out. Present an input and run the model, then draw it.")
        self.model = model
        self.times = np.full(len(model.astrocytes), np.inf)
        self.calcium = np.zeros(len(model.astrocytes))
        for event in model.log:
            self.times[event.cell], self.calcium[event.cell] = event.time - model.presented, event.calcium
        self.last = float(self.times[np.isfinite(self.times)].max())
        chain = model.network.scenario.chain()
        self.grid = any(rows > 1 for rows, _ in chain.grids)
        self.places = np.concatenate(positions(chain))
        self.scale = Normalize(-self._limit(), self._limit())
        self.figure = new_figure(self._height())
        self._draw(self.figure.subplots(), title)

    def _limit(self) -> float:
        """|calcium| at which the colours end; outputs, which no sigma bounds, may lie beyond."""
        first, last = len(self.model.layers[0]), len(self.model.astrocytes) - len(self.model.layers[-1])
        inner = self.calcium[first:last] if last > first else self.calcium
        inner = inner[np.isfinite(self.times[first:last])] if last > first else inner
        return float(np.percentile(np.abs(inner), STRONGEST)) if inner.any() else 1.0

    def _height(self) -> float:
        """Inches that keep a grid's shape."""
        wide, high = np.ptp(self._tiles().reshape(-1, 2), axis=0)
        return float(np.clip(ROOM + AXES_WIDTH * high / wide, *HEIGHTS)) if self.grid else HEIGHTS[0]

    def _draw(self, axes: Axes, title: str) -> None:
        rims = 0.4 if len(self.places) <= FEW_CELLS else 0.0
        self.cells = PolyCollection(list(self._tiles()), edgecolors=PAPER, linewidths=rims, zorder=2)
        self.answer = PolyCollection([], facecolors="none", edgecolors=PALETTE[2], linewidths=1.8, zorder=4)
        self.taps = LineCollection([], cmap=DIVERGING, norm=self.scale, linewidths=0.6, zorder=3)
        for collection in (self.cells, self.answer, self.taps):
            axes.add_collection(collection, autolim=collection is self.cells)
        self._label_layers(axes)
        axes.set_title(title)
        self.clock = axes.text(1.0, 1.03, "", transform=axes.transAxes, ha="right", va="bottom", size=9)
        colours = mpl.cm.ScalarMappable(self.scale, DIVERGING)
        self.figure.colorbar(colours, ax=axes, label="calcium", shrink=0.75, pad=0.01, extend="both")
        axes.set_aspect("equal" if self.grid else "auto", adjustable="datalim")
        axes.set_axis_off()
        axes.margins(x=0.02, y=0.08)
        axes.autoscale_view()

    def _tiles(self) -> np.ndarray:
        """Corners of the cells: float64, shape (cell, corner, 2)."""
        across = np.array(SLANT if self.grid else (LINE_TILE, 0.0)) / 2
        down = np.array((0.0, 0.5))
        corners = np.array([-across - down, across - down, across + down, -across + down])
        return self.places[:, None] + corners

    def _label_layers(self, axes: Axes) -> None:
        """When the wave comes to each layer, below it; numbers of the outputs beside them."""
        low = self.places[:, 1].min()
        for number, layer in enumerate(self.model.layers):
            x = np.mean([self.places[a.index, 0] for a in layer])
            text = f"{number * self.model.step_ms:g}" + (" ms" if number == 0 else "")
            axes.annotate(
                text, (x, low), (0, -10), textcoords="offset points", ha="center", va="top", color=MUTED, size=7
            )
        outputs = self.model.layers[-1]
        every = EVERY if self.grid and len(outputs) > EVERY else 1  # a grid recedes, so that numbers would overlap
        for number, astrocyte in list(enumerate(outputs))[::every]:
            corners = self._tiles()[astrocyte.index]
            edge = corners[:2] if self.grid else corners[1:3]  # below, or to the right
            shift, side = ((1, -2), "top") if self.grid else ((5, 0), "center")
            axes.annotate(
                str(number), edge.mean(axis=0), shift, textcoords="offset points", va=side, color=MUTED, size=6.5
            )

    def show(self, time: float) -> None:
        """Draw the wave at a time (steps, since it set out)."""
        reached = self.times <= time
        colours = np.tile(mpl.colors.to_rgba(BLANK), (len(self.times), 1))
        colours[reached] = mpl.colormaps[DIVERGING](self.scale(self.calcium[reached]))
        self.cells.set_facecolor([tuple(colour) for colour in colours])
        self._show_signals(time)
        outputs = [astrocyte.index for astrocyte in self.model.layers[-1]]
        done = len(outputs) > 1 and reached[outputs].all()
        best = outputs[int(np.argmax(self.calcium[outputs]))]
        self.answer.set_verts([self._tiles()[best]] if done else [])
        answer = f", answer {best - outputs[0]}" if done else ""
        self.clock.set_text(f"{min(time, self.last) * self.model.step_ms:.0f} ms{answer}")

    def _show_signals(self, time: float) -> None:
        """The signals under way, as far as they have come."""
        step, share = divmod(time, 1.0)
        under_way = [a for a in self.model.astrocytes if a.heard and self.times[a.index] == step + 1]
        taps = sum(len(a.heard) for a in under_way)
        lines, signals = [], []
        if share > 0 and 0 < taps <= MOST_TAPS:
            for astrocyte in under_way:
                starts = self.places[[other.index for other in astrocyte.heard]]
                way = self.places[astrocyte.index] - starts
                lines += list(np.stack([starts + max(share - TAIL, 0.0) * way, starts + share * way], axis=1))
                signals += list(self._signals(astrocyte))
        self.taps.set_segments(lines)
        self.taps.set_array(np.array(signals))

    def _signals(self, astrocyte: WaveAstrocyte) -> np.ndarray:
        """What arrives at a cell over each of its taps, w x."""
        heard = [other.index for other in astrocyte.heard]
        return self.model.scratch.effective[astrocyte.span] * self.calcium[heard]


@styled
def draw_wave(model: WaveModel, time: float, title: str = "") -> Figure:
    """Draw a wave as a figure, at a time.

    Parameters
    ----------
    model : WaveModel
        It has passed a wave on.
    time : float
        Steps since the wave set out; between whole numbers signals are under way.
    title : str

    Raises
    ------
    AstrosimError
        If no wave has set out.
    """
    scene = Scene(model, title)
    scene.show(time)
    return scene.figure


@styled
def animate_wave(
    model: WaveModel,
    file: str | Path,
    title: str = "",
    frames_per_step: int = FRAMES_PER_STEP,
    frames_per_second: float = FRAMES_PER_SECOND,
) -> Path:
    """Write a wave as an animated GIF or MP4; returns its path.

    Parameters
    ----------
    model : WaveModel
        It has passed a wave on.
    file : str or Path
        Ends in .gif or .mp4.
    title : str
    frames_per_step : int
        Pictures per step of the wave, at least 1.
    frames_per_second : float
        1/s.

    Raises
    ------
    AstrosimError
        If no wave has set out, or the file cannot be written (`astrosim.plot.movie.check_ending`).
    """
    scene = Scene(model, title)
    moving = np.arange(int(scene.last) * frames_per_step + 1) / frames_per_step
    times = [*moving, *[scene.last] * (HOLD_STEPS * frames_per_step)]
    return write_movie(scene.figure, scene.show, times, Path(file), frames_per_second)


def animate_run(
    directory: Path,
    replicate: tuple[str, int],
    file: Path,
    frames: int,
    frames_per_second: float,
    data: Path | None = None,
) -> Path:
    """Write the wave of the first test input through a network that a run has trained; returns the path.

    Parameters
    ----------
    directory : Path
        Run directory.
    replicate : (str, int)
        Condition and seed.
    file : Path
        Ends in .gif or .mp4.
    frames : int
        Pictures, about.
    frames_per_second : float
        1/s.
    data : Path, optional
        Where MNIST and Fashion-MNIST lie.

    Raises
    ------
    AstrosimError
        If weights were not kept, the front is an autoencoder, or the file cannot be written.
    """
    check_ending(file)
    model = WaveModel(stored_network(directory, *replicate))
    features, labels = first_inputs(model.network.scenario, replicate[1], data)
    model.respond(features[0])
    per_step = max(1, round(frames / (model.steps_of_wave + HOLD_STEPS)))
    return animate_wave(model, file, f"{replicate[0]}, seed {replicate[1]}: {labels[0]}", per_step, frames_per_second)


def animation(found: WaveSummary, rows: list[dict[str, Any]], path: Path, chosen: TrialRange, look: Look) -> None:
    """Write the passage of a wave through the first network that passes waves; see `astrosim.report.animation`.

    Raises
    ------
    AstrosimError
        If trials are chosen, or no chosen replicate passes waves.
    """
    for name, value in (("--from", chosen.first), ("--to", chosen.last), ("--every", chosen.every)):
        if value is not None:
            raise AstrosimError(f"{name}: a wave has no trials ({value}). Leave it out; --frames goes with waves.")
    waves = [(row["condition"], row["seed"]) for row in rows if row["model"] == "wave"]
    if not waves:
        raise AstrosimError(
            f'--condition: neurons pass no wave ({rows[0]["condition"]}). Choose a condition whose model is "wave".'
        )
    animate_run(found.directory, waves[0], path, chosen.frames or FRAMES, look.fps, look.data)
