"""Values of a block's replicates: in memory until they are written together, in chunks that they share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from astrosim.store.blocks import Block, Cell
from astrosim.store.files import file_entry, fsync_directories, write_durably, write_sealed
from astrosim.store.layout import FORMAT_VERSION, TRAJECTORY
from astrosim.store.replicates import Encoder, ReplicateWriter, encoder, plain

Values = Mapping[str, np.ndarray]


class BlockData:
    """Values of the replicates of a block.

    Parameters
    ----------
    directory : Path
        Run directory, its arrays created.
    block : Block
    """

    def __init__(self, directory: Path, block: Block) -> None:
        self.directory, self.block = directory, block
        self.encoder: Encoder = encoder(directory)
        self._arrays: dict[str, np.ndarray] = {}  # by variable, shape (row, column, ...)
        self._written: dict[Cell, set[str]] = {}

    def _place(self, cell: Cell) -> tuple[int, int]:
        """Place of a replicate in the block."""
        row, column = divmod(self.block.cells.index(cell), self.block.columns[1] - self.block.columns[0])
        return row, column

    def writer(self, cell: Cell) -> CellWriter:
        """Return a writer of a replicate; what was written of it before is forgotten."""
        self.forget(cell)
        return CellWriter(self, cell, self._place(cell))

    def forget(self, cell: Cell) -> None:
        """Put fill values in place of what was written of a replicate."""
        for name in self._written.pop(cell, ()):
            self._arrays[name][self._place(cell)] = self.encoder.arrays[name].fill_value

    def put(self, cell: Cell, place: tuple[Any, ...], name: str, values: np.ndarray) -> None:
        """Take in values of the shape of a place: row and column in the block, and maybe more."""
        if name not in self._arrays:
            array = self.encoder.arrays[name]
            shape = (self.block.rows[1] - self.block.rows[0], self.block.columns[1] - self.block.columns[0])
            self._arrays[name] = np.full((*shape, *array.shape[2:]), array.fill_value, dtype=array.dtype)
        self._arrays[name][place] = values
        self._written.setdefault(cell, set()).add(name)

    def values(self, cell: Cell) -> dict[str, np.ndarray]:
        """Return what was written of a replicate, by variable, of the store's shape without (condition, seed)."""
        place = self._place(cell)
        return {name: self._arrays[name][place] for name in sorted(self._written.get(cell, ()))}

    def restore(self, cell: Cell, values: Values) -> None:
        """Take in `values` of a replicate, of the same shape."""
        place = self._place(cell)
        for name, own in values.items():
            self.put(cell, place, name, own)

    def read(self, cells: list[Cell], names: set[str]) -> None:
        """Take in what is committed of some replicates, by the files' names; they were verified."""
        rows, columns = slice(*self.block.rows), slice(*self.block.columns)
        for name in sorted({key.split("/")[1] for key in names}):
            stored = np.asarray(zarr.open_array(self.directory / TRAJECTORY / name, mode="r")[rows, columns])
            for cell in cells:
                place = self._place(cell)
                self.put(cell, place, name, stored[place])

    def commit(self, rows: Mapping[Cell, Mapping[str, Any]]) -> None:
        """Write the chunks, then the commit record with the rows of summary.csv of the replicates that are finished."""
        place = slice(*self.block.rows), slice(*self.block.columns)
        entries: dict[str, dict[str, Any]] = {}
        for name in sorted(self._arrays):
            for key, data in self.encoder.encode(name, place, self._arrays[name]).items():
                write_durably(self.directory / TRAJECTORY / key, data)
                entries[f"{TRAJECTORY}/{key}"] = file_entry(data)
        fsync_directories((self.directory / name).parent for name in entries)
        cells = [
            {"condition": cell[0], "seed": cell[1], "summary": plain(rows[cell])}
            for cell in self.block.cells
            if cell in rows
        ]
        content = {"format_version": FORMAT_VERSION, "block": self.block.name, "files": entries, "cells": cells}
        write_sealed(self.block.commit_path(self.directory), content)


class CellWriter(ReplicateWriter):
    """Writes what belongs to one replicate into its block.

    Parameters
    ----------
    data : BlockData
    cell : (str, int)
    place : (int, int)
        In the block.
    """

    def __init__(self, data: BlockData, cell: Cell, place: tuple[int, int]) -> None:
        super().__init__(data.directory, *place)
        self.data, self.cell = data, cell

    def _write(self, name: str, place: tuple[Any, ...], values: np.ndarray) -> None:
        self.data.put(self.cell, place, name, values)

    def sync(self) -> None:
        """Do nothing: no file was written."""
