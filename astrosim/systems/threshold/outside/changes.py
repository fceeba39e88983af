"""The difference between a graph or table from elsewhere and the network that is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table

NAMED = 3  # examples in a line; assumed: enough to find the others


class Change(NamedTuple):
    """One difference.

    Attributes
    ----------
    what : str
        Of the file or graph.
    number : int
        How many of them.
    done : str
        With them.
    """

    what: str
    number: int
    done: str


def some(names: Sequence[object]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(map(str, names[:NAMED])) + (f" and {more} more" if more > 0 else "")


def change_rows(changes: Sequence[Change]) -> list[dict[str, str | int]]:
    """Return changes as dictionaries, for JSON."""
    return [change._asdict() for change in changes]


def table_of(changes: Sequence[Change], facts: Sequence[Change]) -> Table:
    """Return changes, then the facts of the network, as a table for the console."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for column, justify in (("found", "left"), ("number", "right"), ("done", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for change in (*changes, *facts):
        table.add_row(change.what, f"{change.number:,}", change.done)
    return table
