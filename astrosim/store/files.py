"""Files that survive a crash: whole or absent, named when they fail. Sizes in bytes, checksums SHA-256."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from astrosim.core.errors import FULL, DiskFullError, StoreError

RUN_FILE = "scenario.toml"  # what makes a directory a run
PROVENANCE = "provenance.json"  # where a run comes from
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
UNSYNCED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
"""Answers of file systems that write through, or cannot be told to: there is nothing to wait for."""
UNSYNCED_FOLDERS = UNSYNCED | {errno.EBADF, errno.EISDIR, errno.EACCES, errno.EPERM}
"""The same for folders, which many file systems open for no one."""
STRAY = re.compile(
    r"\._.*|\.nfs.*|\.fuse_hidden.*|\.DS_Store|\.localized|\.directory|Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|"
    r"\.Spotlight-V100|\.Trashes|\.fseventsd|\.TemporaryItems|\.snapshot|lost\+found|@eaDir",
    re.IGNORECASE,
)
"""Names of what operating systems and file servers leave in folders by themselves."""


def stray(name: str) -> bool:
    """Return whether a file name is one that an operating system leaves behind, and no one's data."""
    return STRAY.fullmatch(name) is not None


@contextlib.contextmanager
def storage_errors(directory: Path, path: Path | None = None) -> Iterator[None]:
    """Turn what the file system refuses inside a run directory into a `StoreError` with file, reason and remedy.

    `path` is named if the error itself names no file.
    """
    try:
        yield
    except OSError as error:
        name = error.filename2 or error.filename or path or directory
        kind = DiskFullError if error.errno in FULL else StoreError
        raise kind(f"{os.fspath(name)}: {error.strerror or error}. {_remedy(error.errno, directory)}") from error


def _remedy(number: int | None, directory: Path) -> str:
    resume = f"`astrosim run {directory} --resume`"
    if number == errno.ENAMETOOLONG:
        return "Choose a shorter name."
    if not (directory / RUN_FILE).is_file():  # nothing was begun
        wanted = "Free space or raise the file-size limit" if number in FULL else "Make it a place to write to"
        return f"{wanted}, or name another place. Nothing was begun here."
    if number in FULL:
        return f"Free space or raise the file-size limit, then {resume}: committed replicates are kept."
    if number in CLOSED:
        return f"Make {directory} writable or name another place; {resume} goes on with a begun run."
    return f"Fix this, then {resume}: committed replicates are kept."


def no_run(directory: Path) -> StoreError:
    """Return the error for a directory that is no run; suggests the usual place of a run of that name."""
    usual = Path("runs") / directory.name
    if (usual / RUN_FILE).is_file():
        return StoreError(f"{directory}: no run directory. Did you mean {usual}?")
    what = "no run directory" if directory.is_dir() else "no such run directory"
    return StoreError(f"{directory}: {what}. Name that of a run; `astrosim run SCENARIO --out {directory}` makes one.")


def fsync_directory(path: Path) -> None:
    """Make the names in a directory durable, where the file system can."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno in UNSYNCED_FOLDERS:
            return
        raise
    try:
        _fsync(handle, path, UNSYNCED_FOLDERS)
    finally:
        os.close(handle)


def _fsync(handle: int, path: Path, passed_over: set[int]) -> None:
    """Wait until a file is on the disk; answers that say that there is no such waiting are passed over."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in passed_over:
            return
        error.filename = os.fspath(path)
        raise


def fsync_file(file: BinaryIO, path: Path) -> None:
    """Wait until an open file is on the disk, where the file system can."""
    file.flush()
    _fsync(file.fileno(), path, UNSYNCED)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk, where the file system can. A crash may leave a part of it.

    A link is not followed: a run directory of somebody else may hold one to any file of the user's.
    """
    try:
        with open(path, "wb", opener=_own) as file:
            file.write(data)
            fsync_file(file, path)
    except OSError as error:
        error.filename = error.filename or os.fspath(path)
        raise


def _own(path: str, flags: int) -> int:
    """Open a file, no link."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def refuse_links(directory: Path) -> None:
    """Refuse a run directory in which a folder is a link: what is written there would land elsewhere.

    Raises
    ------
    StoreError
        Names the link.
    """
    for place, folders, _ in os.walk(directory):
        for name in folders:
            if (path := Path(place, name)).is_symlink():
                raise StoreError(
                    f"{path}: a link to {os.readlink(path)}. A run writes into folders of its own: put the folder "
                    "itself there; the run directory as a whole may be a link."
                )


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that is, after any crash, the old one or the new one, whole."""
    partial = path.with_name(path.name + ".tmp")
    try:
        write_durably(partial, data)
        os.replace(partial, path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)


def sha256(data: bytes) -> str:
    """Return checksum of bytes, as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def file_entry(data: bytes) -> dict[str, Any]:
    """Return the entry of a file in a commit record: size and checksum."""
    return {"bytes": len(data), "sha256": sha256(data)}


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON object atomically, with a checksum of itself: `seal`, of its text with sorted keys on one line."""
    text = json.dumps(content, sort_keys=True)
    write_atomically(path, f'{{"content": {text}, "seal": "{sha256(text.encode())}"}}\n'.encode())


def read_sealed(path: Path) -> dict[str, Any]:
    """Read what `write_sealed` wrote.

    Raises
    ------
    ValueError
        If the file is damaged; the text names the checksums.
    """
    return sealed_content(path.read_bytes())


def sealed_content(data: bytes) -> dict[str, Any]:
    """Return the JSON object that the bytes of a sealed file hold.

    Raises
    ------
    ValueError
        If they are damaged; the text names the checksums.
    """
    try:
        sealed = json.loads(data)
        content = sealed["content"]
        early = "seal" not in sealed  # of version 0.1: `sha256`, of an indented text
        expected = sealed["sha256" if early else "seal"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"it is not whole ({error.__class__.__name__}: {error})") from error
    found = sha256(json.dumps(content, indent=1 if early else None, sort_keys=True).encode())
    if found != expected:
        raise ValueError(f"its checksum is {found[:12]}... where {str(expected)[:12]}... was written")
    return content


def difference(data: bytes | None, entry: Mapping[str, Any]) -> str:
    """Return what is wrong with the content of a file, None if it is missing; empty if it is as its entry says."""
    if data is None:
        return f"missing; {entry['bytes']} bytes were committed"
    if len(data) != entry["bytes"]:
        return f"{len(data)} bytes where {entry['bytes']} were committed"
    found = sha256(data)
    return "" if found == entry["sha256"] else f"checksum {found[:12]}... where {entry['sha256'][:12]}... was committed"


def damage(root: Path, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Name every file below `root` that is not as its entry says, with expected and found size or checksum."""
    for name, entry in sorted(entries.items()):
        try:
            data: bytes | None = (root / name).read_bytes()
        except FileNotFoundError:
            data = None
        if what := difference(data, entry):
            yield f"{root / name}: {what}"


def fsync_directories(paths: Iterable[Path]) -> None:
    """Make the names in several directories durable."""
    for path in sorted(set(paths)):
        fsync_directory(path)
