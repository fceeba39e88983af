"""Files that a scenario names (data, modules): found, told apart by checksum, taken into a run directory.

A scenario holds the place and the SHA-256 of such a file, never its content: `tables` reads that when it is needed, and
checks that it is still the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic_core import core_schema

from astrosim.core.errors import ScenarioError
from astrosim.scenario.stored import ALLOWED, READING

FOLDER = "inputs"  # of a run directory
FileFields = Sequence[tuple[str, str]]
ModuleFields = Sequence[tuple[str, str, str]]
SIZE_LIMIT = 2_000_000_000  # bytes; assumed: 20 million synapses as text are a quarter of it
DATA_FILE = r"(?i)\.(csv|tsv|npz)(\.gz)?$"  # names of tables
SHOWN = 12  # hexadecimal digits of a checksum in names and messages; assumed: enough to tell files apart


class HasFiles(Protocol):
    """A scenario as this module sees it: some of its fields name files."""

    @property
    def file_fields(self) -> FileFields:
        """Section and field of each file."""

    @property
    def conditions(self) -> dict[str, dict[str, Any]]:
        """Overrides by condition."""

    @property
    def sweep(self) -> Any:
        """Fields that vary."""

    def model_copy(self, *, update: Mapping[str, Any]) -> Any:
        """Return a copy with other values of some fields."""


@dataclass(frozen=True)
class Located:
    """One thing that is wrong inside a file that a field names.

    Attributes
    ----------
    field : str
        The field that names the file, dotted.
    text : str
        The whole line that a user reads: ``file:line: column: what is wrong (value). What would be right.``
    """

    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


class ComplaintError(ValueError):
    """Several things that are wrong, some of them inside files.

    Parameters
    ----------
    problems : sequence of str or Located
        Texts may be led by the field that they are about.
    """

    def __init__(self, problems: Sequence[str | Located]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class InputFile:
    """A file beside a scenario. Two are equal if their contents are, wherever they lie.

    Parameters
    ----------
    name : str
        As a user would name it.
    sha256 : str
        Of its content.

    Attributes
    ----------
    path : Path
        Absolute.
    foreign : bool
        Whether it came with a run directory, and the user has not said that its code may be executed.
    """

    foreign: bool = False
    _kept: bytes | None = None  # content of a file that lies nowhere yet

    def __init__(self, name: str, sha256: str) -> None:
        self.name, self.path, self.sha256 = name, Path(name).absolute(), sha256

    @classmethod
    def in_memory(cls, name: str, data: bytes) -> InputFile:
        """Build from a content that lies in no file; a run writes it into its directory."""
        file = cls(name, checksum(data))
        file._kept = data
        return file

    @classmethod
    def of(cls, value: Any) -> InputFile:
        """Build from a name, or from a table with `file` and the `sha256` that it had.

        Raises
        ------
        ValueError
            If there is no such file, or it has another content by now; if a run directory's scenario names one outside.
        """
        if isinstance(value, InputFile):
            return value
        name, expected = _parts(value)
        of_run = reading if (reading := READING.get()) is not None and reading.concerns(name) else None
        if of_run is not None:
            of_run.check(name)
        file = cls(name, checksum(_bytes(name)))
        file.foreign = of_run is not None and not ALLOWED.get()
        if expected not in (None, file.sha256):
            raise ValueError(_changed(file, file.sha256, str(expected)))
        return file

    def content(self) -> bytes:
        """Return the file's bytes.

        Raises
        ------
        ScenarioError
            If it is gone or has changed.
        """
        if self._kept is not None:
            return self._kept
        try:
            data = _bytes(str(self.path))
        except ValueError as error:
            raise ScenarioError([f"{self.name}: {error}"]) from None
        if (found := checksum(data)) != self.sha256:
            raise ScenarioError([f"{self.name}: {_changed(self, found, self.sha256)}"])
        return data

    @property
    def title(self) -> str:
        """Name without folder and ending, the same where the user put it and in a run directory."""
        return self.path.stem.removesuffix(f"-{self.sha256[:SHOWN]}")

    def moved(self, folder: Path) -> InputFile:
        """Return the same content in another folder, under a name that no other content has."""
        mark = self.sha256[:SHOWN]
        name = self.path.name
        name = name if mark in name else f"{self.path.stem[:80]}-{mark}{self.path.suffix}"
        moved = InputFile(str(folder / name), self.sha256)
        moved.foreign = self.foreign
        return moved

    def table(self, folder: Path | None) -> dict[str, str]:
        """Return its entry in a scenario file; the name relative to `folder` if it lies inside."""
        inside = folder is not None and self.path.is_relative_to(folder.absolute())
        path = self.path.relative_to(folder.absolute()) if inside and folder else self.path
        return {"file": path.as_posix(), "sha256": self.sha256}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InputFile) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"InputFile({self.name!r}, sha256={self.sha256[:SHOWN]!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Validated by `of`; in JSON its checksum stands for it."""
        as_text = core_schema.plain_serializer_function_ser_schema(lambda file: file.sha256, when_used="json")
        return core_schema.no_info_plain_validator_function(cls.of, serialization=as_text)


def checksum(data: bytes) -> str:
    """Return SHA-256 as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def _parts(value: Any) -> tuple[str, str | None]:
    """Name and expected checksum."""
    if isinstance(value, dict) and "file" in value and not set(value) - {"file", "sha256"}:
        value, expected = value["file"], value.get("sha256")
    else:
        expected = None
    if not isinstance(value, str) or not value:
        what = "a table" if isinstance(value, dict) else repr(value)
        raise ValueError(f"not the name of a file ({what[:60]}). Write a name in quotes, relative to the scenario.")
    return value, expected


def _bytes(name: str) -> bytes:
    """Content of a plain file."""
    path = Path(name)
    try:
        if path.is_dir():
            raise ValueError(f"a folder, not a file ({name[:200]!r}). Name a file.")
        if not path.exists():
            raise ValueError(f"no such file ({name[:200]!r}). Names are relative to the scenario file.")
        if not path.is_file() or path.stat().st_size > SIZE_LIMIT:
            raise ValueError(f"no plain file of at most {SIZE_LIMIT} bytes ({name[:200]!r}). Name another.")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read ({name[:200]!r}: {error.strerror}). Name a readable file.") from None


def _changed(file: InputFile, found: str, expected: str) -> str:
    return (
        f"not the file that it was ({file.name!r}: checksum {found[:SHOWN]}... where {expected[:SHOWN]}... was "
        "written). Put the original back."
    )


def relative_to(
    data: Mapping[str, Any], folder_of: Callable[[tuple[str, ...]], Path], fields: FileFields, modules: ModuleFields
) -> dict[str, Any]:
    """Return a scenario's tables, conditions included, with the names of files as paths from here.

    Parameters
    ----------
    data : mapping
        As read from TOML.
    folder_of : callable
        Takes the path of a field, returns the folder that its name is relative to.
    fields, modules : tuple
        `Experiment.file_fields` and `Experiment.module_fields`.
    """

    def within(table: Mapping[str, Any], *prefix: str) -> dict[str, Any]:
        moved = _each(table, lambda field, value: from_folder(folder_of((*prefix, *field)), value), fields)
        for section, field, file in modules:
            moved = _with_module(moved, section, field, file, folder_of((*prefix, section, field)))
        return moved

    moved, conditions = within(data), data.get("conditions")
    if isinstance(conditions, dict):
        moved["conditions"] = {
            name: within(own, "conditions", name) if isinstance(own, dict) else own for name, own in conditions.items()
        }
    return moved


def _with_module(data: dict[str, Any], section: str, field: str, file: str, folder: Path) -> dict[str, Any]:
    """Tables in which a field names the file of another field's module, if it lies in the folder, or of a table."""
    table = data.get(section)
    if not isinstance(table, dict) or file in table or not isinstance(table.get(field), str):
        return data
    if re.search(DATA_FILE, table[field]):
        return {**data, section: {**table, file: from_folder(folder, table[field])}}
    path = str(folder / f"{table[field].partition(':')[0]}.py")
    return {**data, section: {**table, file: path}} if os.path.isfile(path) else data


def with_files(data: Mapping[str, Any], fields: FileFields) -> dict[str, Any]:
    """Return tables in which names of files have become files; a name that cannot be read stays: validation tells
    why."""

    def read(field: tuple[str, str], value: Any) -> Any:
        with contextlib.suppress(ValueError):
            return InputFile.of(value)
        return value

    return _each(data, read, fields)


def _each(data: Mapping[str, Any], change: Callable[[tuple[str, str], Any], Any], fields: FileFields) -> dict[str, Any]:
    """Tables with every file field exchanged."""
    changed = dict(data)
    for section, field in fields:
        table = changed.get(section)
        if isinstance(table, dict) and table.get(field) is not None:
            changed[section] = {**table, field: change((section, field), table[field])}
    return changed


def from_folder(folder: Path, value: Any) -> Any:
    """Return the name of a file in a folder as a path from here; a table that names one with its path so."""
    if isinstance(value, dict) and isinstance(value.get("file"), str):
        return {**value, "file": from_folder(folder, value["file"])}
    return str(folder / os.path.expanduser(value)) if isinstance(value, str) and value else value


def replaced(data: Any, change: Callable[[InputFile], Any]) -> Any:
    """Return nested tables with every file exchanged; a file that there is not (None) is left out."""
    if isinstance(data, InputFile):
        return change(data)
    if isinstance(data, list | tuple) and any(isinstance(value, dict | InputFile) for value in data):
        return [replaced(value, change) for value in data]
    if not isinstance(data, dict):
        return data
    return {key: replaced(value, change) for key, value in data.items() if value is not None}


def taken_into[S: HasFiles](scenario: S, directory: Path) -> tuple[S, dict[Path, bytes]]:
    """Return a scenario whose files lie in a run directory, and what to write there.

    Parameters
    ----------
    scenario : Experiment
    directory : Path

    Returns
    -------
    Experiment
        Equal to the given one; its files lie in ``directory/inputs``.
    dict of Path to bytes
        Their contents.

    Raises
    ------
    ScenarioError
        If a file is gone or has changed since the scenario was read.
    """
    contents: dict[Path, bytes] = {}

    def take(file: InputFile) -> InputFile:
        moved = file.moved(directory / FOLDER)
        contents[moved.path] = file.content()
        return moved

    parts: dict[str, Any] = {"conditions": replaced(scenario.conditions, take), "sweep": scenario.sweep.moved(take)}
    for section, field in scenario.file_fields:
        part: Any = parts.get(section, getattr(scenario, section, None))
        if getattr(part, field, None) is not None:
            parts[section] = part.model_copy(update={field: take(getattr(part, field))})
    return scenario.model_copy(update=parts), contents
