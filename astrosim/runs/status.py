"""How a run stands, read from its directory by anyone, on this machine or another: nothing is written. Times in s."""

from __future__ import annotations

import json
import platform
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from astrosim.runs.directory import SCENARIO
from astrosim.runs.failures import read_failures
from astrosim.runs.heartbeat import BEAT_SECONDS, STATUS
from astrosim.runs.lock import is_held
from astrosim.runs.shard import noted_shard
from astrosim.store.blocks import COMMITS
from astrosim.store.exchange import outer
from astrosim.store.files import no_run, storage_errors
from astrosim.store.read import stored_blocks
from astrosim.store.remote import is_address
from astrosim.store.remote.address import Address
from astrosim.store.remote.folders import WORKING
from astrosim.store.remote.signs import lives, signs_at
from astrosim.store.replicates import ARRAYS_RECORD, read_commit

LOOK_SECONDS = 2.5 * BEAT_SECONDS  # assumed: within this, a run that lives has given a sign
STATES = {
    "running": "in work",
    "killed": "it was ended from outside (kill -9, a crash, no memory); what is committed is kept",
    "finished": "all its replicates are committed",
    "interrupted": "it was asked to stop, and can go on",
    "failed": "it ended with an error",
    "unfinished": "replicates are missing, and nobody works on them",
}
"""States of a run, and what each means."""


@dataclass(frozen=True)
class Status:
    """State of a run.

    Attributes
    ----------
    directory : str
    state : str
        One of `STATES`.
    replicates, done, failed, running, waiting : int
        Of the run, or of the share that the directory holds.
    rate : float or None
        Units of work per second, lately.
    unit : str
        What is counted: trials, updates.
    seconds_left : float or None
        At that rate.
    age_seconds : float or None
        Since the last sign of life, by the clocks of both machines; None if there never was one.
    process : int or None
    host : str
        Of the last session.
    same_host : bool
        Whether that is this machine.
    executor : str
    workers : int
        As the session was asked for.
    names : tuple of str
        Workers that are known.
    dashboard : str
        Link to Dask's page; empty for none.
    working : tuple of str
        Jobs in work.
    shard : str
        Share of a run that the directory holds, such as ``3/4``; empty for a whole run.
    """

    directory: str
    state: str
    replicates: int
    done: int
    failed: int = 0
    running: int = 0
    waiting: int = 0
    rate: float | None = None
    unit: str = "trials"
    seconds_left: float | None = None
    age_seconds: float | None = None
    process: int | None = None
    host: str = ""
    same_host: bool = True
    executor: str = ""
    workers: int = 0
    names: tuple[str, ...] = ()
    dashboard: str = ""
    working: tuple[str, ...] = ()
    shard: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def read_status(place: str | Path) -> Status:
    """Return how a run stands.

    Where the last session's host is another machine, whose clock may differ, and it is not certain that it ended, the
    directory is watched for a moment: a run that lives gives a sign every second.

    Parameters
    ----------
    place : str or Path
        Directory or address (URL) of a run; it may be in work.

    Raises
    ------
    StoreError
        If it is no run, or what it keeps of failures is damaged.
    """
    if is_address(place):
        return _status_at(Address.of(place))
    directory = outer(Path(place))
    if not (directory / SCENARIO).is_file():
        raise no_run(directory)
    told = _told(directory)
    held = is_held(directory)
    if told.get("outcome") is None and not held and told and told.get("host") != platform.node():
        held = _lives(directory, told)
        told = _told(directory)
    done, replicates = _counted(directory)
    replicates = replicates or int(told.get("replicates", 0))  # before there are arrays
    return _status(directory, told, held, done, replicates)


def _status_at(address: Address) -> Status:
    """Return how a run at an address stands: by its working copy, where it is computed on this machine."""
    own = address.folder() / WORKING / address.name
    if is_held(own):
        return replace(read_status(own), directory=address.shown)
    with signs_at(address) as (directory, again):
        told = _told(directory)
        alive = bool(told) and told.get("outcome") is None and lives(told, again)
        done, replicates = _counted(directory)
        found = _status(directory, told, alive, done, replicates or int(told.get("replicates", 0)))
    return replace(found, directory=address.shown)


def _status(directory: Path, told: dict[str, Any], alive: bool, done: int, replicates: int) -> Status:
    """Put together what the session told and what lies there."""
    running = int(told.get("running", 0)) if alive else 0
    failed = len(read_failures(directory))
    waiting = max(0, replicates - done - failed - running)
    rate, left = told.get("rate") if alive else None, int(told.get("units_all", 0)) - int(told.get("units", 0))
    beat = told.get("beat")
    return Status(
        directory=str(directory),
        state=_state(told, alive, done, replicates),
        replicates=replicates,
        done=done,
        failed=failed,
        running=running,
        waiting=waiting,
        rate=rate,
        unit=str(told.get("unit", "trials")),
        seconds_left=left / rate if rate else None,
        age_seconds=None if beat is None else time.time() - beat,
        process=told.get("process"),
        host=str(told.get("host", "")),
        same_host=told.get("host", platform.node()) == platform.node(),
        executor=str(told.get("executor", "")),
        workers=int(told.get("workers", 0)),
        names=tuple(told.get("names", ())) if alive else (),
        dashboard=str(told.get("dashboard", "")) if alive else "",
        working=tuple(told.get("working", ())) if alive else (),
        shard=str(noted_shard(directory) or ""),
    )


def _state(told: dict[str, Any], alive: bool, done: int, replicates: int) -> str:
    if alive:
        return "running"
    if told and told.get("outcome") is None:
        return "killed"
    if replicates and done >= replicates:
        return "finished"
    return str(told["outcome"]) if told.get("outcome") in ("interrupted", "failed") else "unfinished"


def _told(directory: Path) -> dict[str, Any]:
    """What the last session told of itself; empty if there is nothing to read."""
    try:
        told = json.loads((directory / STATUS).read_bytes())
        return dict(told) if isinstance(told.get("beat"), float) else {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _lives(directory: Path, told: dict[str, Any]) -> bool:
    """Watch for a moment whether the session gives another sign of life."""
    deadline = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < deadline:
        time.sleep(BEAT_SECONDS / 10)
        if _told(directory).get("number", told["number"]) != told["number"]:
            return True
    return False


def _counted(directory: Path) -> tuple[int, int]:
    """Replicates that are committed, by the names of the records alone, and all of the run or the shard."""
    with storage_errors(directory):
        arrays = read_commit(directory / COMMITS / ARRAYS_RECORD)
        if arrays is None:
            return 0, 0
        there = {path.name for path in (directory / COMMITS).iterdir()}
    blocks, shard = stored_blocks(arrays), noted_shard(directory)
    blocks = blocks if shard is None else shard.of(blocks)
    failed = {one.cell for one in read_failures(directory)}
    committed = [cell for block in blocks if f"{block.name}.json" in there for cell in block.cells]
    return sum(cell not in failed for cell in committed), sum(len(block.cells) for block in blocks)
