"""Scenarios that lie in run directories: their files stay inside, and code that came with them is not run unasked.

Code is known by the SHA-256 of its file. What a user has run from a scenario file of theirs is noted in a list of their
own, so that their runs go on without a question; code of a run that somebody else has made is not on it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from astrosim.core.errors import ScenarioError

LIST = "code_that_ran"
MARKS = ("provenance.json", "commits")  # one of them lies beside the scenario of a run


@dataclass(frozen=True)
class Reading:
    """A scenario of a run directory while it is read.

    Attributes
    ----------
    folder : Path
        The run directory.
    typed : frozenset of str
        Names of files that came from the command line, relative to where it was typed.
    """

    folder: Path
    typed: frozenset[str]

    def concerns(self, name: str) -> bool:
        """Return whether a file was named by the run's own scenario."""
        return name not in self.typed

    def check(self, name: str) -> None:
        """Refuse a file that does not lie in the run directory, links followed.

        Raises
        ------
        ValueError
        """
        if not Path(name).resolve().is_relative_to(self.folder.resolve()):
            raise ValueError(
                f"outside the run directory ({name[:200]!r}). A run holds its own files: put the original back."
            )


READING: ContextVar[Reading | None] = ContextVar("reading", default=None)
ALLOWED = ContextVar("allowed", default=False)
"""Whether the user has said that code which came with a run may be executed."""


def run_of(file: Path) -> Path | None:
    """Return the run directory that a scenario file belongs to; None for a file of the user's own."""
    folder = file.parent
    return folder if any((folder / mark).exists() for mark in MARKS) else None


@contextlib.contextmanager
def reading(folder: Path | None, typed: frozenset[str]) -> Iterator[None]:
    """Read a scenario; of a run directory if there is a `folder`, see `Reading`."""
    token = READING.set(None if folder is None else Reading(folder, typed))
    try:
        yield
    finally:
        READING.reset(token)


@contextlib.contextmanager
def allowing(allowed: bool) -> Iterator[None]:
    """Let the scenarios of runs that are read meanwhile execute the code that came with them, if `allowed`."""
    token = ALLOWED.set(allowed or ALLOWED.get())
    try:
        yield
    finally:
        ALLOWED.reset(token)


def _list() -> Path:
    """The user's list of code."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state) / "astrosim" / LIST


def known(sha256: str) -> bool:
    """Return whether this user has run a file of this checksum before."""
    try:
        return sha256 in _list().read_text("ascii").split()
    except (OSError, ValueError):
        return False


def remember(sha256: str) -> None:
    """Note that this user has run a file of this checksum; where nothing can be noted, they are asked again."""
    if known(sha256):
        return
    with contextlib.suppress(OSError):
        _list().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _list().open("a", encoding="ascii") as file:
            file.write(f"{sha256}\n")


def foreign(field: str, name: str, sha256: str) -> ScenarioError:
    """Return the error that refuses code which came with a run: names the field, the file, and the way to allow it."""
    return ScenarioError(
        [
            f"{name}: {field}: code that came with this run, and that you have not run before "
            f"(sha256 {sha256[:12]}...). Read it, then allow it: --allow-code, in Python allow_code=True."
        ]
    )
