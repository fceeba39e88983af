"""A run's working copy, mirrored to its address while it grows: what a commit record names first, then the record."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrosim.core.errors import AstrosimError, RunError
from astrosim.store.blocks import COMMITS
from astrosim.store.exchange import LONGER, MARKER
from astrosim.store.files import PROVENANCE, RUN_FILE, difference, sealed_content, sha256, stray
from astrosim.store.remote.address import Address
from astrosim.store.remote.fetch import ENDS, ENDS_ENDINGS, FAILURES, INPUTS, TOLD, Fetched
from astrosim.store.remote.objects import Objects
from astrosim.store.replicates import ARRAYS_RECORD, refuse_outside

LOGGER = logging.getLogger("astrosim.runs")
MIRROR_SECONDS = 3.0  # between two looks at the working copy; assumed: an upload costs more than a look
SETTING = "ASTROSIM_UPLOAD_SECONDS"  # environment variable that changes them
LONGEST_SECONDS = 60.0  # between attempts while uploads fail; assumed
LAST_ATTEMPTS = 4  # at the end of a run, with pauses of 1, 2, 4 s; assumed: a network that is away longer stays away
BATCH = 2**24  # bytes that are sent at once; assumed: many small files take one turn of the network
REPORT = "report.html"

Stamp = tuple[int, int, int]


def upload_seconds() -> float:
    """Return the time between uploads (s): `ASTROSIM_UPLOAD_SECONDS`, or the default.

    Raises
    ------
    RunError
        If the variable holds no such number.
    """
    text = os.environ.get(SETTING, str(MIRROR_SECONDS))
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(text)) < math.inf:
            return seconds
    raise RunError(f"{SETTING}: not a time ({text!r}). Write seconds, like 5.")


class Mirror:
    """Uploads of one session.

    Parameters
    ----------
    address : Address
    source : Path
        The working copy; only read.
    there : Fetched
        State of the address.

    Attributes
    ----------
    scenario : str
        Checksum of the scenario that lies at the address; empty for none.
    """

    def __init__(self, address: Address, source: Path, there: Fetched) -> None:
        self.address, self.source = address, source
        self.scenario, self._records = there.scenario, dict(there.records)
        self._failures = set(there.failures)
        self._stamps: dict[str, Stamp] = {}  # of the files as they were when they were last sent
        self._seconds = upload_seconds()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="astrosim-mirror", daemon=True)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Send what is new again and again, and all of it at the end.

        Raises
        ------
        RunError
            If not all could be sent; it lies in the working copy.
        """
        self._thread.start()
        try:
            yield
        except BaseException:
            self._end()
            with contextlib.suppress(AstrosimError):
                self._finish(1)  # the error itself says more
            raise
        self._end()
        self._finish(LAST_ATTEMPTS)

    def _end(self) -> None:
        self._over.set()
        self._thread.join()

    def _live(self) -> None:
        """Send again and again; what fails is told once, and tried again."""
        pause, objects = self._seconds, None
        while not self._over.wait(pause):
            try:
                objects = objects or Objects(self.address)
                self.send(objects)
                pause = self._seconds
            except (AstrosimError, OSError) as error:
                if pause == self._seconds:
                    LOGGER.warning("Not uploaded: %s The run goes on, and it is tried again.", error)
                objects = None
                pause = min(2 * pause, LONGEST_SECONDS)

    def _finish(self, attempts: int) -> None:
        """Send all that is left."""
        for attempt in range(attempts):
            try:
                self.send(Objects(self.address))
                return
            except (AstrosimError, OSError) as error:
                trouble = error
            if attempt + 1 < attempts:
                time.sleep(2.0**attempt)
        raise RunError(
            f"{trouble}\nNot all of the run is at {self.address.shown}; nothing is lost: it lies in {self.source}. "
            f"`astrosim run {self.address.shown} --resume` puts the rest there."
        )

    def send(self, objects: Objects) -> None:
        """Send what has changed since the last time.

        Raises
        ------
        StoreError
            If the place does not take it; the next call tries again.
        """
        scenario = self._content(RUN_FILE)
        if (self.source / LONGER / MARKER).exists():
            return  # its content is being exchanged
        if scenario is None:
            self._withdraw(objects)
            return
        if sha256(scenario) != self.scenario:
            self._begin(objects, scenario)
        self._send_records(objects)
        self._send_others(objects)

    def _content(self, name: str) -> bytes | None:
        try:
            return (self.source / name).read_bytes()
        except FileNotFoundError:
            return None

    def _changed(self, name: str) -> Stamp | None:
        """Return the stamp of a file that has changed since it was sent; None for no change, or no file."""
        try:
            state = (self.source / name).stat()
        except FileNotFoundError:
            return None
        stamp = (state.st_ino, state.st_mtime_ns, state.st_size)
        return None if self._stamps.get(name) == stamp else stamp

    def _withdraw(self, objects: Objects) -> None:
        """Leave nothing of a run that did not begin."""
        if self.scenario and not self._records:
            inputs = [f"{INPUTS}/{name}" for name in objects.names(INPUTS)]
            objects.remove([RUN_FILE, PROVENANCE, *TOLD, *inputs])
            self.scenario = ""
            self._stamps.clear()

    def _begin(self, objects: Objects, scenario: bytes) -> None:
        """Send what a run begins with, the scenario last; the commits of a shorter run go first."""
        if self.scenario:
            objects.remove([RUN_FILE, REPORT])
            self.scenario = ""
        for name in list(self._records):
            objects.remove([f"{COMMITS}/{name}"])
            del self._records[name]
        self._stamps.clear()
        names = [f"{INPUTS}/{path.name}" for path in self._files(INPUTS)]
        objects.write({name: data for name in [*names, PROVENANCE] if (data := self._content(name)) is not None})
        objects.write({RUN_FILE: scenario})
        self.scenario = sha256(scenario)

    def _files(self, folder: str) -> list[Path]:
        return [
            path for path in sorted((self.source / folder).glob("[!.]*")) if path.is_file() and not stray(path.name)
        ]

    def _send_records(self, objects: Objects) -> None:
        """Send new commits: that of the arrays first."""
        names = [path.name for path in self._files(COMMITS) if path.suffix == ".json"]
        batch = _Batch(objects, self._records, self._stamps)
        for name in sorted(names, key=lambda one: one != ARRAYS_RECORD):
            stamp = self._changed(f"{COMMITS}/{name}")
            if stamp is None or (data := self._content(f"{COMMITS}/{name}")) is None:
                continue
            if self._records.get(name) == sha256(data):
                self._stamps[f"{COMMITS}/{name}"] = stamp
            elif (files := self._named(data, name.removesuffix(".json"))) is not None:
                batch.add(name, data, files, stamp)
            if name == ARRAYS_RECORD:
                batch.send()
        batch.send()

    def _named(self, data: bytes, stem: str) -> dict[str, bytes] | None:
        """Return the files that belong to a record; None if they are being replaced at this moment."""
        try:
            entries: dict[str, Any] = sealed_content(data)["files"]
        except ValueError:
            return None
        refuse_outside(entries)
        found = {}
        for name, entry in entries.items():
            content = self._content(name)
            if content is None or difference(content, entry):
                return None
            found[name] = content
        ends = (f"{ENDS}/{stem}{ending}" for ending in ENDS_ENDINGS)
        return found | {name: content for name in ends if (content := self._content(name)) is not None}

    def _send_others(self, objects: Objects) -> None:
        """Send what tells of the run: provenance, table, signs of life, failures, report."""
        here = {path.name for path in self._files(FAILURES) if path.suffix == ".json"}
        for name in [PROVENANCE, *TOLD, REPORT, *(f"{FAILURES}/{name}" for name in sorted(here))]:
            stamp = self._changed(name)
            if stamp is not None and (data := self._content(name)) is not None:
                objects.write({name: data})
                self._stamps[name] = stamp
        objects.remove(f"{FAILURES}/{name}" for name in self._failures - here)
        self._failures = here


class _Batch:
    """Commits that are sent together: all their files, then their records."""

    def __init__(self, objects: Objects, known: dict[str, str], stamps: dict[str, Stamp]) -> None:
        self._objects, self._known, self._stamps = objects, known, stamps
        self._files: dict[str, bytes] = {}
        self._records: dict[str, tuple[bytes, Stamp]] = {}

    def add(self, name: str, record: bytes, files: dict[str, bytes], stamp: Stamp) -> None:
        self._files |= files
        self._records[name] = record, stamp
        if sum(map(len, self._files.values())) > BATCH:
            self.send()

    def send(self) -> None:
        for name in self._records:
            if self._known.pop(name, None) is not None:  # no reader shall see its files change
                self._objects.remove([f"{COMMITS}/{name}"])
        self._objects.write(self._files)
        self._objects.write({f"{COMMITS}/{name}": data for name, (data, _) in self._records.items()})
        for name, (data, stamp) in self._records.items():
            self._known[name] = sha256(data)
            self._stamps[f"{COMMITS}/{name}"] = stamp
        self._files, self._records = {}, {}
