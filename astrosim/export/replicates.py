"""The committed replicates of a dataset, and their values in pieces that fit the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray

from astrosim.store.layout import TRIAL_CHUNK, chunk_length, streamed
from astrosim.store.variables import Variable

REPLICATE = ("condition", "seed")


def committed(dataset: xarray.Dataset) -> Iterator[tuple[int, int]]:
    """Return places along (condition, seed) of the committed replicates, in order."""
    rows, columns = np.nonzero(dataset["committed"].values)
    yield from zip(rows.tolist(), columns.tolist(), strict=True)


def present(dataset: xarray.Dataset, variables: Sequence[Variable]) -> list[Variable]:
    """Return those of a system's variables of which the dataset holds any value."""

    def holds(variable: Variable) -> bool:
        if variable.name not in dataset:
            return False
        array = dataset[variable.name]
        return array.dims == (*REPLICATE, *variable.dims) and 0 not in array.shape

    return [variable for variable in variables if holds(variable)]


def pieces(length: int, dimension: str, others: Sequence[int] = ()) -> Iterator[slice]:
    """Return stretches of a variable's first own dimension: those of its chunks, else all of it.

    Parameters
    ----------
    length : int
    dimension : str
    others : sequence of int
        Lengths of its further dimensions.
    """
    size = chunk_length(dimension, TRIAL_CHUNK, tuple(others)) if streamed(dimension) else max(length, 1)
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))


class Replicates:
    """Values of single replicates; those of neighbouring seeds that share chunks are read together, once.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a run, its values not loaded.
    """

    def __init__(self, dataset: xarray.Dataset) -> None:
        self.dataset = dataset
        self._held: dict[str, tuple[tuple[int, int, int | None], np.ndarray]] = {}

    def values(self, name: str, row: int, column: int, piece: slice | None = None) -> np.ndarray:
        """Return a variable of the replicate at a place along (condition, seed), without these dimensions.

        Parameters
        ----------
        name : str
        row, column : int
        piece : slice, optional
            Of its first own dimension, one of `pieces`.

        Returns
        -------
        ndarray
            Of the variable's shape without (condition, seed), or that of the piece.
        """
        array = self.dataset[name]
        seeds = array.encoding.get("chunks", (1, 1))[1]
        first = column - column % seeds
        key = row, first, None if piece is None else piece.start
        if name not in self._held or self._held[name][0] != key:
            own = () if piece is None else (piece,)
            self._held[name] = key, array[(row, slice(first, first + seeds), *own)].values
        return self._held[name][1][column - first]
