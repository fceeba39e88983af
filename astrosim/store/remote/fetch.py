"""What is committed at an address, fetched into a local folder: every file checked against its record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.store.blocks import COMMITS, Block, rows_of, stored_blocks
from astrosim.store.files import (
    PROVENANCE,
    RUN_FILE,
    damage,
    difference,
    fsync_directories,
    sealed_content,
    sha256,
    write_atomically,
    write_durably,
)
from astrosim.store.layout import TRAJECTORY
from astrosim.store.remote.objects import Objects, in_parts
from astrosim.store.replicates import ARRAYS_RECORD, read_commit, refuse_outside
from astrosim.store.transfer import place_arrays, place_commit, place_files

INPUTS, ENDS, FAILURES = "inputs", "ends", "failures"
"""Folders of a run directory beside the trajectories and their records."""
ENDS_ENDINGS = (".npz", ".cells")
TOLD = ("summary.csv", "status.json")
"""Files that tell of a run, and that no result depends on."""
ATTEMPTS = 3  # at a record that changes while it is read; assumed: a block is committed again once or twice


@dataclass
class Fetched:
    """State of an address, as it was found.

    Attributes
    ----------
    scenario : str
        Checksum of the scenario; empty if no run lies there.
    records : dict of str to str
        Checksums of the commit records, by file name.
    failures : list of str
        File names of what failed.
    """

    scenario: str = ""
    records: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class Fetch:
    """One look at an address, and the local folder that takes what lies there.

    Parameters
    ----------
    objects : Objects
    target : Path
        Run directory; made if there is none.
    exact : bool
        Let it hold nothing else than what lies there; otherwise what it holds beside is kept.
    """

    def __init__(self, objects: Objects, target: Path, exact: bool) -> None:
        self.objects, self.target, self.exact = objects, target, exact
        self.found = Fetched()
        self.problems: list[str] = []

    def run(self) -> Fetched:
        """Take what is committed there and not here.

        Raises
        ------
        StoreError
            If no run lies there; if something is damaged: names every file, and the remedy.
        """
        self._take_head()
        arrays = self._take_arrays()
        if arrays is not None:
            for block in stored_blocks(arrays):
                if "/" in block.name or "\\" in block.name:
                    raise StoreError(f"{self.objects.shown(COMMITS)}: no run of astrosim ({block.name}).")
            self._take_commits({block.name: block for block in stored_blocks(arrays)})
        if self.problems:
            raise StoreError("\n".join(self.problems))
        self._take_told()
        return self.found

    def _take_head(self) -> None:
        """Take provenance and inputs, and the scenario last: where it is, a run has begun."""
        scenario = self._needed(RUN_FILE)
        here = self.target / RUN_FILE
        self.found.scenario = sha256(scenario)
        if here.exists() and here.read_bytes() != scenario:
            if not self.exact:
                raise StoreError(
                    f"{self.target}: this working copy holds another run than {self.objects.shown('')}. Delete it, "
                    "or name another place for it with --work."
                )
            shutil.rmtree(self.target)
        provenance = self._needed(PROVENANCE)
        self.target.mkdir(parents=True, exist_ok=True)
        if self.exact or _sessions(provenance) > _sessions(self._here(PROVENANCE)):
            write_atomically(self.target / PROVENANCE, provenance)
        inputs = [f"{INPUTS}/{name}" for name in self.objects.names(INPUTS)]
        for name, data in self.objects.read_all(one for one in inputs if self._here(one) is None).items():
            self._write(name, data)
        if not here.exists():
            write_atomically(here, scenario)

    def _needed(self, name: str) -> bytes:
        data = self.objects.read(name)
        if data is None:
            raise StoreError(
                f"{self.objects.shown('')}: no run lies here ({name} is missing). Name the address of a run; "
                f"`astrosim run SCENARIO --out {self.objects.shown('')}` makes one."
            )
        return data

    def _here(self, name: str) -> bytes | None:
        try:
            return (self.target / name).read_bytes()
        except FileNotFoundError:
            return None

    def _write(self, name: str, data: bytes | None) -> None:
        if data is not None:
            path = self.target / name
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, data)

    def _take_arrays(self) -> dict[str, Any] | None:
        """Return the record of the arrays, which are here then; None if there are none yet."""
        name = f"{COMMITS}/{ARRAYS_RECORD}"
        data = self.objects.read(name)
        if data is None:
            if self.exact:
                shutil.rmtree(self.target / COMMITS, ignore_errors=True)
            return None
        remedy = f"Run {self.objects.shown(RUN_FILE)} again into another place."
        record = self._content(name, data, remedy)
        self.found.records[ARRAYS_RECORD] = sha256(data)
        here = self._here(name)
        if here == data:
            self._heal(record, remedy)
            return record
        if here is not None and not self.exact:
            raise StoreError(
                f"{self.target}: other arrays than those at {self.objects.shown('')}. Compare the versions in their "
                "provenance.json; delete this working copy, or name another place for it with --work."
            )
        shutil.rmtree(self.target / COMMITS, ignore_errors=True)
        files = self._files(record["files"], remedy)
        if self.problems:
            raise StoreError("\n".join(self.problems))
        place_arrays(self.target, {**files, name: data}.__getitem__)
        return record

    def _content(self, name: str, data: bytes, remedy: str) -> dict[str, Any]:
        try:
            record = sealed_content(data)
            refuse_outside(record["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.objects.shown(name)}: {error}. {remedy}") from None
        except StoreError as error:
            raise StoreError(f"{self.objects.shown(name)}: {error}") from None
        return record

    def _files(self, entries: Mapping[str, Mapping[str, Any]], remedy: str) -> dict[str, bytes]:
        """Return the files of a record, by its names; what is damaged goes to the problems."""
        found, lines = {}, []
        for part in in_parts({name: int(entry["bytes"]) for name, entry in entries.items()}):
            for name, data in self.objects.read_all(part).items():
                if what := difference(data, entries[name]):
                    lines.append(f"{self.objects.shown(name)}: {what}")
                elif data is not None:
                    found[name] = data
        if lines:
            self.problems += [*lines, remedy]
        return found

    def _heal(self, record: Mapping[str, Any], remedy: str) -> None:
        """Fetch the files of a record that are not here as it says."""
        entries = record["files"]
        wrong = {name: entry for name, entry in entries.items() if any(damage(self.target, {name: entry}))}
        files = self._files(wrong, remedy)
        if len(files) == len(wrong):
            place_files(self.target / TRAJECTORY, wrong, lambda name: files[f"{TRAJECTORY}/{name}"])

    def _take_commits(self, blocks: Mapping[str, Block]) -> None:
        names = [name for name in self.objects.names(COMMITS) if name.removesuffix(".json") in blocks]
        ends: dict[str, list[str]] = {}
        for end in self.objects.names(ENDS):
            stem, dot, ending = end.rpartition(".")
            if dot + ending in ENDS_ENDINGS:
                ends.setdefault(stem, []).append(f"{ENDS}/{end}")
        for name, data in self.objects.read_all(f"{COMMITS}/{name}" for name in names).items():
            block = blocks[name.removeprefix(f"{COMMITS}/").removesuffix(".json")]
            self._take_commit(block, data, ends.get(block.name, []))
        if self.exact:
            there = {f"{name}.json" for name in blocks} & {*self.found.records}
            for path in (self.target / COMMITS).glob("*.json"):
                if path.name not in {ARRAYS_RECORD, *there}:
                    path.unlink()

    def _take_commit(self, block: Block, data: bytes | None, ends: list[str]) -> None:
        """Take a commit; once more if it was replaced meanwhile, by one of more replicates."""
        name = f"{COMMITS}/{block.name}.json"
        remedy = (
            f"Delete {self.objects.shown(name)} there; `astrosim run {self.objects.shown('')} --resume` then puts "
            "these replicates there again."
        )
        known = len(self.problems)
        for _ in range(ATTEMPTS):
            if data is None:
                return
            del self.problems[known:]
            try:
                self._place(block, data, ends, remedy)
            except StoreError as error:
                self.problems.append(str(error))
            if len(self.problems) == known:
                self.found.records[f"{block.name}.json"] = sha256(data)
                return
            before, data = data, self.objects.read(name)
            if data == before:
                return

    def _place(self, block: Block, data: bytes, ends: list[str], remedy: str) -> None:
        name = f"{COMMITS}/{block.name}.json"
        record = self._content(name, data, remedy)
        here = self._here(name)
        if here == data:
            self._heal(record, remedy)
            ends = [end for end in ends if not (self.target / end).exists()]
        elif here is None or self.exact or self._holds_more(record, block):
            files = self._files(record["files"], remedy)
            if len(files) < len(record["files"]):
                return
            place_commit(self.target, block, {**files, name: data}.__getitem__)
        else:
            return
        if ends:
            (self.target / ENDS).mkdir(exist_ok=True)
            for end, content in self.objects.read_all(ends).items():
                if content is not None:
                    write_durably(self.target / end, content)
            fsync_directories([self.target / ENDS])

    def _holds_more(self, record: Mapping[str, Any], block: Block) -> bool:
        """Whether a record holds all replicates that are committed here."""
        try:
            here = read_commit(block.commit_path(self.target))
        except StoreError:
            return True
        return here is None or rows_of(here).keys() <= rows_of(record).keys()

    def _take_told(self) -> None:
        """Take what tells of the run: its table, its latest sign of life, its failures."""
        self.found.failures = [name for name in self.objects.names(FAILURES) if name.endswith(".json")]
        if not self.exact:
            return
        shutil.rmtree(self.target / FAILURES, ignore_errors=True)
        told = [*TOLD, *(f"{FAILURES}/{name}" for name in self.found.failures)]
        for name, data in self.objects.read_all(told).items():
            self._write(name, data)


def _sessions(provenance: bytes | None) -> int:
    """How many sessions a provenance.json tells of."""
    try:
        return len(json.loads(provenance or b"{}")["sessions"])
    except (ValueError, KeyError, TypeError):
        return 0
