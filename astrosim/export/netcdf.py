"""A run as one NetCDF-4 file: the dataset of `open_run`, variable by variable, with units and `_FillValue`.

NetCDF-3 knows neither 64-bit integers (seeds, counts) nor unsigned ones, so the file is NetCDF-4, which is HDF5.
"""

from __future__ import annotations

import errno
import io
import os
import resource
import shutil
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray

from astrosim.export.derived import Exported
from astrosim.export.replicates import REPLICATE, Replicates, committed, pieces, present
from astrosim.store.settings import parameters_of
from astrosim.store.variables import Variable

PACKED: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
WHOLE_NUMBERS = (
    "Whole numbers hold _FillValue where nothing was recorded; a reader that masks it makes them floats. "
    "xarray.open_dataset(..., mask_and_scale=False) keeps them whole."
)
CHUNK = 2**20  # values per chunk of the file; assumed: a few megabytes
IN_MEMORY = 2**28  # bytes of values up to which a file is made in memory; assumed: a small part of any machine's


def write_netcdf(run: Exported, path: Path, scenario: str = "") -> None:
    """Write a run; small files are made in memory, others if they have room, as a full disk ends the process in HDF5.

    Parameters
    ----------
    run : Exported
    path : Path
    scenario : str
        Text of the scenario, kept as an attribute of the file.

    Raises
    ------
    OSError
        If there is no room for the file.
    """
    size = sum(run.dataset[variable.name].nbytes for variable in present(run.dataset, run.variables))
    if size <= IN_MEMORY:
        made = io.BytesIO()
        _write(run, made, scenario)
        path.write_bytes(made.getvalue())
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = shutil.disk_usage(path.parent).free
    if size > (room if limit == resource.RLIM_INFINITY else min(room, limit)):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    _write(run, path, scenario)


def _write(run: Exported, place: Path | io.BytesIO, scenario: str) -> None:
    dataset = run.dataset
    variables = present(dataset, run.variables)
    with h5netcdf.File(place, "w") as file:
        file.attrs.update({**dataset.attrs, "scenario": scenario, "comment": WHOLE_NUMBERS})
        if names := parameters_of(dataset):
            file.attrs["coordinates"] = " ".join(names)  # as CF marks them
        for name in dict.fromkeys(d for variable in variables for d in dataset[variable.name].dims):
            file.dimensions[str(name)] = dataset.sizes[name]
            if name in dataset.coords:
                _write_coordinate(file, dataset[name])
            elif name == "trial":
                _write_trials(file, dataset.sizes[name])
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


def _write_trials(file: h5netcdf.File, count: int) -> None:
    """Numbers of the trials, which the store does not spend room on."""
    made = file.create_variable("trial", ("trial",), np.dtype("i8"), compression="gzip", shuffle=True)
    made[...] = np.arange(count)
    made.attrs.update({"units": "1", "long_name": "trial number, from 0"})


def _write_committed(file: h5netcdf.File, flag: xarray.DataArray) -> None:
    made = file.create_variable("committed", REPLICATE, np.dtype("i1"))
    made[...] = flag.values.astype("i1")
    made.attrs.update({**flag.attrs, "dtype": "bool"})  # as xarray marks truth values, which NetCDF does not know


def _write_replicates(file: h5netcdf.File, dataset: xarray.Dataset, variable: Variable) -> None:
    """Create a variable and fill its committed replicates; all others read as fill values."""
    array = dataset[variable.name]
    own = bool(variable.dims)  # else one value per replicate, which HDF5 need not chunk
    made = file.create_variable(
        variable.name,
        array.dims,
        array.dtype,
        fillvalue=array.dtype.type(variable.fill),
        **(PACKED | {"chunks": _chunks(array.shape)} if own else {}),
    )
    made.attrs.update(array.attrs)
    replicates = Replicates(dataset)
    for row, column in committed(dataset):
        if not own:
            made[row, column] = replicates.values(variable.name, row, column)
            continue
        for piece in pieces(array.shape[2], variable.dims[0], array.shape[3:]):
            made[row, column, piece] = replicates.values(variable.name, row, column, piece)


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Whole replicates, or as much of the last dimensions as a chunk holds."""
    chunks: tuple[int, ...] = ()
    room = CHUNK
    for length in reversed(shape[2:]):
        chunks = (max(1, min(length, room)), *chunks)
        room //= chunks[0]
    return (1, 1, *chunks)
