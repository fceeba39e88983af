"""Remarks on a table, in sentences: columns that tell nothing, and rows that stand in two parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from astrosim.scenario.inputs import ComplaintError
from astrosim.systems.arrays.tables.parts import duplicates, split
from astrosim.systems.arrays.tables.table import Table

NAMED = 4  # columns that are named
SEEDS = 20  # whose parts are looked through; assumed: more tell the same


def remarks(table: Table, task: Any, seeds: Sequence[int]) -> list[str]:
    """Return what a user should know of a table before trusting a score.

    Parameters
    ----------
    table : Table
    task : ArrayTask
    seeds : sequence of int
        Whose parts are looked through, the first of them.
    """
    return [text for text in (_constant(table), _repeated(table, task, seeds[:SEEDS])) if text]


def _constant(table: Table) -> str:
    names = table.constant
    if not names:
        return ""
    named = ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")
    inputs = f"{len(names)} of {len(table.names)} inputs"
    return f"{inputs} never change ({named}): kept, but they tell nothing. task.leave_out drops them."


def _repeated(table: Table, task: Any, seeds: Sequence[int]) -> str:
    if not table.repeats:
        return ""
    found = []
    for seed in seeds:
        try:
            parts = split(table, seed, task.test, task.validation)
        except ComplaintError:  # told when the seed begins
            continue
        found.append((duplicates(table, parts), parts.validation.size + parts.test.size, seed))
    count, held, seed = max(found, default=(0, 0, 0))
    if not count:
        return ""
    return (
        f"{count:,} of {held:,} validation and test rows of seed {seed} have the same inputs as a training row, which "
        "flatters their score. Remove repeated rows, or keep them together by task.groups."
    )
