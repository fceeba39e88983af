"""A run as one NetCDF-4 file: the dataset of `open_run`, variable by variable, with units and `_FillValue`.

NetCDF-3 knows neither 64-bit integers (seeds, counts) nor unsigned ones, so the file is NetCDF-4, which is HDF5.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray

from astrosim.export.replicates import REPLICATE, committed, pieces, present
from astrosim.store.variables import Variable

CHUNK = 2**20  # values per chunk of the file; assumed: a few megabytes


def write_netcdf(dataset: xarray.Dataset, variables: Sequence[Variable], path: Path, scenario: str = "") -> None:
    """Write a dataset of `open_run`.

    Parameters
    ----------
    dataset : xarray.Dataset
    variables : sequence of Variable
        Those of its system.
    path : Path
    scenario : str
        Text of the scenario, kept as an attribute of the file.
    """
    variables = present(dataset, variables)
    with h5netcdf.File(path, "w") as file:
        file.attrs.update({**dataset.attrs, "scenario": scenario})
        for name in dict.fromkeys(d for variable in variables for d in dataset[variable.name].dims):
            file.dimensions[str(name)] = dataset.sizes[name]
            if name in dataset.coords:
                _write_coordinate(file, dataset[name])
        for name in dataset.coords:
            if name not in dataset.dims and set(dataset[name].dims) <= set(file.dimensions):
                _write_coordinate(file, dataset[name])
        _write_committed(file, dataset["committed"])
        for variable in variables:
            _write_replicates(file, dataset, variable)


def _write_coordinate(file: h5netcdf.File, coordinate: xarray.DataArray) -> None:
    values = coordinate.values
    dtype: Any = h5py.string_dtype() if values.dtype.kind in "UTO" else values.dtype
    made = file.create_variable(str(coordinate.name), coordinate.dims, dtype)
    made[...] = values.astype(object) if values.dtype.kind in "UTO" else values
    made.attrs.update(coordinate.attrs)


def _write_committed(file: h5netcdf.File, flag: xarray.DataArray) -> None:
    made = file.create_variable("committed", REPLICATE, np.dtype("i1"))
    made[...] = flag.values.astype("i1")
    made.attrs.update({**flag.attrs, "dtype": "bool"})  # as xarray marks truth values, which NetCDF does not know


def _write_replicates(file: h5netcdf.File, dataset: xarray.Dataset, variable: Variable) -> None:
    """Create a variable and fill its committed replicates; all others read as fill values."""
    array = dataset[variable.name]
    made = file.create_variable(
        variable.name,
        array.dims,
        array.dtype,
        fillvalue=array.dtype.type(variable.fill),
        chunks=_chunks(array.shape),
        compression="gzip",
        compression_opts=1,
        shuffle=True,
    )
    made.attrs.update(array.attrs)
    for row, column in committed(dataset):
        for piece in pieces(array.shape[2], variable.dims[0]):
            made[row, column, piece] = array[row, column, piece].values


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Whole replicates, or as much of the last dimensions as a chunk holds."""
    chunks: tuple[int, ...] = ()
    room = CHUNK
    for length in reversed(shape[2:]):
        chunks = (max(1, min(length, room)), *chunks)
        room //= chunks[0]
    return (1, 1, *chunks)
