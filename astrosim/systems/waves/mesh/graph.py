"""A chain as a graph: where its cells lie and who hears whom (lengths in cells).

A line lies upright, layer beside layer. A grid lies in oblique view: its columns recede to the upper right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import networkx as nx
import numpy as np

from astrosim.systems.waves.mesh.chain import Chain
from astrosim.systems.waves.mesh.steps import Grid

SLANT = (0.42, 0.34)  # cells to the right and upwards from column to column of a grid; assumed: looks like a plane
GAP = 2.2  # cells between a grid and the next, at least; assumed
GAP_SHARE = 0.2  # the same, of the columns of the widest layer; assumed
LINE_GAP = 1.0  # cells between lines; a drawing scales it


def positions(chain: Chain) -> list[np.ndarray]:
    """Return places of the cells of every layer.

    Parameters
    ----------
    chain : Chain

    Returns
    -------
    list of ndarray of float64, shape (cell, 2)
        x to the right, y upwards, cells; one array per layer, inputs first.
    """
    if all(rows == 1 for rows, _ in chain.grids):
        return [np.column_stack([np.full(n, layer * LINE_GAP), _centred(n)]) for layer, n in enumerate(chain.widths)]
    shapes = [_oblique(grid) for grid in chain.grids]
    gap = max(GAP, GAP_SHARE * max(columns for _, columns in chain.grids))
    widths = [float(np.ptp(shape[:, 0])) + gap for shape in shapes]
    starts = accumulate(widths[:-1], initial=0.0)
    return [shape + np.array([start - shape[:, 0].min(), 0.0]) for shape, start in zip(shapes, starts, strict=True)]


def _centred(cells: int) -> np.ndarray:
    """Heights of a line's cells around 0, the first on top."""
    return (cells - 1) / 2 - np.arange(cells)


def _oblique(grid: Grid) -> np.ndarray:
    """Places of a grid's cells around its middle."""
    rows, columns = grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    across = column - (columns - 1) / 2
    return np.column_stack([SLANT[0] * across, SLANT[1] * across + _centred(rows)[row]])


def weight_matrices(chain: Chain, weights: np.ndarray) -> list[np.ndarray]:
    """Return live weights of a network as one matrix per step.

    Parameters
    ----------
    chain : Chain
    weights : ndarray of float, shape (live weight,)
        Step by step, output cell by output cell, taps ascending.

    Returns
    -------
    list of ndarray of float64, shape (output cell, input cell)

    Raises
    ------
    ValueError
        If there are more or fewer weights than taps.
    """
    if np.shape(weights) != (chain.live_weights,):
        raise ValueError(f"weights of shape {np.shape(weights)} for {chain.live_weights} taps ({chain.shapes()})")
    matrices, start = [], 0
    for step in chain.steps:
        matrix = np.zeros(step.mask.shape)
        cells, _ = np.nonzero(step.live)
        matrix[cells, step.taps[step.live]] = weights[start : start + len(cells)]
        matrices.append(matrix)
        start += len(cells)
    return matrices


def to_networkx(chain: Chain, weights: Sequence[np.ndarray] | None = None) -> nx.DiGraph:
    """Return the mesh as a directed graph, from the cell that is heard to the cell that hears it.

    Nodes are (layer, cell), with `layer`, `cell`, `row`, `column` and `pos` (x, y); edges carry `step` (its number),
    `letter`, and `weight` if there are weights. The graph carries `text`, `reach` and `variant`.

    Parameters
    ----------
    chain : Chain
    weights : sequence of ndarray of float, shape (output cell, input cell), optional
        One matrix per step, e.g. of `weight_matrices`.
    """
    graph = nx.DiGraph(text=chain.text, reach=chain.reach, variant=chain.variant)
    for layer, (grid, places) in enumerate(zip(chain.grids, positions(chain), strict=True)):
        for cell, place in enumerate(places.tolist()):
            row, column = divmod(cell, grid[1])
            graph.add_node((layer, cell), layer=layer, cell=cell, row=row, column=column, pos=tuple(place))
    for number, step in enumerate(chain.steps):
        for cell, slot in np.argwhere(step.live).tolist():
            heard = int(step.taps[cell, slot])
            values = {} if weights is None else {"weight": float(weights[number][cell, heard])}
            graph.add_edge((number, heard), (number + 1, cell), step=number, letter=step.letter, **values)
    return graph
