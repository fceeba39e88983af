"""Local folders of what lies at an address: held by one process while it fills them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from astrosim.core.errors import StoreError
from astrosim.store.files import storage_errors, write_atomically

NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
SEEN = "seen"  # file: checksum of the scenario that was last at the address
WORKING, COPY = "working", "copy"


@contextlib.contextmanager
def held(path: Path, wait: bool, busy: str = "") -> Iterator[None]:
    """Hold a file's lock, made if there is none; a file system without locks has none to wait for.

    Parameters
    ----------
    path : Path
    wait : bool
        Until it is free.
    busy : str
        Text of the error if it is not.

    Raises
    ------
    StoreError
        If another process holds it and it is not to be waited for.
    """
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreError(busy) from None
            if error.errno not in NO_LOCKS:
                raise StoreError(f"{path}: cannot be locked ({error.strerror}). Use a local folder.") from error
        yield
    finally:
        os.close(handle)


def seen(folder: Path) -> str:
    """Return the checksum of the scenario that this machine last saw at the address; empty for none."""
    try:
        return (folder / SEEN).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def note_seen(folder: Path, checksum: str) -> None:
    """Keep the checksum of the scenario at the address."""
    with storage_errors(folder):
        write_atomically(folder / SEEN, f"{checksum}\n".encode())
