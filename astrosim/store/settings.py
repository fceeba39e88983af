"""Settings of a sweep in the store: swept parameters as coordinates along `condition`, and as dimensions of a grid.

The store holds one condition for each setting; readers see a grid as base condition x first parameter x second ...
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray

ATTRIBUTE = "sweep"  # of the store: what the settings are, as JSON
BASE = "base_condition"  # coordinate along `condition`: the scenario's own
GRID = "grid"


@dataclass(frozen=True)
class Parameter:
    """A swept parameter.

    Attributes
    ----------
    label : str
        Short name.
    path : str
        Dotted, as in a scenario file.
    values : ndarray of numbers or of object (str), shape (condition,)
    unit, long_name : str
    """

    label: str
    path: str
    values: np.ndarray
    unit: str
    long_name: str


@dataclass(frozen=True)
class Settings:
    """Settings of a run, one for each condition; none where nothing is swept.

    Attributes
    ----------
    design : str
    bases : ndarray of object (str), shape (condition,)
        The scenario's own condition of each.
    parameters : tuple of Parameter
    shape : tuple of int
        Of a grid: number of base conditions, then of values of each parameter.
    """

    design: str = ""
    bases: np.ndarray = field(default_factory=lambda: np.array([], dtype=object))
    parameters: tuple[Parameter, ...] = ()
    shape: tuple[int, ...] = ()

    def named(self, taken: Mapping[str, Any]) -> Settings:
        """Return the same with dotted paths in place of labels that mean something else in a store."""
        parts = [
            one if one.label not in taken else Parameter(one.path, one.path, one.values, one.unit, one.long_name)
            for one in self.parameters
        ]
        return Settings(self.design, self.bases, tuple(parts), self.shape)

    def attributes(self) -> dict[str, str]:
        """Return what a store says of them; empty for none."""
        if not self.parameters:
            return {}
        labels = [one.label for one in self.parameters]
        return {ATTRIBUTE: json.dumps({"design": self.design, "parameters": labels, "shape": list(self.shape)})}


def swept(dataset: xarray.Dataset) -> dict[str, Any]:
    """Return the design, the labels of the parameters and the shape of a dataset's sweep; empty where there is none."""
    found: dict[str, Any] = json.loads(dataset.attrs.get(ATTRIBUTE, "{}"))
    return found


def parameters_of(dataset: xarray.Dataset) -> list[str]:
    """Return the coordinates along `condition` that say what is swept; none where nothing is."""
    found = swept(dataset)
    several = bool(found) and len(set(dataset[BASE].values.tolist())) > 1
    return [*([BASE] if several else []), *found.get("parameters", ())]


def with_coordinates(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return the dataset of a store with its swept parameters as coordinates along `condition`."""
    names = [*swept(dataset).get("parameters", ()), BASE] if swept(dataset) else []
    made = {name: _plain(dataset[name].variable) for name in names}
    return dataset.assign_coords(made) if names else dataset


def _plain(variable: xarray.Variable) -> xarray.Variable:
    """A coordinate in memory, texts as NumPy has them."""
    import xarray

    return xarray.Variable(variable.dims, np.array(variable.values.tolist()), variable.attrs)


def unstacked(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return the dataset of a grid with a dimension for each swept parameter; any other as it is.

    Data are still read when they are used.

    Parameters
    ----------
    dataset : Dataset
        Of `astrosim.store.read.open_replicates`.
    """
    import xarray

    found = swept(dataset)
    if found.get("design") != GRID:
        return dataset
    shape, labels = tuple(found["shape"]), found["parameters"]
    dims = ("condition", *labels)
    coordinates: dict[Any, Any] = {}
    for number, name in enumerate(labels, start=1):
        values = dataset[name].values.reshape(shape)
        along = np.moveaxis(values, number, 0).reshape(shape[number], -1)[:, 0]
        coordinates[name] = xarray.Variable(name, along, dataset[name].attrs)
    bases = dataset[BASE].values.reshape(shape[0], -1)[:, 0]
    coordinates["condition"] = xarray.Variable("condition", bases, dataset["condition"].attrs)
    kept = {name: one for name, one in dataset.variables.items() if name not in {"condition", BASE, *labels}}
    made = {name: _spread(one, dims, shape) if "condition" in one.dims else one for name, one in kept.items()}
    own = {name: made.pop(name) for name in list(made) if name in dataset.coords}
    return xarray.Dataset(made, own | coordinates, dataset.attrs)


def _spread(variable: xarray.Variable, dims: tuple[str, ...], shape: tuple[int, ...]) -> xarray.Variable:
    import xarray
    from xarray.core import indexing

    from astrosim.store.lazy_grid import LazyGrid

    whole = (*dims, *variable.dims[1:])
    if isinstance(variable._data, np.ndarray):
        return xarray.Variable(whole, variable.values.reshape(*shape, *variable.shape[1:]), variable.attrs)
    grid: Any = indexing.LazilyIndexedArray(LazyGrid(variable, shape))
    lazy = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(grid))
    return xarray.Variable(whole, lazy, variable.attrs, variable.encoding)
