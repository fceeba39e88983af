"""A variable of a store whose first dimension is several in one, read only where it is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing


class LazyGrid(BackendArray):
    """An array of shape (*grid, ...) on a variable of shape (product of the grid, ...).

    Parameters
    ----------
    variable : xarray.Variable
    grid : tuple of int
        Sizes of the dimensions that its first one stands for, the last the fastest.
    """

    def __init__(self, variable: xarray.Variable, grid: tuple[int, ...]) -> None:
        self.variable, self.grid = variable, grid
        self.shape = (*grid, *variable.shape[1:])
        self.dtype = variable.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        """Return a part, of the shape that the key asks for."""
        found: np.ndarray = indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )
        return found

    def _read(self, key: tuple[Any, ...]) -> np.ndarray:
        count = len(self.grid)
        chosen = [np.arange(size)[part] for size, part in zip(self.grid, key[:count], strict=True)]
        places = np.ravel_multi_index(np.ix_(*map(np.atleast_1d, chosen)), self.grid).ravel()
        values = self.variable[(_slice(places), *key[count:])].values
        kept = tuple(len(part) for part in chosen if part.ndim)
        return values.reshape((*kept, *values.shape[1:]))


def _slice(places: np.ndarray) -> slice | np.ndarray:
    """Neighbours as a slice, which is read faster."""
    near = len(places) > 0 and np.array_equal(places, np.arange(places[0], places[0] + len(places)))
    return slice(int(places[0]), int(places[-1]) + 1) if near else places
