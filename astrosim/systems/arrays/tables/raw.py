"""A table as it was read: columns of numbers or texts, before anything is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

TRAIN, TEST, VALIDATION = range(3)
"""Parts that a row can belong to from the start; rows of the main source are `TRAIN` until they are drawn."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes
    ----------
    name : str
    values : ndarray of float64, or of texts, shape (row,)
        nan, or an empty text, where a value is missing.
    """

    name: str
    values: np.ndarray

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.values.dtype.kind == "U"

    @property
    def missing(self) -> np.ndarray:
        """Rows without a value: bool, shape (row,)."""
        return self.values == "" if self.is_text else np.isnan(self.values)


@dataclass(frozen=True)
class Raw:
    """Columns of equal length, and what the source says of them.

    Attributes
    ----------
    columns : tuple of Column
        Candidates for inputs.
    answers : tuple of Column
        To be learned; empty where a column is still to be chosen.
    answers_whole : bool
        Whether the answers were whole numbers, not numbers with a fraction.
    names : tuple of str
        Of the classes 0, 1, ..., if the source names them.
    weights, groups : Column or None
    origins : ndarray of int8, shape (row,)
        `TRAIN`, or the part whose own file the row comes from.
    places : tuple of str
        ``file:line`` of the rows, for what is wrong; empty where there are no lines.
    """

    columns: tuple[Column, ...]
    answers: tuple[Column, ...] = ()
    answers_whole: bool = True
    names: tuple[str, ...] = ()
    weights: Column | None = None
    groups: Column | None = None
    origins: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    places: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows."""
        return len((self.columns or self.answers)[0].values)

    def place(self, row: int) -> str:
        """Return where a row stands, in words."""
        return self.places[row] if self.places else f"row {row + 1}"


def digest(columns: Sequence[Column]) -> str:
    """Return SHA-256 over names, types, shapes and values of columns, as hexadecimal text."""
    total = hashlib.sha256()
    for column in columns:
        values = np.ascontiguousarray(column.values)
        total.update(f"{column.name}\0{values.dtype.str}\0{values.shape}\0".encode())
        total.update(values.tobytes())
    return total.hexdigest()


def joined(parts: Sequence[Raw]) -> Raw:
    """Return the rows of several sources with the same columns, one after the other.

    Raises
    ------
    ValueError
        Names a column that one of them lacks.
    """
    first = parts[0]
    for part in parts[1:]:
        for mine, other in zip(_all(first), _all(part), strict=False):
            if mine.name != other.name:
                raise ValueError(f"other columns than the main file ({other.name!r} in place of {mine.name!r})")
        if len(_all(first)) != len(_all(part)):
            raise ValueError(f"{len(_all(part))} columns where the main file has {len(_all(first))}")

    def together(name: str) -> tuple[Column, ...]:
        groups = zip(*(getattr(part, name) for part in parts), strict=True)
        return tuple(_end_to_end(group) for group in groups)

    def one(name: str) -> Column | None:
        found = [getattr(part, name) for part in parts]
        return None if any(column is None for column in found) else _end_to_end(found)

    return Raw(
        columns=together("columns"),
        answers=together("answers"),
        answers_whole=all(part.answers_whole for part in parts),
        names=first.names,
        weights=one("weights"),
        groups=one("groups"),
        origins=np.concatenate([part.origins for part in parts]),
        places=tuple(place for part in parts for place in part.places),
    )


def _all(raw: Raw) -> list[Column]:
    return [*raw.columns, *raw.answers]


def _end_to_end(columns: Sequence[Column]) -> Column:
    texts = any(column.is_text for column in columns)
    values = [as_text(column.values) if texts else column.values for column in columns]
    return Column(columns[0].name, np.concatenate(values))


def as_text(values: np.ndarray) -> np.ndarray:
    """Return values as texts, the missing ones empty: str, shape (row,)."""
    if values.dtype.kind == "U":
        return values
    return np.array(["" if np.isnan(value) else f"{value:g}" for value in values], dtype=np.str_)


def count_of(share: float, rows: int) -> int:
    """Return rows of a part: a share of them if it is below 1, else their number."""
    return round(share * rows) if share < 1 else int(share)
