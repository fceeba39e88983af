"""Life of a job in a Dask worker, which may share no file system with the run. Times in seconds of wall clock.

The job computes in a run directory of its own below the worker's scratch folder, and its answer holds the bytes of what
was committed there. Orders and answers are parcels: plain bytes and JSON.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from distributed import Worker, get_worker

import astrosim
from astrosim.core import errors
from astrosim.core.errors import AstrosimError, RunError
from astrosim.runs import life
from astrosim.runs.cells_file import ENDING
from astrosim.runs.checkpoint import CHECKPOINTS, ENDS
from astrosim.runs.control import Control, Stopped
from astrosim.runs.directory import SCENARIO
from astrosim.runs.executors.parcel import pack, unpack
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import find_runner
from astrosim.runs.work import Work
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.stored import allowing
from astrosim.store.blocks import COMMITS, Block
from astrosim.store.files import sealed_content
from astrosim.store.read import known_blocks
from astrosim.store.replicates import ARRAYS_RECORD
from astrosim.store.transfer import place_arrays

ALONE = threading.Lock()
"""Held by the job in work: encoders and kernels of a process serve one at a time."""
REPORT_SECONDS = 0.5  # assumed: how often a job tells how far it is
COMPARED = ("numpy", "numba")
"""Packages whose version enters the bytes of results."""


def keep(base: bytes) -> bytes:
    """Return what all jobs of a run share; Dask keeps it where it is needed, and makes it again if that is lost."""
    return base


def versions_here() -> dict[str, str]:
    """Return versions of what computes: this package with a digest of its source, and `COMPARED`."""
    return {"astrosim": f"{astrosim.__version__} (source {SOURCE})"} | {
        name: metadata.version(name) for name in COMPARED
    }


def _source() -> str:
    """First digits of the SHA-256 of all modules of this package."""
    digest, root = hashlib.sha256(), Path(astrosim.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


SOURCE = _source()
"""Digest of the code, as this process loads it: workers live on while their files may change."""


def carry_out(base: bytes, order: bytes) -> bytes:
    """Compute the replicates that an order names.

    Parameters
    ----------
    base : bytes
        Parcel of scenario, inputs and arrays.
    order : bytes
        Parcel whose head names replicates, versions, the topic of reports and the place of data sets.

    Returns
    -------
    bytes
        Parcel of the files of commits; its head says how it ended: ``done``, ``refused``, ``failed`` or ``stopped``.
    """
    head, _ = unpack(order)
    with ALONE:
        return _Errand(get_worker(), head).answer(base)


@dataclass
class _Errand:
    """One job in a worker."""

    worker: Worker
    head: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.key, self.units, self._told = self.worker.get_current_task(), 0, 0.0
        self.warnings: list[str] = []

    def answer(self, base: bytes) -> bytes:
        """Compute, and say how it ended."""
        outcome, facts, files = self._outcome(base)
        place = f"{self.worker.address} on {platform.node()}"
        told = {"outcome": outcome, "units": self.units, "warnings": self.warnings, "worker": place, **facts}
        return pack(told, files)

    def _outcome(self, base: bytes) -> tuple[str, dict[str, Any], dict[str, bytes]]:
        try:
            self._check_versions()
            return "done", *self._compute(base)
        except Stopped:
            return "stopped", {}, {}
        except AstrosimError as error:
            known = type(error).__name__ if type(error).__module__ == errors.__name__ else "RunError"
            return "refused", {"error": known, "text": str(error)}, {}
        except Exception:
            return "failed", {"text": traceback.format_exc()}, {}

    def _check_versions(self) -> None:
        here = versions_here()
        wanted = self.head["versions"]
        wrong = [f"{name} {here[name]} where the run has {wanted[name]}" for name in here if here[name] != wanted[name]]
        if wrong:
            raise RunError(
                f"{', '.join(wrong)}. Results may differ: install the same versions in the environment of all workers."
            )

    def _compute(self, base: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Return what failed, and the files of what was committed."""
        digest = hashlib.sha256(base).hexdigest()[:16]
        directory = Path(self.worker.local_directory) / f"astrosim-{digest}"
        if not directory.is_dir():
            settle(directory, base)
        with allowing(True):  # the code came with the order, from the user whose workers these are
            scenario = load_scenario(directory / SCENARIO)
        replicates = [Replicate(*cell) for cell in self.head["replicates"]]
        resolved = {one.condition: resolve(scenario, one.condition) for one in replicates}
        runner = find_runner(scenario.family)
        cells = {one.cell for one in replicates}
        blocks = tuple(block for block in known_blocks(directory) if cells.intersection(block.cells))
        parts = [tuple(replicates)] if blocks[0].alone else runner.jobs(resolved, replicates, 1)
        try:
            done = life.carry_out(runner, directory, Work(blocks, tuple(parts)), resolved, self._control())
            return {"failures": [asdict(one) for one in done.failures]}, dict(_committed(directory, blocks))
        finally:
            _tidy(directory)

    def _control(self) -> Control:
        data = self.head["data"]
        return Control(
            stopped=self._stopped,
            report=self._report,
            warn=self.warnings.append,
            checkpoint_seconds=float("inf"),  # a job that loses its worker begins again, elsewhere
            data=Path(data) if data is not None and Path(data).is_dir() else None,
        )

    def _stopped(self) -> bool:
        """Whether nobody waits for the answer any more: the run was stopped or has ended, or the worker closes."""
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state != "executing" or self.worker.status.name in ("closing", "closed", "failed")

    def _report(self, units: int) -> None:
        self.units = units
        if time.monotonic() - self._told > REPORT_SECONDS:
            self._told = time.monotonic()
            told = {"job": self.head["job"], "units": int(units), "worker": self.worker.address}
            self.worker.log_event(self.head["topic"], told)


def settle(directory: Path, base: bytes) -> None:
    """Make a run directory of what all jobs share, at once and whole."""
    _, files = unpack(base)
    partial = directory.with_name(f"{directory.name}.tmp")
    shutil.rmtree(partial, ignore_errors=True)
    place_arrays(partial, files.__getitem__)
    arrays = sealed_content(files[f"{COMMITS}/{ARRAYS_RECORD}"])["files"]
    for name in files.keys() - arrays.keys():
        path = partial / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    (partial / CHECKPOINTS).mkdir()
    partial.rename(directory)


def _committed(directory: Path, blocks: Sequence[Block]) -> Iterator[tuple[str, bytes]]:
    """Contents of the files of what was committed, by path; they are removed."""
    for block in blocks:
        record = block.commit_path(directory)
        if not record.exists():  # all of it failed
            continue
        paths = [record, *(directory / ENDS / f"{block.name}{ending}" for ending in (".npz", ENDING))]
        paths += [directory / file for file in sealed_content(record.read_bytes())["files"]]
        for path in paths:
            if path.exists():
                yield path.relative_to(directory).as_posix(), path.read_bytes()
                path.unlink()


def _tidy(directory: Path) -> None:
    """Remove what a job that did not end has left."""
    for path in (directory / CHECKPOINTS).iterdir():
        path.unlink(missing_ok=True)
