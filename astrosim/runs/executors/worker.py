"""Life of a worker process. It shares two arrays with its parent, without locks: a killed process blocks no other."""

from __future__ import annotations

import logging
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Any

from astrosim.core import errors
from astrosim.core.compilation import LOGGER as COMPILATION
from astrosim.core.errors import AstrosimError, Interrupted, RunError
from astrosim.runs.control import Control, Stopped
from astrosim.runs.executors.base import Job
from astrosim.runs.executors.owner import end_with_parent
from astrosim.runs.lock import HeldLock
from astrosim.runs.stop import UNCLAIMED, Stop


@dataclass(frozen=True)
class Share:
    """Context of a worker, from its parent.

    Attributes
    ----------
    done : array of int64
        Units of work done by job; each slot has one writer.
    stop : array of int8, length 1
        Not 0: write a checkpoint and stop.
    checkpoint_seconds : float
        Longest time between checkpoints of a replicate.
    data : Path or None
        Where data sets lie, if the user said so.
    lock : HeldLock or None
        Held as long as the worker lives.
    """

    done: Any
    stop: Any
    checkpoint_seconds: float
    data: Path | None
    lock: HeldLock | None


class _ToParent(logging.Handler):
    """Sends messages to the parent, which knows where its user reads them."""

    def __init__(self, pipe: connection.Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        self.pipe.send(("warn", record.getMessage()))


def worker_main(share: Share, pipe: connection.Connection) -> None:
    """Take jobs from the pipe until it says None or the parent is gone."""
    end_with_parent()
    for number in (signal.SIGINT, *UNCLAIMED):
        signal.signal(number, signal.SIG_IGN)  # the parent hears them and says what to do
    own = Stop()
    signal.signal(signal.SIGTERM, own.note)
    COMPILATION.addHandler(_ToParent(pipe))
    COMPILATION.propagate = False

    def stopped() -> bool:
        return bool(share.stop[0]) or own.signal is not None

    try:
        while (job := pipe.recv()) is not None:
            control = Control(
                stopped=stopped,
                report=_report_of(share, job.number),
                warn=lambda text: pipe.send(("warn", text)),
                checkpoint_seconds=share.checkpoint_seconds,
                data=share.data,
            )
            pipe.send(_answer(job, control))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(1)


def _report_of(share: Share, number: int) -> Callable[[int], None]:
    def report(units: int) -> None:
        share.done[number] = units

    return report


def _answer(job: Job, control: Control) -> tuple[str, Any]:
    try:
        return "done", job.task(control)
    except (Stopped, Interrupted):
        return "stopped", None
    except AstrosimError as error:
        if type(error).__module__ == errors.__name__:
            return "refused", error
        known = RunError if isinstance(error, RunError) else AstrosimError  # the parent may lack the other's module
        return "refused", known(str(error))
    except Exception:
        return "failed", traceback.format_exc()
