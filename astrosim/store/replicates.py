"""One replicate in the trajectory store: written whole, then committed by a small record with checksums."""

from __future__ import annotations

import functools
import math
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import zarr
from numcodecs import Zstd
from zarr.core.buffer import default_buffer_prototype
from zarr.storage import MemoryStore

from astrosim.core.errors import StoreError
from astrosim.store.blocks import COMMITS, replicate_name
from astrosim.store.files import (
    damage,
    file_entry,
    fsync_directories,
    read_sealed,
    write_durably,
    write_sealed,
)
from astrosim.store.layout import FORMAT_VERSION, TRAJECTORY

ARRAYS_RECORD = "store.json"  # commits the arrays' metadata and coordinates; no replicate's name is without its "-seed"


BLOCK = re.compile(r"block-\d+-\d+")
"""Names of commit records that hold several replicates."""


def commit_path(directory: Path, condition: str, seed: int) -> Path:
    """Commit record of a replicate."""
    return directory / COMMITS / f"{replicate_name(condition, seed)}.json"


LITTLE = {"endian": "little"}
OPENING = threading.Lock()
"""Held while zarr's configuration, which all threads share, is another one."""


class Encoder:
    """Turns values into the bytes of chunks: zarr writes into memory, with the metadata of the arrays on disk.

    Parameters
    ----------
    root : Path
        The zarr hierarchy.

    Attributes
    ----------
    arrays : dict of str to zarr.Array
        The arrays in memory; they hold no data between two calls.
    """

    def __init__(self, root: Path) -> None:
        self._memory: dict[str, Any] = {}
        buffer = default_buffer_prototype().buffer
        for path in sorted(root.glob("*/zarr.json")):
            self._memory[f"{path.parent.name}/zarr.json"] = buffer.from_bytes(path.read_bytes())
        self._metadata = set(self._memory)
        store = MemoryStore(self._memory)
        # A chunk of fill values is written as well: every committed replicate has the same files.
        with OPENING, zarr.config.set({"array.write_empty_chunks": True}):
            self.arrays = {
                key.partition("/")[0]: zarr.open_array(store, path=key.partition("/")[0], mode="r+")
                for key in self._metadata
            }
        self._root = root
        self._labels: dict[str, np.ndarray] = {}
        self._packed = {name: packing for name, array in self.arrays.items() if (packing := packing_of(array))}

    def labels(self, dimension: str) -> np.ndarray:
        """Return the coordinate of a dimension that has one: shape (label,), of the type on disk, ascending."""
        if dimension not in self._labels:
            self._labels[dimension] = np.asarray(zarr.open_array(self._root / dimension, mode="r")[:])
        return self._labels[dimension]

    def encode(self, name: str, place: tuple[Any, ...], values: np.ndarray) -> dict[str, bytes]:
        """Return bytes by key of the chunks that hold `values`, of the shape of `place`, which fill them whole."""
        packing = self._packed.get(name)
        number = None if packing is None else packing.chunk(place)
        if packing is not None and number is not None:
            return {f"{name}/c.{number}": packing.encode(values)}
        self.arrays[name][place] = values
        return {key: self._memory.pop(key).to_bytes() for key in self._memory.keys() - self._metadata}


@dataclass(frozen=True)
class Packing:
    """Way from a chunk to its bytes without the detour over zarr's event loop: a tenth of the time.

    Attributes
    ----------
    shape, chunks : tuple of int
    dtype : dtype
    codec : numcodecs.Zstd
    """

    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    codec: Zstd

    def chunk(self, place: tuple[Any, ...]) -> str | None:
        """Return the number of the chunk that a place fills whole, as keys have it; None if it fills no single one."""
        numbers = []
        for axis, (length, size) in enumerate(zip(self.shape, self.chunks, strict=True)):
            own = place[axis] if axis < len(place) else slice(None)
            start, stop, _ = own.indices(length) if isinstance(own, slice) else (own, own + 1, 1)
            if start % size or stop - start != size:
                return None
            numbers.append(str(start // size))
        return ".".join(numbers)

    def encode(self, values: np.ndarray) -> bytes:
        """Return the bytes of a chunk, of values of its shape: little-endian, then packed."""
        return bytes(self.codec.encode(np.ascontiguousarray(values, self.dtype).tobytes()))


def packing_of(array: Any) -> Packing | None:
    """Return how the chunks of an array are packed; None if it is not in the way of the arrays of a run."""
    codecs = [codec.to_dict() for codec in array.metadata.codecs]
    keys = array.metadata.chunk_key_encoding.to_dict()
    if [codec["name"] for codec in codecs] != ["bytes", "zstd"] or keys["name"] != "default":
        return None
    if codecs[0].get("configuration", LITTLE) != LITTLE or keys["configuration"] != {"separator": "."}:
        return None
    return Packing(
        array.shape, array.chunks, array.dtype.newbyteorder("<"), Zstd.from_config(codecs[1]["configuration"])
    )


@functools.lru_cache(maxsize=1)
def _encoder(root: Path, stamp: tuple[int, int]) -> Encoder:
    return Encoder(root)


def encoder(directory: Path) -> Encoder:
    """Return the encoder of a run directory; kept for the next replicate of the same arrays."""
    state = (directory / COMMITS / ARRAYS_RECORD).stat()
    return _encoder(directory / TRAJECTORY, (state.st_ino, state.st_mtime_ns))


class ReplicateWriter:
    """Writes the chunks of one replicate.

    What is committed is what was encoded: the checksums are taken from memory, not from what came back from the disk.

    Parameters
    ----------
    directory : Path
        Run directory.
    row, column : int
        Place of the replicate along (condition, seed).
    """

    def __init__(self, directory: Path, row: int, column: int) -> None:
        self.directory = directory
        self.replicate = (row, column)
        self.entries: dict[str, dict[str, Any]] = {}
        self.encoder = encoder(directory)

    def array(self, name: str) -> Any:
        """Return the array with its shape, chunks, type and fill value; None if there is none of this name, or it is
        empty.
        """
        array = self.encoder.arrays.get(name)
        return None if array is None or 0 in array.shape else array

    def write(self, name: str, values: np.ndarray) -> None:
        """Write a variable of the replicate.

        Parameters
        ----------
        name : str
        values : ndarray
            Of the store's shape without (condition, seed), or shorter: then padded with fill values.
        """
        array = self.array(name)
        if array is not None:
            self._write(name, self.replicate, _padded(values, array.shape[2:], array.dtype, array.fill_value))

    def write_at(self, name: str, labels: Sequence[int], values: np.ndarray) -> None:
        """Write a variable of which the replicate has only some labels of the first dimension; others have others.

        Parameters
        ----------
        name : str
        labels : sequence of int
        values : ndarray, shape (label, ...)
        """
        array = self.array(name)
        if array is not None:
            if len(labels) < array.shape[2]:
                dimension = array.metadata.dimension_names[len(self.replicate)]
                spread = np.full((array.shape[2], *np.shape(values)[1:]), array.fill_value, dtype=array.dtype)
                spread[np.searchsorted(self.encoder.labels(dimension), labels)] = values
                values = spread
            self.write(name, values)

    def write_all(self, values: Mapping[str, np.ndarray], labels: Mapping[str, Sequence[int]]) -> None:
        """Write variables by name, each of the shape that `write` takes; with labels those that `write_at` takes."""
        for name, own in values.items():
            if name in labels:
                self.write_at(name, labels[name], own)
            else:
                self.write(name, own)

    def write_trials(self, chunk: int, log: Mapping[str, np.ndarray]) -> None:
        """Write the `chunk`-th stretch of the trial log: by variable, values of shape (trial, ...)."""
        for name, values in log.items():
            array = self.array(name)
            if array is None:
                continue
            start = chunk * array.chunks[2]
            stop = min(start + array.chunks[2], array.shape[2])
            shape = (stop - start, *array.shape[3:])
            place = (*self.replicate, slice(start, stop))
            self._write(name, place, _padded(values, shape, array.dtype, array.fill_value))

    def trial_chunk(self) -> tuple[int, int]:
        """Return trials per chunk of the log, and chunks per replicate; (0, 0) if the store keeps no log."""
        array = self.array("decision")
        return (array.chunks[2], math.ceil(array.shape[2] / array.chunks[2])) if array is not None else (0, 0)

    def _write(self, name: str, place: tuple[Any, ...], values: np.ndarray) -> None:
        for key, data in self.encoder.encode(name, place, values).items():
            write_durably(self.directory / TRAJECTORY / key, data)
            self.entries[f"{TRAJECTORY}/{key}"] = file_entry(data)

    def sync(self) -> None:
        """Make the names of all files written so far durable."""
        fsync_directories((self.directory / name).parent for name in self.entries)

    def commit(self, condition: str, seed: int, summary: Mapping[str, Any]) -> dict[str, Any]:
        """Make the replicate visible to readers, at once and whole.

        Returns
        -------
        dict
            The summary as it was committed: plain values, None for nan.
        """
        self.sync()
        row = plain(summary)
        content = {"condition": condition, "seed": seed, "files": self.entries, "summary": row}
        write_sealed(commit_path(self.directory, condition, seed), {"format_version": FORMAT_VERSION, **content})
        return row


def _padded(values: np.ndarray, shape: tuple[int, ...], dtype: Any, fill: Any) -> np.ndarray:
    values = np.asarray(values)
    if values.shape == shape:
        return values.astype(dtype, copy=False)
    padded = np.full(shape, fill, dtype=dtype)
    padded[tuple(slice(0, n) for n in values.shape)] = values
    return padded


def plain(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that JSON knows: nan becomes null."""
    own = {k: v.item() if isinstance(v, np.generic) else v for k, v in summary.items()}
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in own.items()}


def read_commit(path: Path) -> dict[str, Any] | None:
    """Return a commit record, or None if there is none.

    Raises
    ------
    StoreError
        If it is damaged, or names files outside the run directory.
    """
    try:
        content = read_sealed(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        directory = path.parent.parent
        raise StoreError(f"{path}: {error}. {_remedy(path, directory)}") from error
    refuse_outside(content["files"])
    return content


def refuse_outside(names: Iterable[str]) -> None:
    """Refuse a record whose files lie elsewhere than among the trajectories.

    Raises
    ------
    StoreError
        Names the file.
    """
    for name in names:
        parts = PurePosixPath(name).parts
        if parts[:1] != (TRAJECTORY,) or len(parts) < 2 or ".." in parts or "\\" in name or "\0" in name:
            raise StoreError(
                f"a commit names a file outside the run directory ({name!r}). No run of astrosim wrote it."
            )


def _remedy(path: Path, directory: Path) -> str:
    if path.name == ARRAYS_RECORD:
        return f"Run {directory / 'scenario.toml'} again into another directory."
    what = "the replicates of this block" if BLOCK.fullmatch(path.stem) else "this replicate"
    return f"Delete {path}; `astrosim run {directory} --resume` then computes {what} again, and no other."


def verify(path: Path, record: Mapping[str, Any]) -> None:
    """Compare what a commit record says with the files.

    Raises
    ------
    StoreError
        Names every file that is damaged, truncated or missing, and the remedy.
    """
    directory = path.parent.parent
    problems = list(damage(directory, record["files"]))
    if problems:
        raise StoreError("\n".join([*problems, _remedy(path, directory)]))
