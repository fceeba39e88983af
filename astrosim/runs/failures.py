"""Failures: errors of single replicates, which are kept and told while all others go on."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from astrosim.core.errors import AstrosimError, DataError, PackageError, RunError, ScenarioError, StoreError
from astrosim.runs.control import Stopped
from astrosim.runs.replicate import Replicate
from astrosim.scenario.words import counted
from astrosim.store.blocks import Block, Cell
from astrosim.store.files import storage_errors, stray, write_atomically

FAILURES = "failures"  # folder of a run directory
WANTING = (DataError, PackageError, ScenarioError)
"""Errors of a run that lacks what it needs: going on would fail in the same way."""
COMMON = (*WANTING, StoreError, Stopped)
"""Errors that are no single replicate's."""
LISTED = 3  # different errors that are told at the end; assumed: more are read in the files
LONGEST = 20_000  # characters of a traceback; assumed: of an endless recursion more tell nothing


@dataclass(frozen=True)
class Failure:
    """The error of a replicate.

    Attributes
    ----------
    condition : str
    seed : int
    type : str
        Name of the error's class.
    message : str
        Its text.
    traceback : str
        Where it arose; the end, if it is long.
    known : bool
        Its text says all: the error is one of astrosim's own.
    """

    condition: str
    seed: int
    type: str
    message: str
    traceback: str
    known: bool

    @classmethod
    def of(cls, replicate: Replicate, error: Exception) -> Failure:
        """Return the failure of a replicate."""
        return cls(
            condition=replicate.condition,
            seed=replicate.seed,
            type=type(error).__name__,
            message=str(error),
            traceback="".join(traceback.format_exception(error))[-LONGEST:],
            known=isinstance(error, AstrosimError),
        )

    @property
    def cell(self) -> Cell:
        """Return condition and seed."""
        return self.condition, self.seed

    @property
    def why(self) -> str:
        """Return the reason for the user."""
        return self.message if self.known else f"{self.type}: {self.message}".removesuffix(": ")

    @property
    def place(self) -> str:
        """Return the replicate in words."""
        return f"condition {self.condition}, seed {self.seed}"


class ReplicatesFailed(RunError):  # noqa: N818 (they are what failed)
    """Some replicates of a run failed, and all others are committed: says which, why, and what to do."""


@contextlib.contextmanager
def told_later() -> Iterator[list[ReplicatesFailed]]:
    """Yield a list that takes the error of a run of which some replicates failed, so that the others are told first."""
    found: list[ReplicatesFailed] = []
    try:
        yield found
    except ReplicatesFailed as error:
        found.append(error)


def note_failures(directory: Path, block: Block, failures: Sequence[Failure]) -> None:
    """Keep the failures of a block's replicates in place of older ones; none: there is no such file then.

    Raises
    ------
    StoreError
        If the directory cannot be written.
    """
    path = directory / FAILURES / f"{block.name}.json"
    with storage_errors(directory):
        if failures:
            path.parent.mkdir(exist_ok=True)
            text = json.dumps({"failures": [asdict(one) for one in failures]}, indent=1)
            write_atomically(path, (text + "\n").encode())
        elif path.exists():
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def read_failures(directory: Path) -> list[Failure]:
    """Return what failed in a run when it was last tried, in the order of the files' names.

    Raises
    ------
    StoreError
        If a file of them is damaged.
    """
    found = []
    for path in sorted((directory / FAILURES).glob("*.json")):
        if not stray(path.name):
            found += _read(path)
    return found


def _read(path: Path) -> list[Failure]:
    try:
        told: list[dict[str, Any]] = json.loads(path.read_bytes())["failures"]
        return [Failure(**one) for one in told]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: damaged ({error!r}). Delete it; it holds nothing but errors' texts.") from error


def failed(failures: Sequence[Failure], replicates: int, directory: Path, shown: Path) -> ReplicatesFailed:
    """Return the error for the end of a run of which some replicates failed.

    Parameters
    ----------
    failures : sequence of Failure
        At least one.
    replicates : int
        Of the run.
    directory : Path
        Where the failures are kept.
    shown : Path
        Run directory, as the user knows it.
    """
    lines = [f"{why} ({_places(own)})" for why, own in list(_alike(failures).items())[:LISTED]]
    rest = replicates - len(failures)
    others = f"; {'the other is' if rest == 1 else f'the other {rest:,} are'} committed" if rest else ""
    lines.append(f"{len(failures):,} of {counted(replicates, 'replicate')} failed{others}.")
    lines.append(f"{directory / FAILURES} tells more. `astrosim run {shown} --resume` tries again what failed.")
    return ReplicatesFailed("\n".join(lines))


def listed(failures: Sequence[Failure]) -> str:
    """Return the different errors of some failures and where they arose, in one line."""
    alike = list(_alike(failures).items())
    told = "; ".join(f"{_places(own)}: {why.splitlines()[0].rstrip('.')}" for why, own in alike[:LISTED])
    return told + (f"; {counted(len(alike) - LISTED, 'other error')}" if len(alike) > LISTED else "")


def _alike(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    found: dict[str, list[Failure]] = {}
    for one in failures:
        found.setdefault(one.why, []).append(one)
    return found


def _places(failures: Sequence[Failure]) -> str:
    more = f" and {len(failures) - 1:,} more" if len(failures) > 1 else ""
    return failures[0].place + more
