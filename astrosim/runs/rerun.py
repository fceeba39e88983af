"""Replay of a run from its own directory, and what differs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.core.errors import Interrupted, StoreError
from astrosim.runs.directory import noted_data
from astrosim.runs.progress import Progress
from astrosim.runs.session import run_scenario
from astrosim.runs.shard import noted_shard
from astrosim.scenario import load_run
from astrosim.scenario.stored import allowing
from astrosim.store.blocks import Block, Cell
from astrosim.store.files import storage_errors
from astrosim.store.read import committed_blocks, open_replicates, read_arrays_record, rows_of, stored_blocks
from astrosim.store.remote import local_copy

if TYPE_CHECKING:
    import xarray

LISTED = 20  # differences that are told; assumed: more do not help
NOT_COMPARED = {"wall_s"}  # time is no result
TIME_LIMITED = ("ceiling", "ceiling_upper", "ceiling_exact")  # a bound under a time limit is no result either


@dataclass(frozen=True)
class RerunResult:
    """Outcome of a replay.

    Attributes
    ----------
    identical : bool
        State, decisions, records and summary are the same to the last bit.
    differences : tuple of str
        The first of them, by variable, condition and seed.
    """

    identical: bool
    differences: tuple[str, ...]


def rerun(
    directory: str | Path,
    workers: int | None = None,
    *,
    out: str | Path | None = None,
    data: str | Path | None = None,
    progress: bool | Progress | None = None,
    command: str = "",
    allow_code: bool = False,
) -> RerunResult:
    """Run a directory's scenario again, compare all that it recorded, and remove the copy.

    Parameters
    ----------
    directory : str or Path
        A finished run, or the address (URL) of one.
    workers : int, optional
        See `run_scenario`.
    out : str or Path, optional
        Where the copy is computed; by default beside the directory.
    data : str or Path, optional
        Where data sets lie; by default where they were for the run.
    progress : bool or callable, optional
        See `run_scenario`.
    command : str
        What the user typed.
    allow_code : bool
        Execute code that came with the directory although this user has not run it before.

    Raises
    ------
    ScenarioError
        If there is such code and it is not allowed.
    StoreError
        If the run is unfinished or damaged, or there is no room for the copy.
    Interrupted
        On Ctrl-C; nothing is left of the copy.
    """
    path = local_copy(directory)
    with allowing(allow_code):
        scenario = load_run(path)
    records = _finished(path)
    place = Path(out) if out is not None else path.absolute().parent
    with storage_errors(place):
        place.mkdir(parents=True, exist_ok=True)
        copy = Path(tempfile.mkdtemp(prefix=f".{path.name[:40]}.rerun-", dir=place))
    try:
        data = noted_data(path) if data is None else data
        run_scenario(scenario, copy, workers=workers, data=data, progress=progress, command=command)
        differences = list(_differences(path, records, copy))
    except Interrupted:
        raise Interrupted(f"Interrupted: {path} is as it was, and the copy is removed.") from None
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return RerunResult(not differences, tuple(differences[:LISTED]))


Records = dict[Block, dict[str, Any]]


def _finished(path: Path) -> Records:
    with storage_errors(path):
        arrays = read_arrays_record(path)
        records = committed_blocks(path, stored_blocks(arrays))
    replicates = len(arrays["conditions"]) * len(arrays["seeds"])
    if (known := len(_rows(records))) < replicates:
        if (shard := noted_shard(path)) is not None:
            raise StoreError(
                f"{path}: shard {shard} of a run, which cannot be repeated alone. Merge all shards "
                "(`astrosim merge DIR... --out DIR`), then rerun the whole."
            )
        raise StoreError(
            f"{path}: {known} of {replicates} replicates are committed. "
            f"Finish it first: `astrosim run {path} --resume`; then rerun it."
        )
    return records


def _rows(records: Records) -> dict[Cell, dict[str, Any]]:
    return {cell: row for record in records.values() for cell, row in rows_of(record).items()}


def _differences(path: Path, records: Records, copy: Path) -> Iterator[str]:
    replayed = _finished(copy)
    yield from _summary_differences(_rows(records), _rows(replayed))
    if all(records[key]["files"] == replayed.get(key, {}).get("files") for key in records):
        return  # the same bytes
    yield from _array_differences(open_replicates(path), open_replicates(copy))


def _summary_differences(stored: Mapping[Cell, Any], replayed: Mapping[Cell, Any]) -> Iterator[str]:
    for (condition, seed), row in stored.items():
        old, new = result_of(row), result_of(replayed[condition, seed])
        for column in old.keys() | new.keys():
            if old.get(column) != new.get(column):
                yield (
                    f"summary, {column}, condition {condition}, seed {seed}: "
                    f"{old.get(column)!r} was stored, {new.get(column)!r} came out"
                )


def result_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of a summary tells of the result: no time, and no bound that a time limit cut short."""
    left_out = NOT_COMPARED | (set(TIME_LIMITED) if row.get("ceiling_exact") is False else set())
    return {column: value for column, value in row.items() if column not in left_out}


def _array_differences(old: xarray.Dataset, new: xarray.Dataset) -> Iterator[str]:
    for name in [*old.variables, *(n for n in new.variables if n not in old.variables)]:
        if name not in new.variables or name not in old.variables:
            yield f"{name}: only in the {'stored run' if name in old.variables else 'replay'}"
        elif old[name].shape != new[name].shape or old[name].dtype != new[name].dtype:
            yield f"{name}: {old[name].dtype}{old[name].shape} was stored, {new[name].dtype}{new[name].shape} came out"
        elif old[name].dims[:2] == ("condition", "seed"):
            yield from _replicate_differences(name, old[name], new[name])
        elif not np.array_equal(old[name].values, new[name].values):
            yield f"{name}: other values"


def _replicate_differences(name: Any, old: xarray.DataArray, new: xarray.DataArray) -> Iterator[str]:
    for row, condition in enumerate(old["condition"].values):
        for column, seed in enumerate(old["seed"].values):
            one, other = np.atleast_1d(old[row, column].values), np.atleast_1d(new[row, column].values)
            if one.tobytes() == other.tobytes():
                continue
            apart = one != other
            if one.dtype.kind == "f":
                apart &= ~(np.isnan(one) & np.isnan(other))
            if apart.any():
                place = tuple(int(i) for i in np.argwhere(apart)[0])
                yield (
                    f"{name}{list(place)}, condition {condition}, seed {seed}: {one[place]!r} was stored, "
                    f"{other[place]!r} came out ({int(apart.sum())} of {apart.size} values differ)"
                )
