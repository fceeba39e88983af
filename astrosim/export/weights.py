"""What each weight of a run joins, for an export: shared by all systems that keep final weights.

A system says where the weights of one replicate lie; what a weight lacks is -1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.scenario import Experiment, resolve
from astrosim.store.variables import Variable

Places = Callable[[Any, Dataset], np.ndarray]
"""Takes a resolved scenario and the dataset of one replicate; returns int32, shape (variable, parameter)."""


def joined(
    scenario: Experiment, dataset: Dataset, variables: Sequence[Variable], places: Places
) -> list[tuple[Variable, np.ndarray]]:
    """Return each variable with its values: arrays of int32, shape (condition, seed, parameter); none without weights.

    Parameters
    ----------
    scenario : Experiment
        Of the run.
    dataset : Dataset
        Of `open_run`.
    variables : sequence of Variable
        In the order of the rows of `places`.
    places : callable
    """
    count = dataset.sizes.get("parameter", 0)
    if not count:
        return []
    values = np.full((len(variables), *dataset["committed"].shape, count), -1, np.int32)
    for row, column in np.argwhere(dataset["committed"].values).tolist():
        own: Any = resolve(scenario, str(dataset["condition"].values[row]))
        if own.record.weights:
            found = places(own, dataset.isel(condition=row, seed=column))
            values[:, row, column, : found.shape[1]] = found
    return list(zip(variables, values, strict=True))


def stacked(blocks: Iterable[Sequence[Any]]) -> np.ndarray:
    """Return blocks of weights one after the other: int32, shape (variable, parameter).

    Parameters
    ----------
    blocks : iterable of sequence
        Each holds a value, or an array of shape (weight,), per variable.
    """
    return np.concatenate([np.stack(np.broadcast_arrays(*block)) for block in blocks], axis=1).astype(np.int32)
