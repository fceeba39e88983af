"""Shards of a run put together: one directory with the bytes of a run that was computed at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.runs.cells_file import ENDING
from astrosim.runs.checkpoint import ENDS
from astrosim.runs.directory import SCENARIO, Key, RunDirectory, make_directory, noted_data
from astrosim.runs.lock import locked
from astrosim.runs.part import Part, read_part
from astrosim.runs.provenance import Start
from astrosim.runs.rerun import result_of
from astrosim.scenario.sweep.parameters import SweepColumns
from astrosim.store.blocks import Block
from astrosim.store.files import storage_errors, write_atomically
from astrosim.store.read import rows_of, stored_blocks
from astrosim.store.remote import local_copy, working_copy
from astrosim.store.transfer import place_arrays, place_commit

NOTHING: Mapping[str, Any] = {"cells": ()}  # record of a block that is not committed
NAMED = 3  # fields of differing scenarios that are named; assumed: more do not help


@dataclass(frozen=True)
class Merged:
    """Outcome of a merge.

    Attributes
    ----------
    replicates : int
        Of the whole run.
    missing : tuple of (str, int)
        Condition and seed of those that no directory holds, in the order of the run.
    absent : tuple of str
        Shards that are not among the directories, such as ``2/4``.
    """

    replicates: int
    missing: tuple[Key, ...]
    absent: tuple[str, ...]


def merge_runs(directories: Sequence[str | Path], out: str | Path, *, command: str = "") -> Merged:
    """Put the replicates of several directories of one run into another; the directories stay as they are.

    A merge that was interrupted is repeated with the same arguments, and goes on. What several directories hold is
    taken once, if the results are the same.

    Parameters
    ----------
    directories : sequence of str or Path
        Shards of a run, or parts of it, in any order, directories or addresses (URLs); one still in work gives what is
        committed.
    out : str or Path
        New or empty, or of an earlier merge of the same run; a directory or an address.
    command : str
        What the user typed; kept in provenance.json.

    Returns
    -------
    Merged

    Raises
    ------
    StoreError
        If a directory is no run, is damaged, or belongs to another run; if two hold different results of a replicate:
        nothing is written then. If `out` cannot be written, or something else lies there.
    """
    parts = [read_part(local_copy(one)) for one in directories]
    with working_copy(out, resume=None) as target:
        return _merged(parts, target, command)


def _merged(parts: Sequence[Part], target: Path, command: str) -> Merged:
    """Put parts together in a directory of this machine."""
    _check(parts, target)
    source = next((part for part in parts if part.arrays is not None), None)
    if source is None:
        raise StoreError(f"{parts[0].directory}: nothing is computed yet. `astrosim run DIR --resume` goes on with it.")
    merger = _Merger(parts, source, _owners(parts), target)
    make_directory(target)
    with locked(target):
        rows = merger.carry_over(command)
    keys = merger.keys
    return Merged(len(keys), tuple(key for key in keys if key not in rows), _absent(parts))


def _check(parts: Sequence[Part], target: Path) -> None:
    """Raise StoreError unless all directories are of one run, and none is the new one."""
    if not parts:
        raise StoreError("DIR: none is named. Name the directories of the shards.")
    for part in parts:
        if target.exists() and os.path.samefile(part.directory, target):
            raise StoreError(f"--out: {target} is one of the directories that are merged. Name a new one.")
        _check_same(part, parts[0])


def _check_same(part: Part, first: Part) -> None:
    """Raise StoreError unless two directories are of one run."""
    if part.scenario != first.scenario:
        fields = ", ".join(_differences(first.tables, part.tables)[:NAMED]) or "its text alone"
        raise StoreError(
            f"{part.directory}: another scenario than that of {first.directory} (they differ in {fields}). Merge the "
            "shards of one run: the same scenario, seeds and conditions, with --shard 1/N to N/N."
        )
    if part.arrays is not None and first.arrays is not None and part.arrays["files"] != first.arrays["files"]:
        raise StoreError(
            f"{part.directory}: other arrays than those of {first.directory}. Compare the versions in their "
            "provenance.json, and compute all shards with the same."
        )


def _differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Name the dotted paths at which nested tables differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = list(dict.fromkeys([*one, *other]))
        return [d for name in names for d in _differences(one.get(name), other.get(name), f"{path}.{name}".lstrip("."))]
    return [] if one == other else [path]


def _owners(parts: Sequence[Part]) -> dict[Block, Part]:
    """Return the directory that each commit is taken from; raise StoreError if two hold different results."""
    owner: dict[Block, Part] = {}
    problems = []
    for part in parts:
        for block, record in part.records.items():
            known = owner.setdefault(block, part)
            here, there = rows_of(known.records[block]).keys(), rows_of(record).keys()
            if here != there and (here <= there or there <= here):  # replicates failed in one of them
                owner[block] = part if here <= there else known
            elif known is not part and (what := _difference(known.records[block], record)):
                cells = "; ".join(f"condition {c}, seed {s}" for c, s in rows_of(record))
                problems.append(
                    f"{cells}: {known.directory} and {part.directory} hold different results ({what}). "
                    "Leave one of them out."
                )
    if problems:
        raise StoreError("\n".join(problems))
    return owner


def _difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Name what two commits of the same replicates differ in; empty if they tell the same results."""
    here, there = one["files"], other["files"]
    apart = [name for name in sorted(here.keys() | there.keys()) if here.get(name) != there.get(name)]
    mine, theirs = ({key: result_of(row) for key, row in rows_of(record).items()} for record in (one, other))
    return ", ".join([*apart, *(f"summary of seed {key[1]}" for key in mine if mine[key] != theirs.get(key))][:NAMED])


def _absent(parts: Sequence[Part]) -> tuple[str, ...]:
    """Name the shards that are missing, where all directories are shards of one division."""
    shards = [part.shard for part in parts if part.shard is not None]
    counts = {shard.count for shard in shards}
    if len(counts) != 1 or len(shards) < len(parts):
        return ()
    there, (count,) = {shard.number for shard in shards}, counts
    return tuple(f"{number}/{count}" for number in range(1, count + 1) if number not in there)


@dataclass(frozen=True)
class _Merger:
    """The merge itself: checked parts, the one whose arrays are taken, whose commits are whose, and the new place."""

    parts: Sequence[Part]
    source: Part
    owner: Mapping[Block, Part]
    target: Path

    @property
    def arrays(self) -> Mapping[str, Any]:
        assert self.source.arrays is not None
        return self.source.arrays

    @property
    def keys(self) -> list[Key]:
        """Condition and seed of all replicates of the run, in the order of its scenario."""
        return [(condition, seed) for condition in self.arrays["conditions"] for seed in self.arrays["seeds"]]

    def carry_over(self, command: str) -> dict[Key, Mapping[str, Any]]:
        """Write all that is not there yet; returns the rows of all that is."""
        run, outcome = RunDirectory(self.target), "failed"
        there = self._begin(run, command)
        try:
            with storage_errors(self.target):
                rows = self._place(there)
            run.columns = SweepColumns.stored(self.target)
            run.write_summary(rows, self.keys)
            outcome = "finished"
        finally:
            run.end(outcome)
        return rows

    def _begin(self, run: RunDirectory, command: str) -> Part | None:
        """Note what is merged; returns what an earlier merge has left."""
        first = self.parts[0]
        sources = self.parts[-1].provenance["sessions"][-1].get("sources", {})
        start = Start(command, 1, data=noted_data(self.parts[-1].directory), sources=sources)
        merged = [_entry(part) for part in self.parts]
        sessions = [session for part in self.parts for session in part.provenance["sessions"]]
        if (self.target / SCENARIO).exists():
            there = read_part(self.target)
            self._check_target(there)
            run.check()
            run.join(merged, sessions)
            run.go_on(replace(start, data=start.data or run.data))
            return there
        origin = {name: value for name, value in first.provenance.items() if name not in ("shard", "sessions")}
        origin |= {"merged": merged, "sessions": sorted(sessions, key=lambda one: str(one["start"]))}
        inputs = {self.target / name: data for name, data in first.inputs().items()}
        run.begin(first.scenario.decode(), first.provenance["seeds"], start, inputs, origin)
        run.warn_of_versions()
        return None

    def _check_target(self, there: Part) -> None:
        """Raise StoreError if the new place holds something else than an earlier merge of the same run."""
        if there.shard is not None:
            raise StoreError(f"--out: {self.target} holds shard {there.shard} of a run. Name a new directory.")
        _check_same(there, self.source)
        _owners([there, *self.parts])

    def _place(self, there: Part | None) -> dict[Key, Mapping[str, Any]]:
        """Copy arrays and commits that are not there; returns the rows of all that is committed then."""
        if there is None or there.arrays is None:
            place_arrays(self.target, _reader(self.source))
        records = dict(there.records) if there is not None else {}
        for block in stored_blocks(self.arrays):
            own = self.owner.get(block)
            if own is not None and len(rows_of(own.records[block])) > len(rows_of(records.get(block, NOTHING))):
                self._place_end(block)
                records[block] = place_commit(self.target, block, _reader(own))
        return {key: row for record in records.values() for key, row in rows_of(record).items()}

    def _place_end(self, block: Block) -> None:
        """Copy the final states that belong to a commit, if they were kept."""
        for ending in (".npz", ENDING):
            end = Path(ENDS) / f"{block.name}{ending}"
            found = self.owner[block].directory / end
            if found.exists():
                (self.target / ENDS).mkdir(exist_ok=True)
                write_atomically(self.target / end, found.read_bytes())


def _reader(part: Part) -> Any:
    return lambda name: (part.directory / name).read_bytes()


def _entry(part: Part) -> dict[str, Any]:
    """Return what provenance.json tells of a directory that was merged."""
    cells = sum(len(rows_of(record)) for record in part.records.values())
    shard = {} if part.shard is None else {"shard": str(part.shard)}
    return {"directory": str(part.directory.absolute()), "replicates": cells, **shard}
