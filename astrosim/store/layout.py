"""The arrays of a trajectory store: dimensions over all replicates, types, and their creation up front."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.storage import MemoryStore

from astrosim.store.blocks import Shape, block_shape
from astrosim.store.coded import attributes_of
from astrosim.store.files import file_entry, fsync_directories, write_durably
from astrosim.store.settings import BASE, Settings
from astrosim.store.variables import GROWING, LONG_NAMES, Variable

TRAJECTORY = "trajectory.zarr"
FORMAT_VERSION = 1
TRIAL_CHUNK = 2**20  # trials; assumed: a few megabytes, so that a long log never stays in memory whole
WIDE = ("_time", "_trial")  # ends of the names of streamed dimensions along which each entry may hold many values
REPLICATE_DIMENSIONS = ("condition", "seed")


@dataclass(frozen=True)
class Layout:
    """Shape of a store.

    Attributes
    ----------
    title : str
    conditions : tuple of str
    seeds : tuple of int
    variables : tuple of Variable
        With their types on disk.
    coordinates : mapping of str to ndarray of integers
        Labels of dimensions, of the type on disk: a union over the replicates, ascending; a replicate fills those that
        it has. Dimensions of length 0 are no error, their variables stay empty.
    lengths : mapping of str to int
        Of dimensions without labels.
    names : mapping of str to ndarray of object, shape (label,) or (condition, label)
        Names of the places along a dimension, in words: a coordinate beside its numbers; "" for none.
    settings : Settings
        Of a sweep, one for each condition.
    """

    title: str
    conditions: tuple[str, ...]
    seeds: tuple[int, ...]
    variables: tuple[Variable, ...]
    coordinates: Mapping[str, np.ndarray]
    lengths: Mapping[str, int]
    names: Mapping[str, np.ndarray] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def labels(self) -> dict[str, np.ndarray]:
        """Return labels of all coordinates, each of shape (label,): condition (str), seed (int64), `coordinates`."""
        own = {"condition": np.array(self.conditions, dtype=object), "seed": np.array(self.seeds, dtype="i8")}
        return own | dict(self.coordinates)

    def length(self, dimension: str) -> int:
        """Return length of a dimension of the store."""
        labels = self.labels()
        return len(labels[dimension]) if dimension in labels else self.lengths[dimension]

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """Return the shape of a variable without (condition, seed)."""
        return tuple(self.length(dimension) for dimension in variable.dims)

    @cached_property
    def block(self) -> Shape:
        """Conditions and seeds of a block."""
        shapes = {variable: self.shape(variable) for variable in self.variables}
        size = sum(math.prod(shape) * np.dtype(variable.dtype).itemsize for variable, shape in shapes.items())
        files = sum(_chunks_of(variable, shape) for variable, shape in shapes.items() if 0 not in shape)
        return block_shape(len(self.conditions), len(self.seeds), files, size)


def create(layout: Layout, root: Path) -> dict[str, dict[str, Any]]:
    """Create all arrays and write the coordinates, durably.

    Returns
    -------
    dict of str to dict
        Size and checksum of every file, by its path relative to `root`'s parent.
    """
    files: dict[str, Any] = {}
    group = zarr.open_group(MemoryStore(files), mode="w", zarr_format=3)
    settings = layout.settings.named({variable.name: variable for variable in layout.variables} | layout.labels())
    group.attrs.update({"title": layout.title, "format_version": FORMAT_VERSION, **settings.attributes()})
    for variable in layout.variables:
        _create_variable(group, layout, variable)
    for dimension, values in layout.labels().items():
        if len(values):
            _create_coordinate(group, dimension, (dimension,), values)
    for one in settings.parameters:
        attributes = {"units": one.unit or "1", "long_name": one.long_name, "path": one.path}
        _create_coordinate(group, one.label, ("condition",), one.values, attributes)
    if settings.parameters:
        _create_coordinate(group, BASE, ("condition",), settings.bases)
    for dimension, values in layout.names.items():
        _create_coordinate(group, name_of(dimension), ("condition", dimension)[-values.ndim :], values)
    partial = root.with_name(root.name + ".tmp")
    shutil.rmtree(partial, ignore_errors=True)
    entries = {}
    for key, data in sorted((key, buffer.to_bytes()) for key, buffer in files.items()):
        (partial / key).parent.mkdir(parents=True, exist_ok=True)
        write_durably(partial / key, data)
        entries[f"{root.name}/{key}"] = file_entry(data)
    fsync_directories((partial / key).parent for key in files)
    partial.replace(root)
    fsync_directories([root.parent])
    return entries


def _create_variable(group: Any, layout: Layout, variable: Variable) -> None:
    shape = layout.shape(variable)
    group.create_array(
        variable.name,
        shape=(len(layout.conditions), len(layout.seeds), *shape),
        chunks=(*layout.block, *(max(n, 1) for n in _chunk_shape(variable, shape))),
        dtype=variable.dtype,
        fill_value=variable.fill,
        dimension_names=REPLICATE_DIMENSIONS + variable.dims,
        # One flat directory an array: fewer names to make durable at a commit.
        chunk_key_encoding={"name": "default", "separator": "."},
        attributes=attributes_of(variable),
    )


def _chunk_shape(variable: Variable, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_chunk(d, n, shape[1:]) for d, n in zip(variable.dims, shape, strict=True))


def _chunks_of(variable: Variable, shape: tuple[int, ...]) -> int:
    """Chunks of a replicate's values."""
    return math.prod(-(-n // chunk) for n, chunk in zip(shape, _chunk_shape(variable, shape), strict=True))


def streamed(dimension: str) -> bool:
    """Return whether variables are written along a dimension in pieces: trials, events, samples over time."""
    return dimension == "trial" or dimension in GROWING or dimension.endswith(WIDE)


def _chunk(dimension: str, length: int, others: tuple[int, ...]) -> int:
    """Length of a chunk along a dimension: the whole of it, unless it is written in pieces."""
    return min(length, chunk_length(dimension, TRIAL_CHUNK, others)) if streamed(dimension) else length


def chunk_length(dimension: str, most: int, others: tuple[int, ...]) -> int:
    """Return the entries of a piece along a streamed dimension, of `most` values at most where entries are wide."""
    width = math.prod(others) if dimension.endswith(WIDE) else 1
    return max(1, most // max(width, 1))


def name_of(dimension: str) -> str:
    """Return the name of the coordinate that holds the names along a dimension."""
    return f"{dimension}_name"


def _create_coordinate(
    group: Any,
    name: str,
    dimensions: tuple[str, ...],
    values: np.ndarray,
    attributes: Mapping[str, str] | None = None,
) -> None:
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype=str if values.dtype == object else values.dtype,
        dimension_names=dimensions,
        attributes=attributes or {"units": "1", "long_name": LONG_NAMES.get(name, name.replace("_", " "))},
        config={"write_empty_chunks": True},
    )
    array[:] = values
