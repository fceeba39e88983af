"""Worker processes, seen from the parent: who does what, who has died, and how far they are."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from typing import Any

from astrosim.core.errors import RunError
from astrosim.runs.replicate import Control, Stopped
from astrosim.runs.stop import Stop, deaf
from astrosim.runs.worker import Job, Office, report_to, work, worker_main

LOGGER = logging.getLogger("astrosim.runs")
POLL_SECONDS = 0.1  # assumed: how often progress is told and Ctrl-C is looked for
PATIENCE_SECONDS = 60.0  # assumed: how long stopping workers may take to write their checkpoints


class Worker:
    """The parent's end of one worker process."""

    def __init__(self, office: Office) -> None:
        context = multiprocessing.get_context("forkserver")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=worker_main, args=(office, theirs), daemon=True)
        with deaf(), nameless_main():
            self.process.start()
        theirs.close()
        self.job: Job | None = None

    def give(self, job: Job | None) -> None:
        """Send a job; None ends the worker."""
        self.job = job
        with contextlib.suppress(OSError):  # a dead worker is noticed by its sentinel
            self.pipe.send(job)

    def end(self, patience: float) -> None:
        """Let the worker finish, or kill it: whatever it has not committed is not there."""
        self.process.join(patience)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


@contextlib.contextmanager
def nameless_main() -> Iterator[None]:
    """Start processes that do not import the main script again: they need nothing of it, and it may lack a guard."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before


class Pool:
    """Carries out jobs, in this process if one worker is enough.

    Parameters
    ----------
    office : Office
        Its arrays must be shared if there are several workers.
    workers : int
    tick : callable
        Called about every `POLL_SECONDS` with the units of work done so far, summed over jobs.
    stop : Stop
    """

    def __init__(self, office: Office, workers: int, tick: Callable[[int], None], stop: Stop) -> None:
        self.office = office
        self.size = workers
        self.tick = tick
        self.stop = stop
        self._workers: list[Worker] = []
        self._told = 0.0

    def __enter__(self) -> Pool:
        if self.size > 1:
            multiprocessing.get_context("forkserver").set_forkserver_preload(list(self.office.runner.preload))
            self._workers = [Worker(self.office) for _ in range(self.size)]
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.office.stop[0] = kind is not None
        for worker in self._workers:
            worker.give(None)
        for worker in self._workers:
            worker.end(1.0 if kind is KeyboardInterrupt else PATIENCE_SECONDS)

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, Any], None]) -> None:
        """Carry out all jobs; `finished` takes each with its result, in whatever order they end.

        Raises
        ------
        Stopped
            If `Stop` heard a signal; checkpoints are left.
        AstrosimError
            What a job refused.
        RunError
            If a worker died or failed.
        """
        if self._workers:
            self._share(list(jobs), finished)
        else:
            for job in jobs:
                finished(job, self._here(job))

    def _here(self, job: Job) -> Any:
        note = report_to(self.office, job.number)

        def report(units: int) -> None:
            note(units)
            if time.monotonic() - self._told > POLL_SECONDS:
                self._told = time.monotonic()
                self.tick(sum(self.office.done))

        stopped = lambda: self.stop.signal is not None  # noqa: E731
        if stopped():
            raise Stopped
        control = Control(stopped, report, checkpoint_seconds=self.office.checkpoint_seconds, data=self.office.data)
        return work(self.office, job, control)

    def _share(self, jobs: list[Job], finished: Callable[[Job, Any], None]) -> None:
        waiting = jobs[::-1]
        for worker in self._workers:
            self._next(worker, waiting)
        while any(worker.job for worker in self._workers):
            if self.stop.signal is not None:
                self.office.stop[0] = 1
                waiting.clear()
            busy = [worker for worker in self._workers if worker.job]
            ready = connection.wait([w.pipe for w in busy] + [w.process.sentinel for w in busy], POLL_SECONDS)
            for worker in busy:
                if worker.pipe in ready or worker.process.sentinel in ready:
                    self._hear(worker, waiting, finished)
            self.tick(sum(self.office.done))
        if self.stop.signal is not None:
            raise Stopped

    def _next(self, worker: Worker, waiting: list[Job]) -> None:
        worker.job = None
        if waiting:
            worker.give(waiting.pop())

    def _hear(self, worker: Worker, waiting: list[Job], finished: Callable[[Job, Any], None]) -> None:
        job = worker.job
        assert job is not None
        try:
            if not worker.pipe.poll():
                raise EOFError
            kind, content = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._death(worker, job) from None
        if kind == "warn":
            LOGGER.warning(content)
            return
        if kind == "refused":
            kind_of_error, text = content
            raise kind_of_error(text)
        if kind == "failed":
            raise RunError(f"{_place(job)} failed; this is a defect of astrosim:\n{content}")
        if kind == "done":
            finished(job, content)
        elif self.stop.signal is None:
            raise self._death(worker, job)
        self._next(worker, waiting)

    def _death(self, worker: Worker, job: Job) -> RunError:
        worker.process.join(1.0)
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        if code is None:
            how = "SIGTERM"
        if code == -signal.SIGKILL:
            how += " (memory full? then use fewer --workers)"
        return RunError(
            f"The worker process {worker.process.pid} that computed {_place(job)} was ended by {how}. "
            f"`astrosim run {self.office.directory} --resume` goes on; committed cells are kept."
        )


def _place(job: Job) -> str:
    first, *others = job.cells
    place = f"condition {first.condition}, seed {first.seed}"
    return f"{place} and {len(others)} more cells" if others else place
