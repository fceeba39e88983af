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

from astrosim.engines import make_engine
from astrosim.errors import AstrosimError, StoreError
from astrosim.runs.cell import Cell, Control, Stopped, run_cell
from astrosim.runs.lock import HeldLock
from astrosim.runs.stop import Stop
from astrosim.scenario.schema import Scenario


@dataclass(frozen=True)
class Job:
    """What a worker is asked for.

    Attributes
    ----------
    number : int
        Place among the run's cells.
    cell : Cell
    kind : str
        "run": compute and commit the cell; "sizes": only say how long its dimensions are.
    """

    number: int
    cell: Cell
    kind: str = "run"


@dataclass
class Office:
    """What all workers of a run share.

    Attributes
    ----------
    directory : Path
    scenarios : dict of str to Scenario
        Resolved, by condition.
    lock : HeldLock
        The directory's; every worker holds it as long as it lives.
    checkpoint_seconds : float
        Longest time between checkpoints of a cell.
    done : array of int64
        Trials done by cell; each slot has one writer.
    stop : array of int8, length 1
        Not 0: write a checkpoint and stop.
    """

    directory: Path
    scenarios: dict[str, Scenario]
    lock: HeldLock
    checkpoint_seconds: float
    done: Any = None
    stop: Any = None

    def open(self, cells: int, shared: bool) -> None:
        """Make the arrays; in shared memory if the workers are processes."""
        self.done = sharedctypes.RawArray(ctypes.c_int64, cells) if shared else [0] * cells
        self.stop = sharedctypes.RawArray(ctypes.c_int8, 1) if shared else [0]


def work(office: Office, job: Job, control: Control) -> Any:
    """Carry out one job."""
    scenario = office.scenarios[job.cell.condition]
    if job.kind == "run":
        return run_cell(office.directory, job.cell, scenario, control)
    built = make_engine(scenario, job.cell.seed)
    return built.sizes(), built.weights().dtype.str


def report_to(office: Office, number: int) -> Callable[[int], None]:
    """A function that notes a cell's trials."""

    def report(trials: int) -> None:
        office.done[number] = trials

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
        return "refused", (type(error) if isinstance(error, StoreError) else AstrosimError, str(error))
    except Exception:
        return "failed", traceback.format_exc()
