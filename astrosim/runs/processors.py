"""How many workers suit this process: the processors that it may use, and whether it may have workers at all."""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path("/")
GROUPS = "sys/fs/cgroup"  # where Linux shows control groups


def default_workers() -> int:
    """Return the processors that this process may use; 1 in a worker of another program, which has neighbours."""
    return 1 if multiprocessing.parent_process() is not None else processors()


def processors(root: Path = ROOT) -> int:
    """Return the processors that this process may use, at least 1.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` lie.

    Returns
    -------
    int
        By its affinity, and by the quota of its control groups, rounded up (versions 1 and 2).
    """
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        allowed = os.cpu_count() or 1
    return max(1, min([allowed, *(math.ceil(quota) for quota in _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """Processors that each control group above this process allows: a container shows its own as the topmost."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        own = PurePosixPath(path.lstrip("/"))
        for group in (own, *own.parents):
            if controllers == "":
                yield from _second(root / GROUPS / group)
                yield from _second(root / GROUPS / "unified" / group)
            elif "cpu" in controllers.split(","):
                yield from _first(root / GROUPS / controllers / group)
                yield from _first(root / GROUPS / "cpu" / group)


def _second(group: Path) -> Iterator[float]:
    """Quota of a control group of version 2: microseconds per period, and the period."""
    yield from _ratio(*[*_read(group / "cpu.max").split(), "", ""][:2])


def _first(group: Path) -> Iterator[float]:
    """Quota of a control group of version 1; -1 stands for none."""
    yield from _ratio(_read(group / "cpu.cfs_quota_us"), _read(group / "cpu.cfs_period_us"))


def _ratio(quota: str, period: str) -> Iterator[float]:
    if quota.strip().isdigit() and period.strip().isdigit() and int(period):
        yield int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def may_have_workers() -> bool:
    """Return whether this process can start workers.

    A worker of `multiprocessing.Pool` must not, and the copy that a fork makes of a process with workers cannot: the
    server that starts them is not its child.
    """
    if multiprocessing.current_process().daemon:
        return False
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    number = getattr(server, "_forkserver_pid", None)
    if number is None:
        return True
    try:
        os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
