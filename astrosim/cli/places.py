"""Folders that the commands take: where `~` is, the next free name, and none left empty."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from astrosim.cli.console import say


def at_home(argument: str) -> str:
    """Return an argument with the home for a `~` that the shell has left at its begin, as in ``--out=~/run``."""
    option, equals, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    return option + equals + os.path.expanduser(value)


@contextlib.contextmanager
def free_directory(wanted: Path) -> Iterator[Path]:
    """Make a new directory: the wanted one, or the first of ``NAME-2``, ``NAME-3`` ... that is free, and say which.

    Neither it nor its folder is left behind if an error leaves nothing in them.
    """
    from astrosim.runs.directory import take_name

    directory = take_name(wanted)
    if directory != wanted:
        say(f"{wanted} exists: writing {directory}")
    try:
        yield directory
    except BaseException:
        with contextlib.suppress(OSError):
            directory.rmdir()
            directory.parent.rmdir()
        raise
