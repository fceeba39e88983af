"""Cells: the independent pieces of a run, a condition with a seed each. How they are told to stop, and committed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.store.cells import CellWriter
from astrosim.store.files import storage_errors

LOGGER = logging.getLogger("astrosim.runs")
CHECKPOINT_SECONDS = 5.0  # assumed: what a crash may cost
STRETCH_SECONDS = 0.2  # assumed: how long Ctrl-C may wait for the loop


@dataclass(frozen=True)
class Cell:
    """What is to be computed, and its place in the store.

    Attributes
    ----------
    condition : str
    seed : int
    row, column : int
        Place along (condition, seed).
    """

    condition: str
    seed: int
    row: int
    column: int


@dataclass
class Control:
    """How a block of cells talks to those who wait for it; nothing here changes what it computes.

    Attributes
    ----------
    stopped : callable
        Says between stretches whether to write checkpoints and stop.
    report : callable
        Takes the units of work done so far (trials, updates), summed over the cells of the block.
    warn : callable
        Takes a text that the user should see.
    checkpoint_seconds, stretch_seconds : float
        Longest time between checkpoints, and about the time between looks at `stopped`.
    data : Path or None
        Where data sets lie, if the user said so.
    """

    stopped: Callable[[], bool] = lambda: False
    report: Callable[[int], None] = lambda units: None
    warn: Callable[[str], None] = LOGGER.warning
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    stretch_seconds: float = STRETCH_SECONDS
    data: Path | None = None


class Stopped(Exception):  # noqa: N818 (it is no error: it was asked for)
    """The cells in work have written checkpoints and stopped."""


def make_cells(conditions: Sequence[str], seeds: Sequence[int]) -> list[Cell]:
    """All cells, conditions first."""
    return [Cell(c, s, row, column) for row, c in enumerate(conditions) for column, s in enumerate(seeds)]


def write_cell(
    directory: Path,
    cell: Cell,
    values: Mapping[str, np.ndarray],
    summary: Mapping[str, Any],
    labels: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, Any]:
    """Write all variables of a cell and commit it.

    Parameters
    ----------
    directory : Path
        Run directory, its arrays created.
    cell : Cell
    values : mapping of str to ndarray
        By variable, dimensions as in `astrosim.store.variables` without (condition, seed); shorter ones are padded with
        fill values, those that the store has no array for are left out.
    summary : mapping
        The cell's row of summary.csv.
    labels : mapping of str to sequence of int, optional
        By variable, the labels of its first dimension that this cell has, where others have others.

    Returns
    -------
    dict
        The row as it was committed.

    Raises
    ------
    StoreError
        If the directory cannot be written.
    """
    with storage_errors(directory):
        writer = CellWriter(directory, cell.row, cell.column)
        for name, array in values.items():
            if labels and name in labels:
                writer.write_at(name, labels[name], array)
            else:
                writer.write(name, array)
        return writer.commit(cell.condition, cell.seed, summary)
