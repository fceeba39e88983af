"""Rows of summary.csv, values typed."""

from __future__ import annotations

import csv
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from astrosim.core.errors import StoreError

UNKNOWN = "-"
"""Shown where a value does not exist."""


def add_known(table: Table, columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Add lines to a table whose first column is there, and of the other columns those in which anything is known."""
    known = [place for place in range(1, len(columns) + 1) if any(line[place] != UNKNOWN for line in lines)]
    for place in known:
        table.add_column(columns[place - 1], justify="right", no_wrap=True)
    for line in lines:
        table.add_row(line[0], *(line[place] for place in known))


def quantile_text(counts: np.ndarray, share: float, most: float) -> str:
    """Return a quantile of counts (shape (seed,), nan where there is none) in words; `most`: of a run."""
    if not len(counts):
        return UNKNOWN
    value = float(np.quantile(np.where(np.isfinite(counts), counts, np.inf), share, method="higher"))
    return f"{value:,.0f}" if np.isfinite(value) else f"> {most:,.0f}"


def read_rows(path: Path, texts: Container[str], flags: Container[str], counts: Container[str]) -> list[dict[str, Any]]:
    """Return the rows of a summary.csv, values typed; what is empty is nan.

    Parameters
    ----------
    path : Path
    texts, flags, counts : container of str
        Columns of texts, of True or False, and of whole numbers; all others hold fractions.

    Raises
    ------
    StoreError
        If the file is missing or not a summary.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
            return [{c: _typed(text, c in texts, c in flags, c in counts) for c, text in row.items()} for row in rows]
    except FileNotFoundError:
        raise StoreError(f"{path}: no summary here. Name the directory of a finished run.") from None
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: damaged ({error}). `astrosim run {path.parent} --resume` rewrites it.") from error


def _typed(text: str, is_text: bool, is_flag: bool, is_count: bool) -> Any:
    if is_text:
        return text
    if is_flag:
        return text == "True"
    return int(text) if is_count else float(text or "nan")
