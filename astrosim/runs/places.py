"""Places of runs: made once, taken by one run each, and left as they were if no run begins there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from astrosim.core.errors import AstrosimError, DataError, PackageError, ScenarioError
from astrosim.runs.directory import RunDirectory
from astrosim.runs.lock import HELD, LOCK
from astrosim.store.files import storage_errors

WANTING = (DataError, PackageError, ScenarioError)
"""Errors of a run that lacks what it needs: going on would fail in the same way."""


def make_directory(path: Path) -> bool:
    """Make a directory for a run, if there is none; says whether it was made.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            if not path.is_dir():
                raise
            return False
    return True


def take_name(path: Path) -> Path:
    """Make a directory, or the first of ``NAME-2``, ``NAME-3`` ... that does not exist: of several processes, each
    makes its own.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    chosen, number = path, 1
    while os.path.lexists(chosen) or not make_directory(chosen):
        number += 1
        chosen = path.with_name(f"{path.name}-{number}")
    return chosen


def clear(path: Path) -> None:
    """Remove all that a run left in a directory that was empty before it."""
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


@contextlib.contextmanager
def removed_if_empty(path: Path, made: bool) -> Iterator[None]:
    """Remove a directory that was made for a run if an error leaves nothing in it."""
    try:
        yield
    except AstrosimError:
        with contextlib.suppress(OSError):
            if made:
                path.rmdir()
        raise


@contextlib.contextmanager
def nothing_left(path: Path) -> Iterator[None]:
    """Leave a directory as empty as it was if no run begins there, or one lacks data or what else it needs.

    Under the directory's lock.
    """
    directory = RunDirectory(path)
    empty = {entry.name for entry in path.iterdir()} <= {LOCK, HELD}
    try:
        yield
    except AstrosimError as error:
        if empty and not directory.computed() and (isinstance(error, WANTING) or not directory.begun):
            clear(path)
        raise
