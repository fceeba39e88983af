"""Leak: calcium that reaches cells beside the one it was meant for. Lengths in cells; weights dimensionless.

Peterson's rho_x, a local convolution of a layer's values (equations 4 to 6, figure 1d). `normalised`: a truncated
Gaussian whose weights sum to 1. `attenuated`: the program's three taps, (g0 g1, g0^2, g0 g1) with g0 = 1 / (1 + 2a),
g1 = a g0 and a = exp(-1 / (2 sigma^2)), whose sum is g0 (spec, section 3).
"""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.systems.waves.mesh.steps import Grid

Axis = tuple[list[np.ndarray], list[np.ndarray]]
"""Cells heard along one axis by each cell, ascending, and their weights."""


def leak_table(
    grid: Grid, sigma: float, reach: int, border: str = "zero", kernel: str = "normalised"
) -> tuple[list[np.ndarray], np.ndarray]:
    """Tabulate the cells of its own layer that a cell hears, and how strongly.

    Parameters
    ----------
    grid : Grid
        Rows and columns of the layer; on a line the leak runs along it, else along both axes.
    sigma : float
        Width of the Gaussian, cells, above 0.
    reach : int
        Cells on each side.
    border : {"zero", "reflect", "ring"}
        What lies beyond the ends: nothing, the layer's mirror image, or its other end.
    kernel : {"normalised", "attenuated"}
        The attenuated one reaches 1 cell, along a line, and ends in zeros.

    Returns
    -------
    heard : list of ndarray of int, one per cell
        Cells heard, ascending.
    weights : ndarray of float32, shape (all taps in order,)

    Raises
    ------
    AstrosimError
        If there is no such kernel.
    """
    if kernel == "attenuated":
        across, along = _alone(grid[0]), _axis(grid[1], attenuated_kernel(sigma), "zero")
    elif kernel == "normalised":
        across = _alone(1) if grid[0] == 1 else _axis(grid[0], normalised_kernel(sigma, reach), border)
        along = _axis(grid[1], normalised_kernel(sigma, reach), border)
    else:
        raise AstrosimError(f"leak.kernel: no such kernel ({kernel!r}).")
    heard, weights = [], []
    for row, row_weight in zip(*across, strict=True):
        for column, column_weight in zip(*along, strict=True):
            heard.append((row[:, None] * grid[1] + column[None, :]).ravel())
            weights.append((row_weight[:, None] * column_weight[None, :]).ravel())
    return heard, np.concatenate(weights).astype(np.float32)


def normalised_kernel(sigma: float, reach: int) -> np.ndarray:
    """Return exp(-d^2 / (2 sigma^2)) for d = -reach .. reach, divided by its sum: float64, shape (2 reach + 1,)."""
    distance = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    return weights / weights.sum()


def attenuated_kernel(sigma: float) -> np.ndarray:
    """Return the program's three taps: float64, shape (3,)."""
    a = math.exp(-0.5 / sigma**2)
    g0 = 1 / (1 + 2 * a)
    return np.array([g0 * a * g0, g0 * g0, g0 * a * g0])


def _alone(cells: int) -> Axis:
    return [np.array([j]) for j in range(cells)], [np.ones(1)] * cells


def _axis(cells: int, kernel: np.ndarray, border: str) -> Axis:
    """One axis: what falls on the same cell by way of the border adds up."""
    reach = len(kernel) // 2
    heard, weights = [], []
    for j in range(cells):
        total: dict[int, float] = {}
        for d, weight in zip(range(-reach, reach + 1), kernel, strict=True):
            place = _place(j + d, cells, border)
            if place is not None:
                total[place] = total.get(place, 0.0) + weight
        heard.append(np.array(sorted(total)))
        weights.append(np.array([total[place] for place in sorted(total)]))
    return heard, weights


def _place(place: int, cells: int, border: str) -> int | None:
    """Where a place along an axis lies within it; None for nowhere. A mirror stands behind the last cell."""
    if 0 <= place < cells:
        return place
    if border == "ring":
        return place % cells
    if border == "reflect":
        place %= 2 * cells
        return place if place < cells else 2 * cells - 1 - place
    if border == "zero":
        return None
    raise AstrosimError(f"leak.border: no such border ({border!r}).")
