"""A run directory's content, exchanged for that of a longer run which was computed inside it.

Once the marker is written the new content is whole. A crash at any time leaves the old content, or a marked exchange
that `settle` completes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from astrosim.core.errors import StoreError
from astrosim.store.files import fsync_directory, write_atomically

LONGER = "longer"  # folder of the new content
MARKER = "whole"
BEFORE = "before"  # folder, inside the new content's, that takes the old one
REPORT = "report.html"  # tells of the old content
BEGUN = "scenario.toml"  # the last file that a run writes when it begins


def outer(directory: Path) -> Path:
    """Return the run directory that a directory belongs to: its parent, if a longer run is computed in it."""
    inside = directory.name == LONGER and (directory.parent / BEGUN).exists()
    return directory.parent if inside else directory


def begun(directory: Path) -> bool:
    """Return whether a longer run has begun inside a run directory."""
    return (directory / LONGER / BEGUN).exists()


def discard(directory: Path) -> None:
    """Remove what was computed of a longer run."""
    shutil.rmtree(directory / LONGER, ignore_errors=True)


def exchange(directory: Path) -> None:
    """Put the finished longer run in the place of the old content."""
    write_atomically(directory / LONGER / MARKER, b"")
    settle(directory)


def settle(directory: Path) -> None:
    """Complete an exchange that was marked, and remove what is left of one that is over."""
    new = directory / LONGER
    if (new / MARKER).exists():
        _move(directory, new)
    elif begun(directory):
        return
    shutil.rmtree(new, ignore_errors=True)


def _move(directory: Path, new: Path) -> None:
    """Move every entry into its place; one that was moved before a crash stays there."""
    old = new / BEFORE
    old.mkdir(exist_ok=True)
    for path in sorted(new.iterdir()):
        if path.name not in (MARKER, BEFORE):
            place = directory / path.name
            if place.exists():
                place.rename(old / path.name)
            path.rename(place)
    if (directory / REPORT).exists():
        (directory / REPORT).rename(old / REPORT)
    for folder in (new, old, directory):
        fsync_directory(folder)
    (new / MARKER).unlink()


def check_settled(directory: Path) -> None:
    """Refuse to read a directory whose content is being exchanged.

    Raises
    ------
    StoreError
        Names the command that completes the exchange.
    """
    if (directory / LONGER / MARKER).exists():
        raise StoreError(
            f"{directory}: a longer run was being put in the place of this one. "
            f"`astrosim run {directory} --resume` completes that; nothing is lost."
        )
