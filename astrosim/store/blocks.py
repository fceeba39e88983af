"""Blocks: rectangles of (condition, seed) whose replicates share chunks and one commit record. Sizes in bytes.

Their shape depends on the arrays of the store alone, never on workers: any of them cuts a run alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

COMMITS = "commits"
ALONE = (1, 1)
"""Shape of the blocks of a run whose replicates have files of their own."""

Shape = tuple[int, int]
Cell = tuple[str, int]  # condition, seed


def replicate_name(condition: str, seed: int) -> str:
    """Return file name, without its ending, of what belongs to one replicate."""
    return f"{quote(condition, safe='')}-{seed}"


@dataclass(frozen=True)
class Block:
    """Replicates that are committed together.

    Attributes
    ----------
    name : str
        File name, without its ending, of what belongs to the block: of a replicate alone, its own.
    rows, columns : tuple of int
        Places along (condition, seed): the first, and the one behind the last.
    cells : tuple of (str, int)
        Condition and seed of each replicate, conditions first.
    """

    name: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    cells: tuple[Cell, ...]

    @property
    def alone(self) -> bool:
        """Whether it is named after its only replicate."""
        return len(self.cells) == 1 and self.name == replicate_name(*self.cells[0])

    def commit_path(self, directory: Path) -> Path:
        """Return the commit record in a run directory."""
        return directory / COMMITS / f"{self.name}.json"


def make_blocks(conditions: Sequence[str], seeds: Sequence[int], shape: Shape = ALONE) -> list[Block]:
    """Return all blocks of a run, in the order of the scenario: conditions first.

    Parameters
    ----------
    conditions : sequence of str
    seeds : sequence of int
    shape : tuple of int
        Conditions and seeds of a block; at the ends there may be fewer.
    """
    return list(_blocks(conditions, seeds, shape))


def _blocks(conditions: Sequence[str], seeds: Sequence[int], shape: Shape) -> Iterator[Block]:
    for row in range(0, len(conditions), shape[0]):
        rows = row, min(row + shape[0], len(conditions))
        for column in range(0, len(seeds), shape[1]):
            columns = column, min(column + shape[1], len(seeds))
            cells = tuple((c, s) for c in conditions[slice(*rows)] for s in seeds[slice(*columns)])
            shared = f"block-{row // shape[0]}-{column // shape[1]}"
            yield Block(replicate_name(*cells[0]) if shape == ALONE else shared, rows, columns, cells)
