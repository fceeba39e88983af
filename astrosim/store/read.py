"""Reading a run directory: a labelled dataset of what is committed, and of nothing else."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from zarr.abc.store import ByteRequest
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.storage import LocalStore

from astrosim.core.errors import StoreError
from astrosim.store.blocks import COMMITS, Block, Cell, rows_of, stored_blocks
from astrosim.store.coded import typed_flags
from astrosim.store.exchange import check_settled
from astrosim.store.files import RUN_FILE, no_run, storage_errors, stray
from astrosim.store.layout import TRAJECTORY, name_of
from astrosim.store.remote import local_copy
from astrosim.store.replicates import ARRAYS_RECORD, read_commit, verify
from astrosim.store.settings import unstacked, with_coordinates
from astrosim.store.variables import GROWING

if TYPE_CHECKING:
    import xarray


class CommittedStore(LocalStore):
    """A zarr store that shows only committed chunks; all others read as fill values.

    Parameters
    ----------
    root : Path
        The zarr hierarchy.
    committed : frozenset of str
        Keys that may be seen, besides metadata.
    """

    def __init__(self, root: Path, committed: frozenset[str] = frozenset(), *, read_only: bool = True) -> None:
        super().__init__(root, read_only=read_only)
        self.committed = committed

    def with_read_only(self, read_only: bool = True) -> CommittedStore:
        """Return the same view; it is never writable."""
        return type(self)(self.root, self.committed)

    def _hidden(self, key: str) -> bool:
        return not key.endswith("zarr.json") and key not in self.committed

    def get_sync(
        self, key: str, *, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Return bytes of a committed key."""
        return None if self._hidden(key) else super().get_sync(key, prototype=prototype, byte_range=byte_range)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Bytes of a committed key."""
        return None if self._hidden(key) else await super().get(key, prototype, byte_range)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Parts of committed keys."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Names in a folder, without what operating systems leave there."""
        async for name in super().list_dir(prefix):
            if not stray(name):
                yield name

    async def exists(self, key: str) -> bool:
        """Whether a committed key is there."""
        return not self._hidden(key) and await super().exists(key)


def read_arrays_record(directory: Path) -> dict[str, Any]:
    """Return the record that commits the arrays themselves.

    Raises
    ------
    StoreError
        If the directory holds no store, or its content is being exchanged.
    """
    check_settled(directory)
    record = read_commit(directory / COMMITS / ARRAYS_RECORD)
    if record is None:
        if not (directory / RUN_FILE).is_file():
            raise no_run(directory)
        raise StoreError(
            f"{directory}: no trajectories yet. `astrosim run {directory} --resume` finishes the interrupted run."
        )
    return record


def known_blocks(directory: Path) -> list[Block]:
    """Return all blocks of a run; none as long as its arrays are not there.

    Raises
    ------
    StoreError
        If the record of the arrays is damaged.
    """
    arrays = read_commit(directory / COMMITS / ARRAYS_RECORD)
    return [] if arrays is None else stored_blocks(arrays)


def committed_blocks(directory: Path, blocks: Iterable[Block], check: bool = True) -> dict[Block, dict[str, Any]]:
    """Return commit records by block, in that order: only of those that have one.

    Parameters
    ----------
    directory : Path
    blocks : iterable of Block
    check : bool
        Compare the checksums of all files.

    Raises
    ------
    StoreError
        Names all that is damaged.
    """
    records, problems = {}, []
    for block in blocks:
        path = block.commit_path(directory)
        try:
            record = read_commit(path)
            if record is not None:
                records[block] = record
                if check:
                    verify(path, record)
        except StoreError as error:
            problems.append(str(error))
    if problems:
        raise StoreError("\n".join(problems))
    return records


def committed_rows(directory: Path, check: bool = True) -> dict[Cell, dict[str, Any]]:
    """Return rows of summary.csv of the committed replicates by (condition, seed), in the order of the scenario.

    None if the arrays are not there yet.

    Parameters
    ----------
    directory : Path
    check : bool
        Compare the checksums of all files.

    Raises
    ------
    StoreError
        Names all that is damaged.
    """
    arrays = read_commit(directory / COMMITS / ARRAYS_RECORD)
    if arrays is None:
        return {}
    records = committed_blocks(directory, stored_blocks(arrays), check)
    found = {cell: row for record in records.values() for cell, row in rows_of(record).items()}
    places = ((condition, seed) for condition in arrays["conditions"] for seed in arrays["seeds"])
    return {cell: found[cell] for cell in places if cell in found}


def is_committed(directory: Path, condition: str, seed: int) -> bool:
    """Return whether a replicate is committed.

    Raises
    ------
    StoreError
        If its commit record is damaged.
    """
    block = block_of(directory, (condition, seed))
    record = None if block is None else read_commit(block.commit_path(directory))
    return record is not None and (condition, seed) in rows_of(record)


def block_of(directory: Path, cell: Cell) -> Block | None:
    """Return the block of a replicate; None if the arrays are not there, or the run has no such replicate."""
    path = directory / COMMITS / ARRAYS_RECORD
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return _blocks_by_cell(path, state.st_ino, state.st_mtime_ns).get(cell)


@functools.lru_cache(maxsize=4)
def _blocks_by_cell(path: Path, number: int, changed: int) -> dict[Cell, Block]:
    arrays = read_commit(path)
    assert arrays is not None
    return {cell: block for block in stored_blocks(arrays) for cell in block.cells}


def open_run(directory: str | Path, verify: bool = True, *, grid: bool = True) -> xarray.Dataset:
    """Return the trajectories of a run; those of a sweep over a grid with a dimension for each swept parameter.

    Settings of another design lie along `condition`, with the parameters as coordinates.

    Parameters
    ----------
    directory : str or Path
        Run directory, or the address (URL) of one: what is committed there is fetched into the user's cache.
    verify : bool
        Compare the checksums of all files first.
    grid : bool
        Give a grid its dimensions; else each setting stays a condition, as figures of `astrosim.plot` take it.

    Returns
    -------
    xarray.Dataset
        See `open_replicates`; of a grid with dimensions (condition, PARAMETER, ..., seed, ...), where the conditions
        are the scenario's own.

    Raises
    ------
    StoreError
        See `open_replicates`.
    """
    found = open_replicates(directory, verify)
    return unstacked(found) if grid else found


def open_replicates(directory: str | Path, verify: bool = True) -> xarray.Dataset:
    """Return the trajectories of a run, one condition for each setting of a sweep.

    Data are read when they are used. Replicates that are not committed yet read as fill values (nan; negative for
    counts).

    Parameters
    ----------
    directory : str or Path
        Run directory.
    verify : bool
        Compare the checksums of all files first.

    Returns
    -------
    xarray.Dataset
        The variables of `astrosim.store.variables` with dimensions (condition, seed, ...), unit and long name in their
        attributes, and `committed`, bool, (condition, seed). Neurons with names have the coordinate `neuron_name`.

    Raises
    ------
    StoreError
        If the directory is no run, or a file is damaged, truncated or missing: the text names it and the remedy.
    """
    import xarray

    directory = local_copy(directory)
    with storage_errors(directory):
        arrays = read_arrays_record(directory)
        if verify:
            _verify_arrays(directory, arrays)
        conditions, seeds = arrays["conditions"], arrays["seeds"]
        records = committed_blocks(directory, stored_blocks(arrays), check=verify)
        files = [name for record in (arrays, *records.values()) for name in record["files"]]
        cells = {cell for record in records.values() for cell in rows_of(record)}
        store = CommittedStore(directory / TRAJECTORY, frozenset(n.removeprefix(f"{TRAJECTORY}/") for n in files))
        dataset = xarray.open_zarr(store, chunks=None, consolidated=False, mask_and_scale=False)
    committed = np.array([[(c, s) in cells for s in seeds] for c in conditions], dtype=bool)
    flag = xarray.Variable(("condition", "seed"), committed, {"units": "1", "long_name": "the replicate is committed"})
    names = xarray.Variable("condition", np.array(conditions), dataset["condition"].attrs)
    words = {
        name: xarray.Variable(dataset[name].dims, np.array(dataset[name].values.tolist()), dataset[name].attrs)
        for name in map(name_of, map(str, dataset.dims))
        if name in dataset.data_vars
    }
    whole = with_coordinates(typed_flags(dataset)).assign_coords({"condition": names, **words}).assign(committed=flag)
    counts = {dimension: count for dimension, count in GROWING.items() if dimension in whole.dims}
    return whole.isel({name: slice(0, max(0, int(whole[count].max()))) for name, count in counts.items()})


def _verify_arrays(directory: Path, record: dict[str, Any]) -> None:
    verify(directory / COMMITS / ARRAYS_RECORD, record)
