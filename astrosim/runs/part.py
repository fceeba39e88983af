"""A run directory as one of several that are merged: read only, all of it checked before anything is written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.runs.directory import SCENARIO, RunDirectory
from astrosim.runs.shard import Shard
from astrosim.scenario.inputs import FOLDER
from astrosim.store.blocks import COMMITS, Block
from astrosim.store.exchange import check_settled
from astrosim.store.files import PROVENANCE, no_run, sha256, storage_errors
from astrosim.store.read import stored_blocks
from astrosim.store.replicates import ARRAYS_RECORD, read_commit, verify


@dataclass(frozen=True)
class Part:
    """A run directory that others may be merged with.

    Attributes
    ----------
    directory : Path
    scenario : bytes
        Of scenario.toml.
    provenance : mapping
    shard : Shard or None
        The share that it holds; None for a whole run.
    arrays : mapping or None
        The record that commits the arrays; None if the run ended before there were any.
    records : mapping of Block to mapping
        Commit records.
    """

    directory: Path
    scenario: bytes
    provenance: Mapping[str, Any]
    shard: Shard | None
    arrays: Mapping[str, Any] | None
    records: Mapping[Block, Mapping[str, Any]]

    @property
    def tables(self) -> dict[str, Any]:
        """Its scenario, as tables."""
        return tomllib.loads(self.scenario.decode())

    def inputs(self) -> dict[str, bytes]:
        """Return the contents of the files that the scenario names, by their path inside the directory.

        Raises
        ------
        StoreError
            If one is missing or damaged, or lies elsewhere.
        """
        found = {}
        for name, expected in _files(self.tables):
            if PurePosixPath(name).parts[:-1] != (FOLDER,):
                raise StoreError(f"{self.directory / SCENARIO}: a file that lies outside {FOLDER} ({name}).")
            with storage_errors(self.directory):
                found[name] = (self.directory / name).read_bytes()
            if sha256(found[name]) != expected:
                raise StoreError(f"{self.directory / name}: damaged (its checksum is not {expected[:12]}...).")
        return found


def _files(tables: Any) -> Iterator[tuple[str, str]]:
    """Names and checksums of the files that the tables of a scenario name."""
    if isinstance(tables, dict):
        if isinstance(tables.get("file"), str) and isinstance(tables.get("sha256"), str):
            yield tables["file"], tables["sha256"]
        for value in tables.values():
            yield from _files(value)
    elif isinstance(tables, list):
        for value in tables:
            yield from _files(value)


def read_part(directory: Path) -> Part:
    """Read a run directory, and check all that is committed there.

    Raises
    ------
    StoreError
        If it is no run, or something is damaged: names every file.
    """
    if not (directory / SCENARIO).is_file():
        raise no_run(directory)
    run = RunDirectory(directory)
    run.check()
    with storage_errors(directory):
        check_settled(directory)
        arrays = read_commit(directory / COMMITS / ARRAYS_RECORD)
        records = {} if arrays is None else _records(directory, arrays)
        scenario = (directory / SCENARIO).read_bytes()
        provenance = json.loads((directory / PROVENANCE).read_bytes())
    return Part(directory, scenario, provenance, run.shard, arrays, records)


def _records(directory: Path, arrays: Mapping[str, Any]) -> dict[Block, Mapping[str, Any]]:
    """Commit records by block, their files verified; raise StoreError with all that is damaged."""
    there = {path.name for path in (directory / COMMITS).iterdir()}
    paths: dict[Block | None, Path] = {None: directory / COMMITS / ARRAYS_RECORD}
    paths |= {block: block.commit_path(directory) for block in stored_blocks(arrays)}
    records: dict[Block, Mapping[str, Any]] = {}
    problems = []
    for block, path in paths.items():
        try:
            record = read_commit(path) if path.name in there else None
            if record is not None:
                verify(path, record)
                if block is not None:
                    records[block] = record
        except StoreError as error:
            problems.append(str(error))
    if problems:
        raise StoreError("\n".join(problems))
    return records
