"""Tables as text in any usual dialect: separators, quotes, decimal commas, comments, compression, encodings."""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short

PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".lzma": lzma.decompress,
}
SEPARATORS = ("\t", ";", ",", "|", " ")
COMMENTS = ("#", "%", "//")
LOOKED_AT = 50  # lines that tell the separator; assumed


def unpacked(path: Path) -> tuple[bytes, Path]:
    """Return the content of a file, decompressed, and its name without the ending of the compression.

    Raises
    ------
    AstrosimError
        If it cannot be read.
    """
    try:
        data = path.read_bytes()
        while path.suffix.lower() in PACKED:
            data, path = PACKED[path.suffix.lower()](data), path.with_suffix("")
    except (OSError, EOFError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AstrosimError(f"{path}: cannot be read ({reason}). Name a readable file.") from None
    return data, path


def text_of(data: bytes) -> str:
    """Return bytes as text: UTF-8, UTF-16 by its mark, else Western European."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def rows_of(data: bytes, where: str) -> list[list[str]]:
    """Return the cells of a table as text, line by line; blank lines and comments are passed over.

    Raises
    ------
    AstrosimError
        If it is no text, holds nothing, or lines differ in their cells.
    """
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise AstrosimError(f"{where}: a binary file, not a table ({len(data)} bytes). Name a file of text.")
    lines = text_of(data).splitlines()
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith(COMMENTS)]
    if not numbered:
        raise AstrosimError(f"{where}: an empty table (0 lines). Give one synapse a line.")
    separator = _separator([line for _, line in numbered[:LOOKED_AT]])
    text = [line.strip() if separator == " " else line for _, line in numbered]
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=False)
    rows, places = [], [0]  # a quoted cell may reach over lines
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row] if separator == " " else row)
            places.append(reader.line_num)
    except csv.Error as error:
        line = numbered[places[-1]][0]
        raise AstrosimError(
            f"{where}:{line}: not a table ({error}). Look for a quotation mark without another."
        ) from None
    width = max(len(rows[0]), len(rows[min(1, len(rows) - 1)]))
    wrong = [n for n, row in enumerate(rows) if len(row) > width]
    if wrong:
        line, row = numbered[places[wrong[0]]][0], rows[wrong[0]]
        many = f" and {len(wrong) - 1} more lines" if len(wrong) > 1 else ""
        what = f"{len(row)} cells where {width} belong ({short(separator.join(row))}{many})"
        raise AstrosimError(f"{where}:{line}: columns: {what}. Write as many as in the first line.")
    return [row + [""] * (width - len(row)) for row in rows]


def _separator(lines: list[str]) -> str:
    """Return the separator by which the lines have most often the same number of cells, more than one."""

    def score(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)]
        common = max(set(widths), key=widths.count)
        return (widths.count(common) if common > 1 else 0, -SEPARATORS.index(separator))

    return max(SEPARATORS, key=score)


def is_number(text: str) -> bool:
    """Return whether a text is a number, with decimal point or comma."""
    try:
        float(text.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def frame_of(rows: list[list[str]], known: Callable[[list[str]], bool], heads: tuple[str, ...]) -> pd.DataFrame:
    """Return rows as a table of texts, its columns named by the first row, else by `heads`.

    Parameters
    ----------
    rows : list of list of str
    known : callable
        Whether a row names columns.
    heads : tuple of str
        Names of the columns of a table without a head.
    """
    first = [cell.strip() for cell in rows[0]]
    texts = not any(is_number(cell) for cell in first if cell)
    later = any(is_number(cell) for row in rows[1:LOOKED_AT] for cell in row)
    if known(first) or (texts and later):
        names = [name or f"column {number + 1}" for number, name in enumerate(first)]
        return pd.DataFrame(rows[1:], columns=names, dtype=object)
    width = len(first)
    return pd.DataFrame(rows, columns=[*heads[:width], *(f"column {n + 1}" for n in range(len(heads), width))])
