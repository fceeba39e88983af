"""Where a run comes from: versions, code state, machine, command, seeds, times (ISO 8601, UTC)."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from astrosim.runs.shard import Shard
from astrosim.store.remote import without_secrets


def now() -> str:
    """Return the time, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def versions(packages: Sequence[str] = ()) -> dict[str, str]:
    """Return versions: Python, this package, every package that it requires, and others that a scenario uses, if they
    are installed.
    """
    found = {"python": platform.python_version()}
    names = ["astrosim", "llvmlite", "pandas", *packages]
    try:
        required = metadata.requires("astrosim") or []
    except metadata.PackageNotFoundError:
        required = []
    names += [re.split(r"[^A-Za-z0-9_.-]", line)[0] for line in required if "extra ==" not in line]
    for name in sorted(names):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state() -> dict[str, Any] | None:
    """Commit of the code and whether it was changed since; None outside a repository."""
    place = ["git", "-C", str(Path(__file__).parent)]
    try:
        commit = subprocess.run([*place, "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True)
        changes = subprocess.run(
            [*place, "status", "--porcelain"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit.stdout.strip(), "dirty": bool(changes.stdout.strip())}


def processor() -> str:
    """Return model name of the processor, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def how_computed() -> str:
    """Return whether kernels are compiled, or interpreted because numba is off; the bits are the same."""
    config = sys.modules.get("numba.core.config")
    off = config.DISABLE_JIT if config is not None else os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
    return "interpreted" if off else "compiled"


@dataclass(frozen=True)
class Start:
    """Start of a session of a run.

    Attributes
    ----------
    command : str
        What the user typed; empty for the process's own arguments.
    workers : int
    packages : tuple of str
        Distributions whose versions matter beside the package's own.
    data : Path or None
        Where data sets lie, if the user said so.
    branched_from : mapping or None
        Run, condition, seeds and checksums of the weights that the run starts from.
    sources : mapping
        Data that the system says it has read: names, sizes and checksums by condition.
    shard : Shard or None
        The share of the run that is asked for; None for all of a new run, or for that of the directory.
    executor : str
        Where jobs are carried out, as the user named it; empty for processes of this machine.
    """

    command: str
    workers: int
    packages: tuple[str, ...] = ()
    data: Path | None = None
    branched_from: Mapping[str, Any] | None = None
    sources: Mapping[str, Any] = field(default_factory=dict)
    shard: Shard | None = None
    executor: str = ""


def session(start: Start) -> dict[str, Any]:
    """Return one start or resumption of a run, as it stands in provenance.json; `end` is filled in when it ends."""
    data = {} if start.data is None else {"data": str(start.data.absolute())}
    return {
        "command": without_secrets(start.command or " ".join(sys.argv)),
        "start": now(),
        "end": None,
        "outcome": None,
        "workers": start.workers,
        **({"executor": start.executor} if start.executor else {}),
        "host": platform.node(),
        "platform": platform.platform(),
        "cpu": processor(),
        "cpus": os.cpu_count(),
        "kernels": how_computed(),
        "git": git_state(),
        "versions": versions(start.packages),
        **data,
        **({"sources": dict(start.sources)} if start.sources else {}),
    }
