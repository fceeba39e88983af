"""Folders that the commands take: where `~` is, the next free name, and none left empty."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from astrosim.cli.console import guarded, say
from astrosim.core.errors import AstrosimError

if TYPE_CHECKING:
    from astrosim.scenario import Experiment


def at_home(argument: str) -> str:
    """Return an argument with the home for a `~` that the shell has left at its begin, as in ``--out=~/run``."""
    option, equals, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    return option + equals + os.path.expanduser(value)


def ending(shard: str | None) -> str:
    """Return what the name of a run directory ends with if it holds a shard: ``-3-of-4``.

    Raises
    ------
    ScenarioError
        If the text names no shard.
    """
    from astrosim.runs.shard import parse_shard

    if shard is None:
        return ""
    own = parse_shard(shard)
    return f"-{own.number}-of-{own.count}"


def check_code(directory: Path, allowed: bool) -> None:
    """Refuse a run whose task executes code that came with it, unless the user has said that it may.

    Raises
    ------
    ScenarioError
        Names the code, its file, and the option.
    """
    from astrosim.core.errors import ScenarioError
    from astrosim.scenario import condition_names, load_run, resolve

    scenario = load_run(directory)
    code = dict.fromkeys(filter(None, (resolve(scenario, name).own_code for name in condition_names(scenario))))
    if code and not allowed:
        what = f"{directory} executes code that came with it: {', '.join(code)}"
        raise ScenarioError([f"--allow-code: {what}. Read it, then add the option."])


def told_address(place: str | Path) -> str:
    """Return the address of a run without its secrets; empty for a directory."""
    from astrosim.store.remote.address import Address, is_address

    return Address.of(place).shown if is_address(place) else ""


def at_hand(context: typer.Context, place: Path) -> Path:
    """Return the local directory of a run: of an address (URL) a copy of what is committed there."""
    if context.resilient_parsing:
        return place
    with guarded():
        from astrosim.store.remote import local_copy

        return local_copy(place)


def all_at_hand(context: typer.Context, places: list[Path]) -> list[Path]:
    """Return the local directories of several runs."""
    return [at_hand(context, place) for place in places]


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


def unit_of(scenario: Experiment | None, directory: Path) -> str:
    """Return the unit that a run's progress counts; of a run that goes on, its own scenario says so."""
    from astrosim.contracts.registry import find_system
    from astrosim.scenario import load_run

    if scenario is None:
        try:
            scenario = load_run(directory)
        except AstrosimError:  # the run itself tells what is wrong with it
            return "trials"
    return find_system(scenario.family).unit
