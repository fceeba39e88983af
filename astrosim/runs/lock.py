"""Who may write into a run directory: one process and its workers, by a lock of the kernel that ends with them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import re
import time
from collections.abc import Iterator
from multiprocessing import reduction
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.store.files import storage_errors

LOCK = ".lock"
GRACE_SECONDS = 0.5  # assumed: a process that was just killed may hold its files a moment longer
ORPHAN_SECONDS = 30.0  # assumed: a worker whose parent was killed ends within a stretch, or a ceiling's time limit


class HeldLock:
    """A lock that is held. Workers get a copy of its handle: it is free when the last of them has ended."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (reduction.DupFd(self.handle),)


def _rebuild(handle: Any) -> HeldLock:
    return HeldLock(handle.detach())


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[HeldLock]:
    """Hold a directory as the only run that writes into it.

    Raises
    ------
    StoreError
        If another process holds the lock; names its number and host.
    """
    path = directory / LOCK
    with storage_errors(directory):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle, path, directory)
        with storage_errors(directory, path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {platform.node()}\n".encode(), 0)
        yield HeldLock(handle)
    finally:
        os.close(handle)


def _take(handle: int, path: Path, directory: Path) -> None:
    start = time.monotonic()
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreError(f"{path}: cannot be locked ({error.strerror}). Use a local directory.") from error
        holder = os.pread(handle, 1000, 0).decode(errors="replace").strip()
        if time.monotonic() - start > (ORPHAN_SECONDS if _died(holder) else GRACE_SECONDS):
            raise StoreError(
                f"{directory}: in use by {holder or 'another process'}. Wait until it ends, or stop it, "
                "or name another directory."
            )
        time.sleep(0.05)


def _died(holder: str) -> bool:
    """Whether the holder was killed, so that only its workers are left, which end by themselves."""
    match = re.fullmatch(r"process (\d+) on (.*)", holder)
    if match is None or match[2] != platform.node():
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
