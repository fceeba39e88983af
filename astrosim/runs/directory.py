"""The run directory: what lies where, how a run begins and goes on."""

from __future__ import annotations

import csv
import io
import json
import logging
import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.runs.cells_file import ENDING
from astrosim.runs.checkpoint import CHECKPOINTS
from astrosim.runs.lock import HELD, LOCK
from astrosim.runs.provenance import Start, now, session
from astrosim.runs.shard import Shard, noted_shard
from astrosim.scenario.inputs import FOLDER
from astrosim.scenario.sweep.parameters import SweepColumns
from astrosim.store.blocks import ALONE, COMMITS
from astrosim.store.files import (
    PROVENANCE,
    refuse_links,
    sha256,
    storage_errors,
    stray,
    write_atomically,
    write_sealed,
)
from astrosim.store.layout import FORMAT_VERSION, TRAJECTORY, Layout, create
from astrosim.store.replicates import ARRAYS_RECORD, read_commit, verify

LOGGER = logging.getLogger("astrosim.runs")
SCENARIO = "scenario.toml"
SUMMARY = "summary.csv"
Key = tuple[str, int]  # condition, seed
OWN = ("format_version", "scenario_sha256", "seeds")  # entries of provenance.json that belong to one scenario
BEFORE_START = {LOCK, HELD, PROVENANCE, FOLDER}  # what a run that died before its scenario was written may leave


class RunDirectory:
    """A directory that one run owns; used under its lock.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    data : Path or None
        Where the last session was told that data sets lie; known after `check`.
    columns : SweepColumns
        What a sweep adds to the rows of the summary.
    shard : Shard or None
        The share of a run that the directory holds; known after `begin` and `check`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: Path | None = None
        self.columns = SweepColumns()
        self.shard: Shard | None = None
        self._provenance: dict[str, Any] = {}
        self._first: dict[str, str] = {}  # versions of the first session

    def begin(
        self,
        scenario_text: str,
        seeds: Sequence[int],
        start: Start,
        inputs: Mapping[Path, bytes] | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        """Write provenance, the scenario's files and the scenario. It comes last: where it is, a run has begun.

        Raises
        ------
        StoreError
            If something else lies in the directory.
        """
        self._refuse_occupied()
        self._provenance = {
            "format_version": FORMAT_VERSION,
            "scenario_sha256": sha256(scenario_text.encode()),
            "seeds": list(seeds),
            **(origin or {}),
        }
        if start.shard is not None:
            self.shard = start.shard
            self._provenance["shard"] = str(start.shard)
        if start.branched_from is not None:
            self._provenance["branched_from"] = dict(start.branched_from)
        self._provenance["sessions"] = [*self._provenance.get("sessions", ()), session(start)]
        with storage_errors(self.path):
            self._write_provenance()
            for path, content in (inputs or {}).items():
                path.parent.mkdir(exist_ok=True)
                write_atomically(path, content)
            write_atomically(self.path / SCENARIO, scenario_text.encode())

    def _refuse_occupied(self) -> None:
        if (self.path / SCENARIO).exists():
            raise StoreError(
                f"{self.path}: a run lies here already. `astrosim run {self.path} --resume` goes on with it; "
                "for a new run name another directory."
            )
        with storage_errors(self.path):
            found = [p.name for p in self.path.iterdir() if p.name not in BEFORE_START and p.suffix != ".tmp"]
        others = [name for name in found if not stray(name)]
        if others:
            raise StoreError(f"{self.path}: not empty ({', '.join(sorted(others)[:3])} ...). Name a new directory.")

    def refuse_alike(self, conditions: Sequence[str]) -> None:
        """Refuse conditions that differ in capitals alone where the file system takes their files for the same.

        Raises
        ------
        StoreError
            If there are such conditions and this is such a file system.
        """
        alike = [name for name in conditions if [other.lower() for other in conditions].count(name.lower()) > 1]
        if alike and (self.path / LOCK.upper()).exists():
            raise StoreError(
                f"{self.path}: a file system that does not tell {' from '.join(alike[:2])}. Give these conditions "
                "names that differ in more than capitals, or choose another place with --out."
            )

    def check(self) -> None:
        """Check that the scenario is the one that was begun.

        Raises
        ------
        StoreError
            If the scenario or its provenance is missing or was edited, or a folder is a link.
        """
        with storage_errors(self.path):
            refuse_links(self.path)
            text = self._read(SCENARIO)
            provenance = self._read(PROVENANCE)
        try:
            self._provenance = json.loads(provenance)
            expected, sessions = self._provenance["scenario_sha256"], self._provenance["sessions"]
            self._first, self.data = sessions[0]["versions"], _data(sessions[-1])
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise StoreError(
                f"{self.path / PROVENANCE}: damaged ({error!r}). Put the original back, or run the scenario again."
            ) from error
        found = sha256(text.encode())
        if found != expected:
            raise StoreError(
                f"{self.path / SCENARIO}: changed since the run began (checksum {found[:12]}... where "
                f"{str(expected)[:12]}... was written). Undo the change, or run the edited one into another directory."
            )
        self.shard = noted_shard(self.path)

    def origin(self, longer: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the provenance of a longer run takes over from this one, after `check`.

        Parameters
        ----------
        longer : mapping
            How the longer run goes on.
        """
        kept = {name: value for name, value in self._provenance.items() if name not in OWN}
        return {**kept, "lengthened": [*self._provenance.get("lengthened", ()), {**longer, "start": now()}]}

    def go_on(self, start: Start) -> None:
        """Note another session, after `check`.

        Raises
        ------
        StoreError
            If another share of the run is asked for than the directory holds.
        """
        if start.shard is not None and start.shard != self.shard:
            held = f"shard {self.shard}" if self.shard is not None else "no shard, but a whole run"
            raise StoreError(
                f"--shard: {self.path} holds {held} ({start.shard}). Leave out --shard to go on with it, "
                "or name another directory with --out."
            )
        self._provenance["sessions"].append(session(start))
        _warn_of_versions(self._first, self._provenance["sessions"][-1]["versions"])
        with storage_errors(self.path):
            self._write_provenance()

    def join(self, merged: Sequence[Mapping[str, Any]], sessions: Sequence[Mapping[str, Any]]) -> None:
        """Note directories that are merged into this one, and their sessions, unless they are noted, after `check`."""
        for name, entries in (("merged", merged), ("sessions", sessions)):
            known = self._provenance.setdefault(name, [])
            known += [entry for entry in entries if entry not in known]
        self._provenance["sessions"].sort(key=lambda one: str(one["start"]))

    def warn_of_versions(self) -> None:
        """Warn if sessions had other versions than the first, after `begin`."""
        first, *others = (one["versions"] for one in self._provenance["sessions"])
        _warn_of_versions(first, next((one for one in others if one != first), first))

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise StoreError(
                f"{self.path / name}: missing, so there is no run to resume. Name the directory of a run, "
                "or start one: `astrosim run SCENARIO --out DIR`."
            ) from error
        except UnicodeDecodeError as error:
            raise StoreError(f"{self.path / name}: damaged ({error}). Put the original back.") from error

    def _write_provenance(self) -> None:
        text = json.dumps(self._provenance, indent=2) + "\n"
        write_atomically(self.path / PROVENANCE, text.encode())

    def end(self, outcome: str) -> None:
        """Note when and how the session ended."""
        self._provenance["sessions"][-1].update({"end": now(), "outcome": outcome})
        with storage_errors(self.path):
            self._write_provenance()

    def arrays(self, make: Callable[[], Layout]) -> bool:
        """Create the arrays, or check those that are there; says whether they were created.

        Parameters
        ----------
        make : callable
            Gives the layout; called only when the arrays are to be created.

        Raises
        ------
        StoreError
            If the record of the arrays is missing although replicates are committed, or the arrays are damaged.
        """
        record = self.path / COMMITS / ARRAYS_RECORD
        with storage_errors(self.path):
            for name in (COMMITS, CHECKPOINTS):
                (self.path / name).mkdir(exist_ok=True)
            found = read_commit(record)
        if found is not None:
            verify(record, found)
            return False
        if any((self.path / COMMITS).glob("[!.]*-*.json")):
            raise StoreError(f"{record}: missing. Run {self.path / SCENARIO} again into another directory.")
        layout = make()
        with storage_errors(self.path):
            shutil.rmtree(self.path / TRAJECTORY, ignore_errors=True)
            entries = create(layout, self.path / TRAJECTORY)
            content = {"conditions": list(layout.conditions), "seeds": list(layout.seeds), "files": entries}
            if layout.block != ALONE:
                content["block"] = list(layout.block)
            write_sealed(record, {"format_version": FORMAT_VERSION, **content})
        return True

    def computed(self) -> bool:
        """Return whether anything was computed here: a commit, or a checkpoint."""
        return any((self.path / COMMITS).glob("[!.]*-*.json")) or any(
            path.suffix in (".npz", ENDING) for path in (self.path / CHECKPOINTS).glob("[!.]*")
        )

    def drop_checkpoints(self, name: str) -> None:
        """Remove the checkpoints of a block that is committed whole."""
        with storage_errors(self.path):
            for ending in (".npz", ENDING):
                (self.path / CHECKPOINTS / f"{name}{ending}").unlink(missing_ok=True)

    def write_summary(self, rows: Mapping[Key, Mapping[str, Any]], order: Sequence[Key]) -> None:
        """Write the rows of the committed replicates, in the order of the scenario."""
        present = [self.columns.beside(rows[key]) for key in order if key in rows]
        if present:
            with storage_errors(self.path):
                write_atomically(self.path / SUMMARY, summary_text(present).encode())


def make_directory(path: Path) -> bool:
    """Make a directory for a run, if there is none; says whether it was made.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            if not path.is_dir():
                raise
            return False
    return True


def take_name(path: Path) -> Path:
    """Make a directory, or the first of ``NAME-2``, ``NAME-3`` ... that does not exist: of several processes, each
    makes its own.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    chosen, number = path, 1
    while os.path.lexists(chosen) or not make_directory(chosen):
        number += 1
        chosen = path.with_name(f"{path.name}-{number}")
    return chosen


def clear(path: Path) -> None:
    """Remove all that a run left in a directory that was empty before it."""
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _data(noted: Mapping[str, Any]) -> Path | None:
    return Path(noted["data"]) if noted.get("data") is not None else None


def noted_data(directory: Path) -> Path | None:
    """Return the folder of data sets of a run's last session; None if none was named."""
    try:
        return _data(json.loads((directory / PROVENANCE).read_bytes())["sessions"][-1])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def summary_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV: reals with all their digits, nan for what does not exist."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell_text(row[column]) for column in rows[0]] for row in rows)
    return text.getvalue()


def _cell_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "nan"
    return repr(value) if isinstance(value, float) else str(value)


def _warn_of_versions(first: Mapping[str, str], latest: Mapping[str, str]) -> None:
    changed = [f"{n} {first.get(n)} -> {v}" for n, v in latest.items() if first.get(n) != v]
    if changed:
        LOGGER.warning("Versions have changed since the run began: %s. Results may differ.", ", ".join(changed))
