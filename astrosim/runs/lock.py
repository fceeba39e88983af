"""Who may write into a run directory: one process and its workers, by a lock of the kernel that ends with them.

A file system without such locks gets a file instead, which names the process that made it.
"""

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
HELD = ".lock.held"  # stands for the lock where the file system has none
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}  # such a file system's answers
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
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, handle)
        if not _take(handle, path, directory):
            stack.enter_context(_held_by_file(directory))
        with storage_errors(directory, path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{_own_name()}\n".encode(), 0)
        yield HeldLock(handle)


def _own_name() -> str:
    return f"process {os.getpid()} on {platform.node()}"


def _take(handle: int, path: Path, directory: Path) -> bool:
    """Take the kernel's lock; False if the file system has none."""
    start = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno in NO_LOCKS:
                return False
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreError(f"{path}: cannot be locked ({error.strerror}). Use a local directory.") from error
        holder = os.pread(handle, 1000, 0).decode(errors="replace").strip()
        if time.monotonic() - start > (ORPHAN_SECONDS if _died(holder) else GRACE_SECONDS):
            raise StoreError(
                f"{directory}: in use by {holder or 'another process'}. Wait until it ends, or stop it, "
                "or name another directory."
            )
        time.sleep(0.05)


@contextlib.contextmanager
def _held_by_file(directory: Path) -> Iterator[None]:
    """Hold a directory by a file that only one process can make; one of a process of this host that died is removed.

    Raises
    ------
    StoreError
        If another process holds it, or has left it behind on another host.
    """
    path = directory / HELD
    with storage_errors(directory):
        while not _made(path):
            holder = _holder(path)
            if not (_died(holder) and _removed(path, holder)):
                raise StoreError(
                    f"{directory}: in use by {holder or 'another process'}, or left by it: this file system has no "
                    f"locks. Wait until it ends, or choose another directory with --out; if it runs no more, delete "
                    f"{path}."
                )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _made(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with open(handle, "w", encoding="utf-8") as file:
        file.write(_own_name())
    return True


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _removed(path: Path, holder: str) -> bool:
    """Remove the file of a process that died, after its workers have had time to end; only one process succeeds."""
    time.sleep(GRACE_SECONDS)
    aside = path.with_name(f"{HELD}.{os.getpid()}.tmp")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return True
    if (found := _holder(aside)) != holder:
        aside.rename(path)  # another process was faster and holds it by now
        raise StoreError(f"{path.parent}: in use by {found}. Wait until it ends.")
    aside.unlink()
    return True


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


def is_held(directory: Path) -> bool:
    """Return whether a process writes into a directory, as far as its file system tells; nothing is written.

    On a network file system whose locks reach no other machine the answer is right for this machine alone.
    """
    try:
        handle = os.open(directory / LOCK, os.O_RDONLY)
    except OSError:
        return (directory / HELD).exists()
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(handle, fcntl.LOCK_UN)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return True
    finally:
        os.close(handle)
    return (holder := _holder(directory / HELD)) != "" and not _died(holder)
