"""A calcium wave's mesh: cells layer by layer, and who hears whom (places in cells)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from astrosim.plot.legends import legend_above
from astrosim.plot.style import DIVERGING, MUTED, PALETTE, PAPER, columns_at, new_figure, styled
from astrosim.systems.waves.mesh.chain import Chain
from astrosim.systems.waves.mesh.graph import SLANT, positions

NAMES = {
    "d": "slide",
    "s": "spread",
    "g": "gather",
    "G": "gather rows, slide columns",
    "C": "gather columns, slide rows",
    "h": "slide along columns",
    "w": "slide along rows",
    "T": "spread rows",
    "U": "spread columns",
    "P": "gather rows",
    "Q": "gather columns",
}
KINDS = {"slide": PALETTE[0], "spread": PALETTE[2], "gather": PALETTE[5]}
"""Colour of a step by what it does to the width."""
QUIET = "#C4C4C4"  # cells and taps outside a traced field
HEIGHTS = (1.6, 5.2)  # inches; lowest and highest figure
LINE_PITCH = 0.16  # inches from cell to cell of a line, room permitting
NAMED_STEPS = 26  # letters and widths that fit in a row
SHADES = (0.35, 1.0)  # of the map Greys: the cell with fewest and with most ways to the traced output
STRONGEST = 98  # percentile of |weight| at which the colours end, so that one outlier does not bleach the rest


@styled
def mesh_map(
    chain: Chain, weights: Sequence[np.ndarray] | None = None, trace: int | None = None, title: str = ""
) -> Figure:
    """Draw cells as points, taps as lines; a line's layers stand upright side by side, grids lie in oblique view.

    All taps of a grid together would hide each other. There one cell per layer shows its taps, and an output is always
    traced: the darker a cell, the more ways lead from it to that output.

    Parameters
    ----------
    chain : Chain
    weights : sequence of ndarray of float, shape (output cell, input cell), optional
        One matrix per step (`mesh.graph.weight_matrices`); they colour the taps instead of the kind of step.
    trace : int, optional
        An output cell: only what it hears, step by step back to the inputs, stands out. On grids the middle one if
        left out, on lines none.
    title : str
        Condition and seed.

    Raises
    ------
    ValueError
        If there is no such output cell.
    """
    grid = any(rows > 1 for rows, _ in chain.grids)
    trace = _middle(chain) if trace is None and grid else trace
    share = ways(chain, trace)
    places = positions(chain)
    figure = new_figure(_height(places, grid))
    axes = figure.subplots()
    taps = _fan(chain, trace) if grid else [values > 0 for values in share]
    if weights is None:
        _lines(axes, chain, places, taps, quiet=not grid)
    else:
        _weighted_lines(figure, axes, chain, places, taps, weights)
    if grid:
        _planes(axes, chain, places)
        axes.set_aspect("equal", adjustable="datalim")
    _cells(axes, places, share)
    _labels(axes, chain, places)
    _legend(figure, chain)
    axes.set_axis_off()
    axes.set_title(title, pad=14)
    axes.margins(x=0.03, y=0.05)
    return figure


def ways(chain: Chain, trace: int | None) -> list[np.ndarray]:
    """Share of the ways to an output cell that lead through each cell, over the most that one of its layer has.

    Parameters
    ----------
    chain : Chain
    trace : int or None
        Output cell; without one, every cell has 1.

    Returns
    -------
    list of ndarray of float64, shape (cell,)
        One per layer, inputs first: 0 where the output does not hear the cell, 1 at most.

    Raises
    ------
    ValueError
        If there is no such output cell.
    """
    if trace is None:
        return [np.ones(width) for width in chain.widths]
    if not 0 <= trace < chain.widths[-1]:
        raise ValueError(f"there is no output cell {trace}. Give one from 0 to {chain.widths[-1] - 1}.")
    share = [(np.arange(chain.widths[-1]) == trace).astype(float)]
    for step in reversed(chain.steps):
        before = share[0] @ step.mask
        share.insert(0, before / before.max())
    return share


def _middle(chain: Chain) -> int:
    """The output cell in the middle of the last layer."""
    rows, columns = chain.grids[-1]
    return (rows // 2) * columns + columns // 2


def _fan(chain: Chain, trace: int | None) -> list[np.ndarray]:
    """One cell per layer, each the middle of those that the next one hears: bool, shape (cell,) each."""
    cell = int(trace or 0)
    chosen = [np.arange(chain.widths[-1]) == cell]
    for step in reversed(chain.steps):
        heard = step.taps[cell][step.live[cell]]
        cell = int(heard[len(heard) // 2])
        chosen.insert(0, np.arange(step.mask.shape[1]) == cell)
    return chosen


def _height(places: list[np.ndarray], grid: bool) -> float:
    """Inches that keep a grid's shape, and give a line's cells room."""
    every = np.concatenate(places)
    wide, high = np.ptp(every, axis=0)
    inches = 1.0 + (7.1 * (high + 1) / (wide + 1) if grid else LINE_PITCH * high)
    return float(np.clip(inches, *HEIGHTS))


def _ends(chain: Chain, places: list[np.ndarray], number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Taps of one step: output cells, input cells, and their places, shape (tap, 2, 2)."""
    step = chain.steps[number]
    cells, _ = np.nonzero(step.live)
    heard = step.taps[step.live]
    return cells, heard, np.stack([places[number][heard], places[number + 1][cells]], axis=1)


def _lines(axes: Axes, chain: Chain, places: list[np.ndarray], taps: list[np.ndarray], quiet: bool) -> None:
    """Taps of the chosen cells in the colour of the step's kind; the others in grey below, where they are shown."""
    for number, step in enumerate(chain.steps):
        cells, _, ends = _ends(chain, places, number)
        inside = taps[number + 1][cells]
        if quiet and not inside.all():
            axes.add_collection(LineCollection(list(ends[~inside]), colors=QUIET, linewidths=0.3, zorder=1))
        lines = LineCollection(list(ends[inside]), colors=_colour(step.letter), linewidths=0.7, zorder=3)
        axes.add_collection(lines)


def _weighted_lines(
    figure: Figure,
    axes: Axes,
    chain: Chain,
    places: list[np.ndarray],
    taps: list[np.ndarray],
    weights: Sequence[np.ndarray],
) -> None:
    """Taps of the chosen cells coloured by weight, the strongest on top."""
    ends, values = [], []
    for number, matrix in enumerate(weights):
        cells, heard, lines = _ends(chain, places, number)
        inside = taps[number + 1][cells]
        ends.append(lines[inside])
        values.append(np.asarray(matrix)[cells, heard][inside])
    weight = np.concatenate(values)
    order = np.argsort(np.abs(weight), kind="stable")
    limit = float(np.percentile(np.abs(weight), STRONGEST)) or 1.0
    scale = Normalize(-limit, limit)
    drawn = LineCollection(list(np.concatenate(ends)[order]), cmap=DIVERGING, norm=scale, linewidths=1.1, zorder=3)
    drawn.set_array(weight[order])
    axes.add_collection(drawn)
    figure.colorbar(drawn, ax=axes, label="weight", shrink=0.7, pad=0.01, extend="both")


def _planes(axes: Axes, chain: Chain, places: list[np.ndarray]) -> None:
    """The outline of every layer of a grid."""
    for (rows, columns), layer in zip(chain.grids, places, strict=True):
        across, down = np.array(SLANT) * columns / 2, np.array([0.0, -1.0]) * rows / 2
        corners = np.array([-across - down, across - down, across + down, -across + down])
        outline = Polygon(corners + layer.mean(axis=0), facecolor=PAPER, edgecolor=MUTED, linewidth=0.5, alpha=0.75)
        outline.set_zorder(2)
        axes.add_patch(outline)


def _cells(axes: Axes, places: list[np.ndarray], share: list[np.ndarray]) -> None:
    every, strength = np.concatenate(places), np.concatenate(share)
    size = float(np.clip(2600 / len(every), 2.5, 22))
    heard = strength > 0
    shades = mpl.colormaps["Greys"](SHADES[0] + (SHADES[1] - SHADES[0]) * strength[heard])
    shades[strength[heard] == 1] = (0, 0, 0, 1)
    rim = 0.4 if size > 5 else 0.0
    axes.scatter(
        every[~heard, 0], every[~heard, 1], s=0.6 * size, color=QUIET, zorder=4, edgecolor=PAPER, linewidth=rim
    )
    axes.scatter(every[heard, 0], every[heard, 1], s=size, color=shades, zorder=5, edgecolor=PAPER, linewidth=rim)


def _labels(axes: Axes, chain: Chain, places: list[np.ndarray]) -> None:
    """Widths below the layers; letters of the steps above, between them."""
    every = np.concatenate(places)
    low, high = every[:, 1].min(), every[:, 1].max()
    few = len(chain.steps) <= columns_at(NAMED_STEPS) // (3 if any(rows > 1 for rows, _ in chain.grids) else 1)
    for grid, layer in zip(chain.grids, places, strict=True):
        if few or layer is places[0] or layer is places[-1]:
            text = str(grid[1]) if grid[0] == 1 else f"{grid[0]}×{grid[1]}"  # noqa: RUF001
            _beside(axes, text, (layer[:, 0].mean(), low), -9, MUTED)
    for step, before, after in zip(chain.steps, places[:-1], places[1:], strict=True):
        if few:
            middle = (before[:, 0].mean() + after[:, 0].mean()) / 2
            _beside(axes, step.letter, (middle, high), 9, _colour(step.letter))


def _beside(axes: Axes, text: str, place: tuple[float, float], points: float, colour: str) -> None:
    """Text above or below a place, by points."""
    vertical = "bottom" if points > 0 else "top"
    axes.annotate(
        text, place, xytext=(0, points), textcoords="offset points", ha="center", va=vertical, color=colour, size=7
    )


def _legend(figure: Figure, chain: Chain) -> None:
    """The letters' meanings."""
    letters = sorted({step.letter for step in chain.steps}, key=list(NAMES).index)
    handles = [Line2D([], [], color=_colour(letter), label=f"{letter}   {NAMES[letter]}") for letter in letters]
    legend_above(figure, handles, [str(handle.get_label()) for handle in handles], 4)


def _colour(letter: str) -> str:
    return KINDS[NAMES[letter].split()[0]]
