"""What hears what: the reach of a whole chain, and whether a layer's matrix keeps to the steps of a wave (cells).

Peterson, "What can astrocytes compute?", Methods: a cell hears none but its k nearest neighbours upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astrosim.systems.waves.mesh.chain import Chain
from astrosim.systems.waves.mesh.steps import Step


@dataclass(frozen=True)
class Locality:
    """Whether a matrix is local, and if not, its first entry (row by row) that is out of reach.

    Attributes
    ----------
    local : bool
    row, column : int or None
        Output and input cell of that entry.
    value : float or None
        The text at that place.
    count : int
        Entries out of reach.
    """

    local: bool
    row: int | None = None
    column: int | None = None
    value: float | None = None
    count: int = 0

    def __bool__(self) -> bool:
        return self.local

    def __str__(self) -> str:
        if self.local:
            return "every entry is within reach"
        more = f" ({self.count} such entries)" if self.count > 1 else ""
        return f"output cell {self.row} hears input cell {self.column}, out of its reach, with {self.value:g}{more}"


def reachability(chain: Chain) -> np.ndarray:
    """Return which inputs of a chain can matter to which outputs: the boolean product of all steps' taps.

    Parameters
    ----------
    chain : Chain

    Returns
    -------
    ndarray of bool, shape (output cell, input cell)
    """
    reached = np.eye(chain.widths[0], dtype=bool)
    for step in chain.steps:
        reached = _heard_through(step, reached)
    return reached


def unheard_inputs(chain: Chain) -> np.ndarray:
    """Return input cells that no output depends on: int64, shape (input cell,), ascending."""
    return np.flatnonzero(~reachability(chain).any(axis=0))


def _heard_through(step: Step, reached: np.ndarray) -> np.ndarray:
    """Reach after a step, from the reach before it: bool, shape (cell, input cell of the chain)."""
    heard = np.zeros((len(step.taps), reached.shape[1]), dtype=bool)
    for taps, live in zip(step.taps.T, step.live.T, strict=True):
        heard |= reached[taps] & live[:, None]
    return heard


def locality(matrix: np.ndarray, allowed: Step | np.ndarray | int) -> Locality:
    """Check that a layer's matrix has no entry out of reach. Entries that are not a number count as entries.

    Parameters
    ----------
    matrix : ndarray, shape (output cell, input cell)
    allowed : Step, ndarray of bool of the matrix's shape, or int
        A step's taps; a mask; or the greatest distance \\|output - input\\|, cells.

    Raises
    ------
    ValueError
        If the matrix has another shape than the step or the mask.
    """
    mask = _mask(matrix, allowed)
    if mask.shape != matrix.shape:
        raise ValueError(f"a matrix of shape {matrix.shape} is no layer of {mask.shape[1]} inputs, {len(mask)} outputs")
    far = np.argwhere((matrix != 0) & ~mask)
    if not len(far):
        return Locality(True)
    row, column = map(int, far[0])
    return Locality(False, row, column, float(matrix[row, column]), len(far))


def check_local(matrices: Sequence[np.ndarray], chain: Chain) -> None:
    """Check that a network's matrices, one per step, keep to the taps of a chain.

    Parameters
    ----------
    matrices : sequence of ndarray, shape (output cell, input cell)
    chain : Chain

    Raises
    ------
    ValueError
        If there are more or fewer matrices than steps, or one has an entry out of reach; the text names it.
    """
    if len(matrices) != len(chain.steps):
        raise ValueError(f"{len(matrices)} matrices for {len(chain.steps)} steps ({chain.shapes()})")
    for number, (matrix, step) in enumerate(zip(matrices, chain.steps, strict=True)):
        if not (found := locality(matrix, step)):
            raise ValueError(f"step {number} ({step.letter}): {found}")


def _mask(matrix: np.ndarray, allowed: Step | np.ndarray | int) -> np.ndarray:
    if isinstance(allowed, Step):
        return allowed.mask
    if isinstance(allowed, np.ndarray):
        return allowed
    rows, columns = np.indices(matrix.shape)
    return np.abs(rows - columns) <= allowed
