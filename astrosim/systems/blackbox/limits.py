"""Limit of what one evaluation may take, in seconds of wall clock. It ends a run; it never decides a trial."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

from astrosim.core.errors import RunError

AGAIN = 0.5  # seconds; until code that swallowed the error gets it again
GRACE = 5.0  # seconds; assumed: from here on a worker process hangs in compiled code, and is ended from outside


class TooLongError(RunError):
    """An evaluation that took longer than it may: names its seed or key."""


class Limit:
    """Limit of evaluations.

    Parameters
    ----------
    seconds : float
        Of one; 0: no limit.
    field, what : str
        Field that names the task, and what is evaluated, for the message.
    """

    def __init__(self, seconds: float, field: str, what: str) -> None:
        self.seconds, self.field, self.what = seconds, field, what
        self._until, self._item = float("inf"), 0

    def check(self) -> None:
        """Raise `TooLongError` if the present evaluation has taken too long: between steps, whatever thread it is."""
        if time.monotonic() > self._until:
            raise TooLongError(
                f"{self.field}: {self.what} {self._item} took longer than task.seconds ({self.seconds:g}). Correct it, "
                "or write more; a run goes on from its checkpoint with --resume."
            )

    @contextlib.contextmanager
    def on(self, item: int) -> Iterator[None]:
        """Limit the evaluation of an item: by a timer in the main thread, else by `check` alone.

        A worker process that hangs in compiled code, where no timer is heard, is ended after some more seconds.

        Raises
        ------
        TooLongError
            If it takes longer.
        """
        if not self.seconds:
            yield
            return
        self._until, self._item = time.monotonic() + self.seconds, item
        try:
            with _timer(self.seconds, self.check), _watchdog(self.seconds + GRACE):
                yield
        finally:
            self._until = float("inf")


@contextlib.contextmanager
def _timer(seconds: float, check: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda number, frame: check())
    signal.setitimer(signal.ITIMER_REAL, seconds + 1e-3, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    if multiprocessing.parent_process() is None:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
