"""The executor of several worker processes of this machine: each has one job at a time. Times in seconds."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import signal
import sys
import threading
import types
from collections import deque
from collections.abc import Iterator
from multiprocessing import connection, sharedctypes
from types import TracebackType
from typing import Any

import numpy as np

from astrosim.core.errors import RunError
from astrosim.runs.executors.base import POLL_SECONDS, Job, WorkerContext
from astrosim.runs.executors.worker import Share, worker_main
from astrosim.runs.stop import deaf

LOGGER = logging.getLogger("astrosim.runs")
MAIN = threading.Lock()  # two threads that exchange the main module would leave the wrong one
PATIENCE_SECONDS = 60.0  # assumed: how long stopping workers may take to write their checkpoints


class Worker:
    """The parent's end of one worker process."""

    def __init__(self, share: Share) -> None:
        context = multiprocessing.get_context("forkserver")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=worker_main, args=(share, theirs), daemon=True)
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
        self.kill()
        self.pipe.close()

    def kill(self) -> None:
        """End the worker by force, if it lives."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def nameless_main() -> Iterator[None]:
    """Start processes that do not import the main script again: they need nothing of it, and it may lack a guard."""
    with MAIN:
        before = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = before


class ProcessExecutor:
    """See `astrosim.runs.executors.base.Executor`.

    Parameters
    ----------
    context : WorkerContext
    workers : int
        Processes.
    """

    def __init__(self, context: WorkerContext, workers: int) -> None:
        self.context, self.size = context, workers
        self._share = Share(
            done=sharedctypes.RawArray(ctypes.c_int64, context.jobs),
            stop=sharedctypes.RawArray(ctypes.c_int8, 1),
            checkpoint_seconds=context.checkpoint_seconds,
            data=context.data,
            lock=context.lock,
        )
        self._workers: list[Worker] = []
        self._warned: set[str] = set()
        self._waiting: deque[Job] = deque()

    def __enter__(self) -> ProcessExecutor:
        modules = ["astrosim.runs.executors.owner", "astrosim.runs.executors.worker", *self.context.preload]
        multiprocessing.get_context("forkserver").set_forkserver_preload(modules)
        try:
            for _ in range(self.size):
                self._workers.append(Worker(self._share))
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._share.stop[0] = kind is not None
        try:
            for worker in self._workers:
                worker.give(None)
            for worker in self._workers:
                worker.end(1.0 if kind is KeyboardInterrupt else PATIENCE_SECONDS)
        finally:
            self._kill()  # of use where another Ctrl-C has cut the wait short: they would hold the directory

    def _kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    @property
    def busy(self) -> bool:
        """Whether jobs wait or are in work."""
        return bool(self._waiting) or any(worker.job for worker in self._workers)

    def submit(self, job: Job) -> None:
        """Take a job, for the first worker that is free."""
        self._waiting.append(job)
        self._hand_out()

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and worker.job is None:
                worker.give(self._waiting.popleft())

    def ended(self) -> Iterator[tuple[Job, Any]]:
        """Wait a moment for workers to answer; yield the jobs that are done, with their results."""
        busy = [worker for worker in self._workers if worker.job]
        ready = connection.wait([w.pipe for w in busy] + [w.process.sentinel for w in busy], POLL_SECONDS)
        for worker in busy:
            if worker.pipe in ready or worker.process.sentinel in ready:
                yield from self._hear(worker)
        self._hand_out()

    def _hear(self, worker: Worker) -> Iterator[tuple[Job, Any]]:
        """Take one message of a worker: a warning, or the end of its job."""
        job = worker.job
        if job is None:
            return
        try:
            if not worker.pipe.poll():
                raise EOFError
            kind, content = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._death(worker, job) from None
        if kind == "warn":
            self._warn(content)
            return
        if kind == "refused":
            raise content
        if kind == "failed":
            raise RunError(f"{job.label} failed; this is a defect of astrosim:\n{content}")
        if kind == "stopped" and not self.context.stopped():
            raise self._death(worker, job)
        worker.job = None
        if kind == "done":
            yield job, content

    def _warn(self, text: str) -> None:
        """Show a warning, once however many workers send it."""
        if text not in self._warned:
            self._warned.add(text)
            LOGGER.warning(text)

    def _death(self, worker: Worker, job: Job) -> RunError:
        worker.process.join(1.0)
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        if code is None:
            how = "SIGTERM"
        if code == -signal.SIGKILL:
            how += " (memory full? then use fewer --workers)"
        return RunError(
            f"The worker process {worker.process.pid} that computed {job.label} was ended by {how}. "
            f"{self.context.remedy}"
        )

    def progress(self) -> int:
        """Return units of work done so far, summed over jobs."""
        return int(np.frombuffer(self._share.done, np.int64).sum())

    def working(self) -> list[Job]:
        """Return the jobs in work."""
        return [worker.job for worker in self._workers if worker.job is not None]

    def place(self) -> dict[str, Any]:
        """Return the processes."""
        return {"names": [f"process {worker.process.pid}" for worker in self._workers], "dashboard": ""}

    def stop(self) -> None:
        """Ask the jobs in work to write checkpoints and stop, and drop those that wait."""
        self._share.stop[0] = 1
        self._waiting.clear()
