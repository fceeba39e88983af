"""Signs of life of a run at an address, and how many of its replicates are committed: nothing else is fetched."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.store.blocks import COMMITS
from astrosim.store.files import PROVENANCE, RUN_FILE
from astrosim.store.remote.address import Address
from astrosim.store.remote.fetch import FAILURES
from astrosim.store.remote.mirror import upload_seconds
from astrosim.store.remote.objects import Objects
from astrosim.store.replicates import ARRAYS_RECORD

STATUS = "status.json"
WATCHED = 2.5  # times the time between uploads; assumed: within this, a run that is mirrored has given a sign
FORGOTTEN_SECONDS = 3600.0  # assumed: no two clocks are that far apart, so an older sign is of a run that has ended

Told = dict[str, Any]


@contextlib.contextmanager
def signs_at(address: Address) -> Iterator[tuple[Path, Callable[[], Told]]]:
    """Yield a temporary folder with what tells how a run stands, and a function that reads the signs of life again.

    Of the commits it has the names alone, and the record of the arrays.

    Raises
    ------
    StoreError
        If no run lies there, or it cannot be reached.
    """
    objects = Objects(address)
    if RUN_FILE not in objects.names():
        raise StoreError(
            f"{address.shown}: no run lies here. Name the address of a run; "
            f"`astrosim run SCENARIO --out {address.shown}` makes one."
        )
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for name in (COMMITS, FAILURES):
            (directory / name).mkdir()
        for name in {*objects.names(COMMITS)} - {ARRAYS_RECORD}:
            (directory / COMMITS / name).touch()
        failures = [f"{FAILURES}/{name}" for name in objects.names(FAILURES)]
        names = [RUN_FILE, PROVENANCE, STATUS, f"{COMMITS}/{ARRAYS_RECORD}", *failures]
        for name, data in objects.read_all(names).items():
            if data is not None:
                (directory / name).write_bytes(data)
        yield directory, lambda: read_told(objects)


def read_told(objects: Objects) -> Told:
    """Return what the last session at an address told of itself; empty if there is nothing to read."""
    try:
        told = json.loads(objects.read(STATUS) or b"{}")
        return told if isinstance(told, dict) and isinstance(told.get("beat"), float) else {}
    except ValueError:
        return {}


def lives(told: Told, again: Callable[[], Told]) -> bool:
    """Return whether a session soon gives another sign of life; `again` reads what it tells.

    A process of this machine that is gone gives none, and one whose last sign is an hour old neither.
    """
    if not told or time.time() - told["beat"] > FORGOTTEN_SECONDS:
        return False
    if told.get("host") == platform.node() and not _is_alive(told.get("process")):
        return False
    deadline = time.monotonic() + WATCHED * upload_seconds()
    while time.monotonic() < deadline:
        time.sleep(0.25)
        if again().get("number") != told.get("number"):
            return True
    return False


def _is_alive(process: Any) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, TypeError, ValueError):
        return False
    except OSError:
        pass
    return True
