"""What a worker process does. It shares two arrays with its parent, without locks: a killed process blocks no other."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, sharedctypes
from pathlib import Path
from typing import Any

from astrosim.core.errors import AstrosimError, RunError, StoreError
from astrosim.runs.lock import HeldLock
from astrosim.runs.replicate import Cell, Control, Stopped
from astrosim.runs.runner import Question, Runner
from astrosim.runs.stop import Stop


@dataclass(frozen=True)
class Job:
    """What a worker is asked for.

    Attributes
    ----------
    number : int
        Place among the jobs.
    cells : tuple of Cell
        A block that is computed together.
    question : callable, optional
        Only answer this, for the one cell of the block; without it, compute and commit the block.
    """

    number: int
    cells: tuple[Cell, ...]
    question: Question | None = None


@dataclass
class Office:
    """What all workers of a run share.

    Attributes
    ----------
    directory : Path
    runner : Runner
        Carries out the scenario's kind.
    scenarios : dict of str to scenario
        Resolved, by condition.
    lock : HeldLock
        The directory's; every worker holds it as long as it lives.
    checkpoint_seconds : float
        Longest time between checkpoints of a cell.
    data : Path or None
        Where data sets lie, if the user said so.
    done : array of int64
        Units of work done by job; each slot has one writer.
    stop : array of int8, length 1
        Not 0: write a checkpoint and stop.
    """

    directory: Path
    runner: Runner[Any]
    scenarios: dict[str, Any]
    lock: HeldLock
    checkpoint_seconds: float
    data: Path | None = None
    done: Any = None
    stop: Any = None

    def open(self, jobs: int, shared: bool) -> None:
        """Make the arrays; in shared memory if the workers are processes."""
        self.done = sharedctypes.RawArray(ctypes.c_int64, jobs) if shared else [0] * jobs
        self.stop = sharedctypes.RawArray(ctypes.c_int8, 1) if shared else [0]


def work(office: Office, job: Job, control: Control) -> Any:
    """Carry out one job."""
    if job.question is None:
        return office.runner.run(office.directory, job.cells, office.scenarios, control)
    (cell,) = job.cells
    return job.question(office.scenarios[cell.condition], cell.seed)


def report_to(office: Office, number: int) -> Callable[[int], None]:
    """A function that notes what a job has done."""

    def report(units: int) -> None:
        office.done[number] = units

    return report


def worker_main(office: Office, pipe: connection.Connection) -> None:
    """Life of a worker: take jobs from the pipe until it says None or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and says what to do
    own = Stop()
    signal.signal(signal.SIGTERM, own.note)
    parent = multiprocessing.parent_process()

    def stopped() -> bool:
        if parent is not None and not parent.is_alive():
            os._exit(1)
        return bool(office.stop[0]) or own.signal is not None

    try:
        while (job := pipe.recv()) is not None:
            control = Control(
                stopped=stopped,
                report=report_to(office, job.number),
                warn=lambda text: pipe.send(("warn", text)),
                checkpoint_seconds=office.checkpoint_seconds,
                data=office.data,
            )
            pipe.send(_answer(office, job, control))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(1)


def _answer(office: Office, job: Job, control: Control) -> tuple[str, Any]:
    try:
        return "done", work(office, job, control)
    except Stopped:
        return "stopped", None
    except AstrosimError as error:
        return "refused", (type(error) if isinstance(error, StoreError | RunError) else AstrosimError, str(error))
    except Exception:
        return "failed", traceback.format_exc()
