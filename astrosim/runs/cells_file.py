"""A file that grows by one record for each replicate of a block: arrays and facts, each with its checksum, no pickle.

A crash may cut the last record; all before it are whole. Sizes in bytes.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from astrosim.runs.checkpoint import CheckpointError
from astrosim.store.blocks import Cell
from astrosim.store.files import fsync_directory, fsync_file, sha256

ENDING = ".cells"
FORM = "cell 1"  # of a record's head: a line of JSON; its body follows
SIZE = 8  # of the length of a body's own head

Kept = tuple[dict[str, np.ndarray], dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Place of a record's body in its file.

    Attributes
    ----------
    start, length : int
    digest : str
        SHA-256 of the body.
    compressed : bool
    """

    start: int
    length: int
    digest: str
    compressed: bool


class CellsFile:
    """Records by condition and seed; of several for one replicate the last counts.

    Parameters
    ----------
    path : Path
        Need not exist.
    level : int
        Of compression, 0 (none) to 9; files of any level can be read.
    """

    def __init__(self, path: Path, level: int = 0) -> None:
        self.path, self._level = path, level
        self._file: BinaryIO | None = None
        self._places, self._whole = _index(path)

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._places

    @property
    def cells(self) -> list[Cell]:
        """Return condition and seed of the replicates with a record, in the order of their records."""
        return list(self._places)

    def append(self, cell: Cell, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Write a record; it is durable after the next `sync`.

        Parameters
        ----------
        cell : (str, int)
        arrays : mapping of str to ndarray
            Of any shape; any dtype but object.
        facts : mapping
            Values that JSON can hold.
        """
        body = _packed(cell, arrays, facts)
        if self._level:
            body = zlib.compress(body, self._level)
        digest = sha256(body)
        told = {"form": FORM, "cell": cell, "bytes": len(body), "sha256": digest, "zlib": bool(self._level)}
        head = json.dumps(told).encode() + b"\n"
        file = self._opened()
        file.write(head + body)
        file.flush()
        self._places.pop(cell, None)
        self._places[cell] = Place(self._whole + len(head), len(body), digest, bool(self._level))
        self._whole += len(head) + len(body)

    def _opened(self) -> BinaryIO:
        """Return the file, ready for a record behind those that are whole."""
        if self._file is None:
            self._file = self.path.open("r+b" if self.path.exists() else "xb")
            self._file.truncate(self._whole)
            self._file.seek(self._whole)
        return self._file

    def sync(self) -> None:
        """Wait until all records are on the disk, where the file system can."""
        if self._file is not None:
            fsync_file(self._file, self.path)
            fsync_directory(self.path.parent)

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Remove the file, if there is one."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._places, self._whole = {}, 0

    def load(self, cell: Cell) -> Kept | None:
        """Return arrays, each of the shape that was written, and facts of a replicate; None if there is no record.

        Raises
        ------
        CheckpointError
            If the record is damaged.
        """
        place = self._places.get(cell)
        if place is None:
            return None
        with self.path.open("rb") as file:
            file.seek(place.start)
            body = file.read(place.length)
        if len(body) != place.length or sha256(body) != place.digest:
            raise CheckpointError(f"{self.path}: the checksum of a record is not the one that was written")
        own, arrays, facts = _unpacked(zlib.decompress(body) if place.compressed else body)
        if own != cell:
            raise CheckpointError(f"{self.path}: a record belongs to another replicate than its head says")
        return arrays, facts


def _packed(cell: Cell, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    own = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    listing = [[name, array.dtype.str, np.shape(arrays[name])] for name, array in own.items()]
    head = json.dumps({"cell": cell, "facts": facts, "arrays": listing}).encode()
    return b"".join([len(head).to_bytes(SIZE, "little"), head, *(array.tobytes() for array in own.values())])


def _unpacked(body: bytes) -> tuple[Cell, dict[str, np.ndarray], dict[str, Any]]:
    stop = SIZE + int.from_bytes(body[:SIZE], "little")
    head = json.loads(body[SIZE:stop])
    arrays = {}
    for name, dtype, shape in head["arrays"]:
        values = np.frombuffer(body, np.dtype(dtype), math.prod(shape), stop).reshape(shape)
        arrays[name] = values.copy()
        stop += values.nbytes
    condition, seed = head["cell"]
    return (condition, seed), arrays, head["facts"]


def _index(path: Path) -> tuple[dict[Cell, Place], int]:
    """Places of the whole records of a file, and where the last of them ends."""
    places: dict[Cell, Place] = {}
    whole = 0
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while (found := _head(file.readline())) is not None:
            cell, length, digest, compressed = found
            start = file.tell()
            if start + length > size:
                break
            places.pop(cell, None)
            places[cell] = Place(start, length, digest, compressed)
            whole = start + length
            file.seek(whole)
    return places, whole


def _head(line: bytes) -> tuple[Cell, int, str, bool] | None:
    """Return what a record's head tells; None if it is not whole: all behind it is lost."""
    try:
        told = json.loads(line)
        if told["form"] != FORM:
            return None
        condition, seed = told["cell"]
        return (condition, int(seed)), int(told["bytes"]), str(told["sha256"]), bool(told["zlib"])
    except (ValueError, TypeError, KeyError):
        return None
