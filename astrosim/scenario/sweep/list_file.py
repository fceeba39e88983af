"""The list of a sweep: a CSV file whose columns are swept fields, each row a setting."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from astrosim.scenario.inputs import InputFile, Located
from astrosim.scenario.section import complain
from astrosim.scenario.sweep.axis import Axis

FIELD = "file"


def read_list(file: InputFile, problem: Callable[[str], str]) -> dict[str, Axis]:
    """Return the axes of a list, by dotted path.

    Parameters
    ----------
    file : InputFile
    problem : callable
        Takes the name of a column; says why it is no field that can be swept, or nothing.

    Raises
    ------
    ComplaintError
        Names file, line and column of all that is wrong.
    """
    lines = list(_lines(file))
    if len(lines) < 2:
        complain(
            [f"{FIELD}: no settings ({file.name!r}). Write a line of fields, and below it a line for each setting."]
        )
    (first, names), *rows = lines
    complain([_wrong(file, first, name, text) for name in names if (text := problem(name))])
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    complain([_wrong(file, first, name, f"a column is there twice ({name}). Remove one.") for name in twice])
    complain(
        [
            _wrong(
                file, line, names[0], f"{len(cells)} cells where the head has {len(names)}. Write one for each field."
            )
            for line, cells in rows
            if len(cells) != len(names)
        ]
    )
    complain(
        [
            _wrong(file, line, name, "an empty cell (). Write a value.")
            for line, cells in rows
            for name, cell in zip(names, cells, strict=True)
            if not cell
        ]
    )
    columns = zip(*(map(value_of, cells) for _, cells in rows), strict=True)
    return {name: Axis(values=tuple(values)) for name, values in zip(names, columns, strict=True)}


def lines_of(file: InputFile) -> list[int]:
    """Return the line numbers of the head of a list and of each of its settings."""
    return [line for line, _ in _lines(file)]


def _lines(file: InputFile) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that is not empty, with its number."""
    try:
        text = file.content().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        complain([Located(FIELD, f"{file.name}:1: not UTF-8 text ({error.reason}). Save the file as UTF-8.")])
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        complain([Located(FIELD, f"{file.name}:{reader.line_num}: not CSV ({error}). Write cells between commas.")])


def _wrong(file: InputFile, line: int, column: str, text: str) -> Located:
    return Located(FIELD, f"{file.name}:{line}: {column}: {text}")


def value_of(text: str) -> Any:
    """Return a text as a value: as TOML reads it, else as it stands."""
    try:
        data = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text.strip()
    value = data["value"] if set(data) == {"value"} else text.strip()
    return tuple(value) if isinstance(value, list) else value
