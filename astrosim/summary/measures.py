"""Measures of a run: the columns of summary.csv by which settings and runs are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from astrosim.core.errors import AstrosimError
from astrosim.scenario.words import nearest

FRACTION = (0.0, 1.0)


@dataclass(frozen=True)
class Measure:
    """A column of summary.csv that is a result.

    Attributes
    ----------
    column : str
    words : str
        Its name for readers.
    unit : str
        Empty for none.
    bounds : tuple of float or None
        Least and largest possible value, where there are such.
    """

    column: str
    words: str
    unit: str = ""
    bounds: tuple[float, float] | None = None

    @property
    def label(self) -> str:
        """Name with unit."""
        return f"{self.words} ({self.unit})" if self.unit else self.words


def chosen_measure(
    default: Measure, rows: Sequence[Mapping[str, Any]], column: str | None, asked: str = "--measure"
) -> Measure:
    """Return a measure by the name of its column; the default where none is named.

    Parameters
    ----------
    default : Measure
    rows : sequence of mapping
        Of summary.csv.
    column : str or None
    asked : str
        The option or argument that names it.

    Raises
    ------
    AstrosimError
        If the rows have no such column of numbers.
    """
    if column is None or column == default.column:
        return default
    known = [name for name, value in rows[0].items() if isinstance(value, int | float) and name != "seed"]
    if column not in known:
        guess = nearest(column, known)
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(known)}."
        raise AstrosimError(f"{asked}: no such column of numbers ({column}). {right}")
    return Measure(column, column.replace("_", " "))
