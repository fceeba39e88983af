"""Tables from CSV and TSV files (RFC 4180): comma, semicolon, tab or bar; quotes; gzip; with or without a header."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from astrosim.scenario.inputs import ComplaintError, InputFile, Located
from astrosim.scenario.section import short
from astrosim.systems.arrays.tables.raw import Column, Raw

ABSENT = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?")
"""Cells without a value."""
DELIMITERS = (",", ";", "\t", "|")
FEW = 0.5  # of the cells; assumed: a column with more numbers than this is one of numbers, with mistakes


def read(file: InputFile, field: str) -> Raw:
    """Return the columns of a file, none of them taken for the answer yet.

    Raises
    ------
    ComplaintError
        If it is no table: names the line.
    """
    text = _text(file, field)
    header, rows, lines = _cells(file, field, text)
    if not rows:
        _refuse(file, field, 1, "no row below the header", "Name a file with rows.")
    columns = [_column(file, field, name, [row[k] for row in rows], lines) for k, name in enumerate(header)]
    return Raw(
        columns=tuple(columns),
        origins=np.zeros(len(rows), np.int8),
        places=tuple(f"{file.name}:{line}" for line in lines),
    )


def _refuse(file: InputFile, field: str, line: int, what: str, right: str) -> None:
    raise ComplaintError([Located(field, f"{file.name}:{line}: {what}. {right}")])


def _text(file: InputFile, field: str) -> str:
    data = file.content()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            _refuse(file, field, 1, f"a damaged gzip file ({error})", "Pack it again.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(file, field, line, f"not UTF-8 text (byte 0x{data[error.start]:02x})", "Save the file as UTF-8.")
    raise AssertionError  # pragma: no cover


def _cells(file: InputFile, field: str, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Names of columns; cells by row; the line of each row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = "\t" if re.search(r"\.tsv(\.gz)?$", file.name) else max(DELIMITERS, key=first.count)
    found = list(_records(file, field, text, delimiter))
    if not found:
        _refuse(file, field, 1, "an empty file", "Name a file with a header and rows.")
    if len(found[0][1]) < 2:
        _refuse(
            file,
            field,
            found[0][0],
            f"one column only ({short(first[:40])})",
            "Part cells by commas or tabs.",
        )
    names = [cell.strip() for cell in found[0][1]]
    if all(_is_number(name) or name in ABSENT for name in names):
        names, body = [f"column_{k + 1}" for k in range(len(names))], found
    else:
        body = found[1:]
    for name in names:
        if not name or names.count(name) > 1:
            what = f"a column name twice ({name})" if name else "a column without a name"
            _refuse(file, field, found[0][0], what, "Give each column a name of its own.")
    for line, row in body:
        if len(row) != len(names):
            _refuse(
                file, field, line, f"{len(row)} cells where the first line has {len(names)}", "Give each row all cells."
            )
    return names, [row for _, row in body], [line for line, _ in body]


def _records(file: InputFile, field: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not empty, each with the line in which it begins."""
    reader, line = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _refuse(file, field, line, f"not valid CSV ({error})", "Close quotes that are open.")
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _column(file: InputFile, field: str, name: str, cells: Sequence[str], lines: Sequence[int]) -> Column:
    """A column of numbers, or of texts if its cells are none."""
    plain = [cell.strip() for cell in cells]
    numbers = ["nan" if cell in ABSENT else cell for cell in plain]
    try:
        values = np.array(numbers, dtype=np.float64)
    except ValueError:
        return Column(name, _texts(file, field, name, plain, numbers, lines))
    endless = np.flatnonzero(np.isinf(values))
    if endless.size:
        row = int(endless[0])
        _refuse(file, field, lines[row], f"{name}: not finite ({plain[row]})", "Write a number, or leave it empty.")
    return Column(name, values)


def _texts(
    file: InputFile, field: str, name: str, plain: Sequence[str], numbers: Sequence[str], lines: Sequence[int]
) -> np.ndarray:
    """Texts, empty where nothing is; a column of numbers with a mistake is refused."""
    good = [_is_number(cell) for cell in numbers]
    wrong = [row for row, fine in enumerate(good) if not fine]
    known = sum(cell not in ABSENT for cell in plain)
    if known - len(wrong) > FEW * known:
        row = wrong[0]
        _refuse(file, field, lines[row], f"{name}: not a number ({short(plain[row])})", "Write a number, with a point.")
    return np.array(["" if cell in ABSENT else cell for cell in plain], dtype=np.str_)
