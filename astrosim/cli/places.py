"""Folders that the commands take: where `~` is, the next free name, and none left empty."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

from astrosim.cli.console import say


class Commands(TyperGroup):
    """Group of commands; a `~` that the shell has left at the begin of a path, as in ``--out=~/run``, is the home."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the arguments of the command line."""
        return super().parse_args(ctx, [_at_home(argument) for argument in args])


def _at_home(argument: str) -> str:
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
