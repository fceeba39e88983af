"""Lines of a scenario file for problems that show only when its task is made: an environment, a table, a function."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from astrosim.core.errors import AstrosimError, RunError, ScenarioError
from astrosim.scenario.load import Source, apply, model_of, parse, read_text

FIELD = re.compile(r"(?:seed \d+: )?(?P<field>[a-z_]+(?:\.[a-z_0-9]+)+): ")
"""How a problem with a field begins."""

KEPT = re.compile(r"(?P<folder>\S*/)?(?P<stem>[\w.-]+)-[0-9a-f]{12}(?P<end>\.\w+)")
"""A file as a run directory keeps it."""


@contextlib.contextmanager
def lines_named(path: Path, overrides: Sequence[str] = ()) -> Iterator[None]:
    """Put ``file:line`` before each problem with a field of a scenario file; a run's errors stay a run's errors.

    Parameters
    ----------
    path : Path
        The scenario file.
    overrides : sequence of str
        As `load_scenario` takes them: their flags stand in place of lines.

    Raises
    ------
    ScenarioError, RunError, AstrosimError
        With the same text, and its place.
    """
    try:
        yield
    except AstrosimError as error:
        text = str(error)
        found = "\n".join(_placed(path, overrides, text.split("\n")))
        if found == text:
            raise
        if isinstance(error, ScenarioError):
            raise ScenarioError(found.split("\n")) from error
        if isinstance(error, RunError):
            raise RunError(found) from error
        raise AstrosimError(found) from error


def _placed(path: Path, overrides: Sequence[str], lines: list[str]) -> list[str]:
    try:
        source = parse(str(path), read_text(path))
        for text in overrides:
            apply(source, text)
    except AstrosimError:
        return lines
    folder = path.parent
    return [_place_of(source, line) + KEPT.sub(lambda found: _original(found, folder), line) for line in lines]


def _original(kept: re.Match[str], folder: Path) -> str:
    """The user's own file in place of the copy that a run keeps, which is gone if the run has not begun."""
    original = folder / f"{kept['stem']}{kept['end']}"
    return (str(original) if kept["folder"] else original.name) if original.is_file() else kept[0]


def _place_of(source: Source, line: str) -> str:
    """Place of the field that a line begins with, if it is one of the scenario's."""
    match, model = FIELD.match(line), model_of(source.data)
    names = tuple(match["field"].split(".")) if match else ()
    if model is None or not names or names[0] not in model.model_fields:
        return ""
    return f"{source.place(names)}: "
