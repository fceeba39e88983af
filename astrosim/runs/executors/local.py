"""The executor of one worker: jobs are carried out in this process, one after the other."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from astrosim.runs.control import Control
from astrosim.runs.executors.base import POLL_SECONDS, Job, WorkerContext


class LocalExecutor:
    """See `astrosim.runs.executors.base.Executor`.

    Parameters
    ----------
    context : WorkerContext
    workers : int
        One; this process is all there is.
    """

    def __init__(self, context: WorkerContext, workers: int) -> None:
        self.context = context
        self._waiting: deque[Job] = deque()
        self._done = [0] * context.jobs
        self._now: Job | None = None
        self._told = 0.0

    def __enter__(self) -> LocalExecutor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    @property
    def busy(self) -> bool:
        """Whether jobs wait."""
        return bool(self._waiting)

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._waiting.append(job)

    def ended(self) -> Iterator[tuple[Job, Any]]:
        """Carry out the next job, if there is one, and yield it with its result."""
        if self._waiting:
            job = self._now = self._waiting.popleft()
            result = job.task(self._control(job))
            self._now = None
            yield job, result

    def _control(self, job: Job) -> Control:
        context = self.context
        return Control(
            stopped=context.stopped,
            report=self._report_of(job.number),
            checkpoint_seconds=context.checkpoint_seconds,
            data=context.data,
        )

    def _report_of(self, number: int) -> Callable[[int], None]:
        def report(units: int) -> None:
            self._done[number] = units
            if time.monotonic() - self._told > POLL_SECONDS:
                self._told = time.monotonic()
                self.context.tick(self.progress())

        return report

    def progress(self) -> int:
        """Return units of work done so far."""
        return sum(self._done)

    def working(self) -> list[Job]:
        """Return the job in work."""
        return [self._now] if self._now is not None else []

    def place(self) -> dict[str, Any]:
        """Return this process."""
        return {"names": [f"process {os.getpid()}"], "dashboard": ""}

    def stop(self) -> None:
        """Drop the jobs that wait; the one in work asks for itself."""
        self._waiting.clear()
