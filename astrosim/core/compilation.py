"""Compilation on first use: each function by one process while others wait for it, and announced if it takes long."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Iterator

LOGGER = logging.getLogger("astrosim.compilation")
MOMENT_SECONDS = 1.5  # of compilation before the user is told; assumed: nobody wonders earlier
NOTICE = "compiling: on first use only, the machine code is kept"


class Announcement:
    """Notice of compilation, once per process."""

    def __init__(self) -> None:
        self.said = False

    def say(self) -> None:
        """Say that code is being compiled, unless it was said before."""
        if not self.said:
            self.said = True
            LOGGER.warning(NOTICE)

    @contextlib.contextmanager
    def if_long(self) -> Iterator[None]:
        """Say it if what is done meanwhile takes longer than a moment."""
        timer = threading.Timer(MOMENT_SECONDS, self.say)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


ANNOUNCEMENT = Announcement()


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """Wait until no other process holds the lock of a file, and hold it; the system frees it when the process ends.

    Where files cannot be locked, several processes compile the same: slower, and nothing else.
    """
    handle = _opened(path)
    try:
        if handle is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def is_held(path: str) -> bool:
    """Return whether a process holds the lock of a file."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _opened(path: str) -> int | None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError:
        return None
