"""Signs of life: a small file in the run directory that says how far a run is. Times in seconds; it is no result.

It is written about once a second while a session lasts, whole or not at all, without waiting for the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from astrosim.runs.executors.base import Executor
from astrosim.runs.provenance import now

STATUS = "status.json"
FORMAT_VERSION = 1
BEAT_SECONDS = 1.0  # between signs of life; assumed: a look at a run is that old at most
RATE_SECONDS = 60.0  # over which the rate is measured; assumed: longer than a replicate's beginning
LISTED = 100  # workers and jobs that are named; assumed: a larger cluster is not read by name


class Heartbeat:
    """Writer of the status file of one session; entered while the session lasts.

    Parameters
    ----------
    directory : Path
        Run directory.
    facts : mapping
        What stays the same: executor, workers, unit, shard; what JSON knows.
    """

    def __init__(self, directory: Path, facts: Mapping[str, Any]) -> None:
        self.path = directory / STATUS
        self.executor: Executor | None = None
        self.outcome: str | None = None
        self._facts = {
            "format_version": FORMAT_VERSION,
            "process": os.getpid(),
            "host": platform.node(),
            "begun": now(),
            **facts,
        }
        self._counts: dict[str, int] = {}
        self._past: deque[tuple[float, int]] = deque()
        self._number = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="astrosim-status", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self.executor = None
        self._write()

    def note(self, units: int, units_all: int, done: int, replicates: int, failed: int) -> None:
        """Take in how far the run is: units of work and replicates, done and in all, and failed replicates."""
        counts = {"units": units, "units_all": units_all, "done": done, "replicates": replicates, "failed": failed}
        self._counts = counts
        clock = time.monotonic()
        if not self._past or clock - self._past[-1][0] > BEAT_SECONDS:
            self._past.append((clock, units))
        while clock - self._past[0][0] > RATE_SECONDS and len(self._past) > 2:
            self._past.popleft()

    def _live(self) -> None:
        while True:
            self._write()
            if self._over.wait(BEAT_SECONDS):
                return

    def _write(self) -> None:
        """Write the file; where that is refused, the run itself says what is wrong."""
        self._number += 1
        told = {**self._facts, **self._counts, **self._work(), "rate": self._rate(), "outcome": self.outcome}
        told |= {"number": self._number, "beat": time.time()}
        partial = self.path.with_name(f"{STATUS}.tmp")
        with contextlib.suppress(OSError):
            partial.write_text(json.dumps(told, indent=1) + "\n")
            os.replace(partial, self.path)

    def _work(self) -> dict[str, Any]:
        """Return what is in work, and where."""
        executor = self.executor
        if executor is None:
            return {"working": [], "running": 0, "names": [], "dashboard": ""}
        with contextlib.suppress(RuntimeError):  # the run hands out a job at this moment
            jobs = executor.working()
            running = sum(len(job.replicates) for job in jobs)
            place = executor.place()
            return {"working": [job.label for job in jobs[:LISTED]], "running": running, **place}
        return {}

    def _rate(self) -> float | None:
        """Units of work per second, lately; None before there is one."""
        past = list(self._past)
        if len(past) < 2 or past[-1][1] <= past[0][1]:
            return None
        return (past[-1][1] - past[0][1]) / (past[-1][0] - past[0][0])
