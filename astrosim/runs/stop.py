"""Ctrl-C and SIGTERM: noted, so that work stops between two stretches and leaves checkpoints."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Stop:
    """Ctrl-C and SIGTERM, noted instead of raised. A second Ctrl-C raises at once."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[Stop]:
        """Note signals while inside. Outside the main thread nothing is noted: Python allows no other."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = {number: signal.signal(number, self.note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def note(self, number: int, frame: Any) -> None:
        """Note a signal."""
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = number


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Start processes that are born ignoring Ctrl-C and SIGTERM, which reach a whole process group.

    Workers inherit it before they can say so themselves. The server that forks them keeps it: were it to end, its
    workers would look dead while they write their checkpoints.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
