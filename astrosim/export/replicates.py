"""The committed replicates of a dataset, and their values in pieces that fit the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray

from astrosim.store.layout import TRIAL_CHUNK, streamed
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


def pieces(length: int, dimension: str) -> Iterator[slice]:
    """Return stretches of a variable's first own dimension: chunks of the trial log, else all of it."""
    size = TRIAL_CHUNK if streamed(dimension) else max(length, 1)
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))
