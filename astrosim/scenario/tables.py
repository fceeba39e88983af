"""Tables of numbers or texts in files: CSV with a head, or NPZ with equally long arrays.

Blank lines and what follows a # are passed over. All that is wrong with a file is told at once, one line per problem.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrosim.scenario.inputs import SIZE_LIMIT, InputFile, Located
from astrosim.scenario.section import short

MOST = 20  # problems told of one file; assumed: more do not help
NAMED = 4  # lines named in which the same is wrong; assumed: enough to find the others
KEPT_FILES = 8  # assumed: a scenario names a few; one of a million synapses takes 24 MB


class Finding(NamedTuple):
    """One thing that is wrong with a row (from 0) of a table; text: what is wrong (value). What would be right."""

    row: int
    column: str
    text: str


class Table(NamedTuple):
    """Numbers read from a file."""

    columns: tuple[str, ...]
    values: np.ndarray  # float64 (row, column); nan where a finding says why
    findings: tuple[Finding, ...]
    lines: bool  # rows are lines of text, not places in arrays

    def ordered(self, wanted: tuple[str, ...], usual: Mapping[str, str] | None = None) -> Table:
        """Return the table with its columns in the wanted order, if it has them all; others are left out.

        Parameters
        ----------
        wanted : tuple of str
        usual : mapping of str to str, optional
            Other names of wanted columns.
        """
        names = [(usual or {}).get(name.lower(), name) for name in self.columns]
        if len(set(names)) < len(names) or not set(wanted) <= set(names):
            return self
        places = [names.index(name) for name in wanted]
        kept = {self.columns[place]: name for place, name in zip(places, wanted, strict=True)}
        findings = [f._replace(column=kept[f.column]) for f in self.findings if f.column in kept]
        return self._replace(columns=wanted, values=self.values[:, places], findings=tuple(findings))


def located(field: str, file: InputFile, findings: Sequence[Finding]) -> list[Located]:
    """Return findings as the lines that a user reads: the first ones, in the order of the file, then how many more."""
    if not findings:
        return []
    data = file.content()
    return told(field, file.name, findings, None if _is_archive(data) else [number for number, _ in _lines(data)])


def told(field: str, name: str, findings: Sequence[Finding], lines: Sequence[int] | None) -> list[Located]:
    """Return findings as the lines that a user reads: one for all of a kind, with the first place and how many.

    Parameters
    ----------
    field : str
        The field that names the file.
    name : str
        Of the file.
    findings : sequence of Finding
    lines : sequence of int or None
        Line of the head and of each row; None where rows are places in arrays.
    """

    def row(finding: Finding) -> int:
        known = lines is not None and finding.row + 1 < len(lines)
        return lines[finding.row + 1] if known and lines is not None else 1

    def place(finding: Finding) -> str:
        if lines is None:
            return f"{name}: {finding.column}{f'[{finding.row}]' if finding.row >= 0 else ''}"
        return f"{name}:{row(finding)}: {finding.column}"

    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.row):
        groups.setdefault((finding.column, _kind(finding.text)), []).append(finding)
    where = row if lines is not None else lambda finding: finding.row
    texts = [f"{place(alike[0])}: {alike[0].text}{_also(alike, where, lines is None)}" for alike in groups.values()]
    more = len(texts) - MOST
    last = [f"{name}: columns: {more} more kinds of problems. Fix the first ones."] if more > 0 else []
    return [Located(field, text) for text in [*texts[:MOST], *last]]


def _kind(text: str) -> str:
    """Return a finding's text without what differs from row to row: values in brackets, and numbers."""
    return re.sub(r"\(.*?\)|-?\d+(\.\d+)?(e[-+]?\d+)?", "", text)


def _also(alike: Sequence[Finding], where: Callable[[Finding], int], arrays: bool) -> str:
    """Say in which other lines the same is wrong."""
    others = list(dict.fromkeys(where(finding) for finding in alike))[1:]
    if not others:
        return ""
    noun = ("place" if arrays else "line") + ("s" if len(others) > 1 else "")
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return f" Also in {noun} {', '.join(map(str, others[:NAMED]))}{more}."


@lru_cache(KEPT_FILES)
def numbers(file: InputFile) -> Table:
    """Return the numbers of a file, and what could not be read as one."""
    data = file.content()
    if _is_archive(data):
        return _archive(data)
    head, body = _head_and_body(data)
    if body is not None and head:
        try:
            values = np.loadtxt(io.StringIO(body), delimiter=",", comments="#", ndmin=2) if body.strip() else None
            if values is not None and values.shape[1] == len(head) and np.isfinite(values).all():
                return Table(tuple(head), values, (), True)
        except ValueError:
            pass  # the slow way below says what and where
    return _numbers_one_by_one(data)


def _head_and_body(data: bytes) -> tuple[list[str], str | None]:
    """Names of the columns, and the text after them; None where it is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], None
    lines = io.StringIO(text)
    for line in lines:
        if content := line.partition("#")[0].strip():
            return [cell.strip().strip('"') for cell in content.split(",")], lines.read()
    return [], ""


def _numbers_one_by_one(data: bytes) -> Table:
    head, rows = cells(data)
    values = np.full((len(rows), len(head)), np.nan)
    findings = []
    for number, row in enumerate(rows):
        if len(row) != len(head):
            findings.append(Finding(number, head[0], width_words(row, head)))
            continue
        for column, cell in enumerate(row):
            value = _number(cell)
            if np.isfinite(value):
                values[number, column] = value
            else:
                findings.append(Finding(number, head[column], f"not a finite number ({short(cell)}). Write a number."))
    return Table(tuple(head), values, tuple(findings), True)


def _number(text: str) -> float:
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def _lines(data: bytes) -> list[tuple[int, str]]:
    """Lines with a content, from 1, the head among them. Bytes that are no text stay as marks."""
    text = data.decode("utf-8-sig", errors="replace")
    numbered = ((number, line.partition("#")[0].strip()) for number, line in enumerate(text.split("\n"), start=1))
    return [(number, line) for number, line in numbered if line]


def cells(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of a CSV text, as texts."""
    rows = [[cell.strip().strip('"') for cell in line.split(",")] for _, line in _lines(data)]
    return (rows[0], rows[1:]) if rows else ([], [])


def head_findings(head: Sequence[str], wanted: Sequence[str], least: int) -> tuple[Finding, ...]:
    """Return the problems of the first line; `least`: how many of the columns are needed, 0 for all."""
    if tuple(head) == tuple(wanted) and head:
        return ()
    names = ",".join(wanted) if not least else f"{','.join(wanted[:least])} or {','.join(wanted)}"
    return (Finding(-1, "columns", f"not the head of this table ({short(','.join(head))}). Write {names}."),)


def width_words(row: Sequence[str], columns: Sequence[str]) -> str:
    """Describe a row that is not as wide as the table."""
    return f"{len(row)} cells where {len(columns)} belong ({short(','.join(row))}). Write {','.join(columns)}."


def _is_archive(data: bytes) -> bool:
    return data[:4] in (b"PK\3\4", b"PK\5\6")


BROKEN = (ValueError, OSError, EOFError, KeyError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


def _archive(data: bytes) -> Table:
    """The arrays of an NPZ file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > SIZE_LIMIT:
                return _no_table("columns", f"more than {SIZE_LIMIT} bytes unpacked. Write less.")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            known = {name: arrays[name] for name in arrays.files}
    except BROKEN as error:
        return _no_table("columns", f"not an NPZ file ({short(str(error))}). Write it with numpy.savez.")
    length = max((array.size for array in known.values()), default=0)
    for name, array in known.items():
        if array.dtype.kind not in "iuf" or array.shape != (length,):
            what = f"not a list of {length} numbers ({array.dtype}, shape {array.shape})"
            return _no_table(name, f"{what}. Write arrays of one length.")
    values = np.array(list(known.values()), dtype=np.float64).reshape(len(known), length).T
    return _finite(Table(tuple(known), values, (), False))


def _finite(table: Table) -> Table:
    """The table with findings where a number is not finite."""
    rows, columns = (places.tolist() for places in np.nonzero(~np.isfinite(table.values)))
    findings = [
        Finding(row, table.columns[column], f"not a finite number ({table.values[row, column]}). Write a number.")
        for row, column in zip(rows, columns, strict=True)
    ]
    table.values[rows] = np.nan
    return table._replace(findings=tuple(findings))


def _no_table(column: str, text: str) -> Table:
    return Table((), np.empty((0, 0)), (Finding(-1, column, text),), False)


def write(path: Path, head: Sequence[str], columns: Sequence[np.ndarray]) -> None:
    """Write columns, each of shape (row,), as CSV with a head; reals with all their digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
