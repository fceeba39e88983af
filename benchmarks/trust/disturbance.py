"""What a process does with its files, counted; at a chosen moment it is killed, or the machine crashes.

A crash of the machine leaves of each file what was on the disk: the bytes as of its last `fsync`, or some part of those
written since; of each folder the names as of its last `fsync`, or some of those changed since, in their order.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR
CHANGES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate")


class Moments:
    """Counts the changes that this process makes below a folder, and acts at one of them.

    Parameters
    ----------
    folder : Path
    moment : int
        Number of the change before which `act` is called, from 0; negative: never.
    act : callable
        Does not return.
    """

    def __init__(self, folder: Path, moment: int, act: Callable[[], None]) -> None:
        self.root, self.moment, self.act, self.count, self.busy = os.fspath(folder), moment, act, 0, False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.busy or event not in CHANGES or (event == "open" and not (arguments[2] or 0) & WRITING):
            return
        if any(str(one).startswith(self.root) for one in arguments[:2] if isinstance(one, str | os.PathLike)):
            self.count += 1
            if self.count - 1 == self.moment:
                self.busy = True
                self.act()


def die() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class Disk:
    """What of a folder would survive a crash of the machine, noted at every `fsync` of this process.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data: dict[int, bytes] = {}  # by inode: bytes that are on the disk
        self.names: dict[int, dict[str, int]] = {}  # by inode of a folder: inodes by name, on the disk
        self._fsync = os.fsync
        os.fsync = self.fsync

    def fsync(self, handle: int) -> None:
        """Note what is on the disk from now on, and wait for nothing: no crash is real."""
        place = f"/proc/self/fd/{handle}"
        number = os.fstat(handle).st_ino
        if os.path.isdir(place):
            with os.scandir(place) as entries:
                self.names[number] = {entry.name: entry.inode() for entry in entries}
        else:
            with open(place, "rb") as file:
                self.data[number] = file.read()

    def crash(self, target: Path, random: Random) -> None:
        """Write what a crash at this moment leaves."""
        self._folder(self.folder, target, random)

    def _folder(self, place: Path, target: Path, random: Random) -> None:
        target.mkdir()
        now = {entry.name: entry.inode() for entry in os.scandir(place)}
        before = self.names.get(place.stat().st_ino, {})
        known = {entry.inode(): Path(entry.path) for entry in os.scandir(place)}
        for name in sorted(now.keys() | before.keys()):
            number = now.get(name)
            if now.get(name) != before.get(name) and random.random() < 0.5:
                number = before.get(name)  # the change was not on the disk
            if number is None:
                continue
            source = known.get(number)
            if source is not None and source.is_dir():
                self._folder(source, target / name, random)
            elif source is not None or number in self.data:
                (target / name).write_bytes(self._bytes(number, source, random))

    def _bytes(self, number: int, source: Path | None, random: Random) -> bytes:
        durable = self.data.get(number)
        now = source.read_bytes() if source is not None else durable or b""
        if durable == now or random.random() < 0.3:
            return now
        if durable is None:
            return now[: random.randrange(len(now) + 1)]
        return durable


def crash_into(disk: Disk, target: Path, seed: int) -> Callable[[], None]:
    """Return an act that leaves in `target` what a crash of the machine would, and ends the process."""

    def act() -> None:
        shutil.rmtree(target, ignore_errors=True)
        disk.crash(target, Random(seed))
        os._exit(0)

    return act
