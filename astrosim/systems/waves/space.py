"""Where the layers of a mesh lie on a 2-D Mesa grid (cells)."""

from __future__ import annotations

from typing import NamedTuple

from astrosim.systems.waves.mesh.steps import Grid

GAP = 1  # cells between layers that are grids; assumed: so that they can be told apart


class Space(NamedTuple):
    """Where layers lie on a Mesa grid, side by side: a line stands upright, rows of a grid run from top to bottom.

    Attributes
    ----------
    upright : bool
        Whether layers are lines.
    shape : (int, int)
        Extent along x and y, cells.
    corners : list of (int, int)
        Lowest x and y of each layer.
    """

    upright: bool
    shape: Grid
    corners: list[Grid]

    def at(self, layer: int, grid: Grid, place: Grid) -> Grid:
        """Return coordinates (x, y) of a cell at (row, column) of its layer."""
        row, column = place[::-1] if self.upright else place
        rows = grid[1] if self.upright else grid[0]
        x, y = self.corners[layer]
        return x + column, y + rows - 1 - row


def make_space(grids: tuple[Grid, ...]) -> Space:
    """Lay out layers of given shapes (rows, columns)."""
    upright = all(rows == 1 for rows, _ in grids)
    sizes = [(1, columns) if upright else (columns, rows) for rows, columns in grids]
    gap, height = 0 if upright else GAP, max(high for _, high in sizes)
    corners, x = [], 0
    for wide, high in sizes:
        corners.append((x, (height - high) // 2))
        x += wide + gap
    return Space(upright, (x - gap, height), corners)
