"""Ctrl-C and what batch systems send: noted, so that work stops between two stretches and leaves checkpoints."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

ALWAYS = (signal.SIGINT, signal.SIGTERM)
UNCLAIMED = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""Signals of batch systems before a job's time is over, and of a terminal that closes; a program's own handler and
`nohup` stay in force."""


class Stop:
    """Signals that ask to stop, noted instead of raised. A second Ctrl-C raises at once."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[Stop]:
        """Note signals while inside. Outside the main thread nothing is noted: Python allows no other."""
        free = [number for number in UNCLAIMED if signal.getsignal(number) is signal.SIG_DFL]
        with handled((*ALWAYS, *free), self.note):
            yield self

    def note(self, number: int, frame: Any) -> None:
        """Note a signal."""
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = number


@contextlib.contextmanager
def handled(numbers: tuple[int, ...], handler: Any) -> Iterator[None]:
    """Handle signals while inside; those that no Python code has set before could not be set back and stay."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: known for number in numbers if (known := signal.getsignal(number)) is not None}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Start processes that are born ignoring signals that ask to stop, which reach a whole process group.

    Workers inherit it before they can say so themselves. The server that forks them keeps it: were it to end, its
    workers would look dead while they write their checkpoints.
    """
    with handled((*ALWAYS, *UNCLAIMED), signal.SIG_IGN):
        yield


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Start threads that keep Ctrl-C and the signals of batch systems from themselves and from all that they start.

    What arrives meanwhile is heard afterwards. SIGTERM passes: it is how such processes are asked to end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, *UNCLAIMED))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
