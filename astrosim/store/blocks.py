"""Blocks: rectangles of (condition, seed) whose replicates share chunks and one commit record. Sizes in bytes.

Their shape depends on the arrays of the store alone, never on workers: any of them cuts a run alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

COMMITS = "commits"
ALONE = (1, 1)
"""Shape of the blocks of a run whose replicates have files of their own."""
MOST_ALONE = 100
"""Replicates of a run that keep files of their own: some 3,000 files, and each commit is seen at once; assumed."""
FEW, MANY = 1000, 64
"""Replicates of a run that is cut into about `MANY` blocks: a workstation's workers share them evenly, and files of
their own would take longer than a short replicate; assumed."""
LEAST = 16
"""Blocks of a larger run, for as many workers; assumed: of more, few files are expected."""
SHARE = 12
"""Replicates for each file of a block; with the files of the arrays a run has a file for 10 replicates at most."""
FILES_OF_OTHERS = 2
"""Files of a block beside its chunks: its commit record, and its ends."""
MOST_BYTES = 2**26
"""Values of a block in memory; assumed: less than a worker needs before it computes anything."""

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

    @property
    def places(self) -> list[tuple[int, int]]:
        """Return the place along (condition, seed) of each replicate, in the order of `cells`."""
        return [(row, column) for row in range(*self.rows) for column in range(*self.columns)]

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


def stored_blocks(arrays: Mapping[str, Any]) -> list[Block]:
    """Return all blocks of a run, committed or not, in the order of the scenario: by the record of its arrays."""
    rows, columns = arrays.get("block", ALONE)
    return make_blocks(arrays["conditions"], arrays["seeds"], (rows, columns))


def rows_of(record: Mapping[str, Any]) -> dict[Cell, dict[str, Any]]:
    """Return the rows of summary.csv that a commit record holds, by condition and seed."""
    cells = record.get("cells", (record,))
    return {(cell["condition"], cell["seed"]): cell["summary"] for cell in cells}


def block_shape(conditions: int, seeds: int, files: int, size: int) -> Shape:
    """Return the shape of a run's blocks.

    Small runs keep files of their own for every replicate. Of others, blocks are as small as `SHARE` allows, and
    hold `MOST_BYTES` at most; seeds are joined before conditions.

    Parameters
    ----------
    conditions, seeds : int
    files : int
        Chunks of a block.
    size : int
        Bytes of a replicate's values.
    """
    most = MOST_BYTES // max(size, 1)
    if conditions * seeds <= MOST_ALONE or most < 2:
        return ALONE
    wanted = SHARE * (files + FILES_OF_OTHERS)
    limit = max(MANY if conditions * seeds <= FEW else LEAST, conditions * seeds // wanted)
    shapes = set(_shapes(conditions, seeds, conditions * seeds / limit, most))
    counts = {shape: -(-conditions // shape[0]) * -(-seeds // shape[1]) for shape in shapes}
    few = [shape for shape in shapes if counts[shape] <= limit]
    if few:
        return max(few, key=lambda shape: (counts[shape], -shape[0]))
    return min(shapes, key=lambda shape: (counts[shape], shape[0]))


def _shapes(conditions: int, seeds: int, wanted: float, most: int) -> Iterator[Shape]:
    """Yield shapes of about as many replicates as wanted, and of as many as there may be at most; none exceeds that."""
    for rows in range(1, min(conditions, most) + 1):
        even = -(-conditions // -(-conditions // rows))
        for pieces in (max(1, int(seeds * even / wanted)), -(-seeds // (most // even))):
            columns = -(-seeds // pieces)
            if even * columns <= most:
                yield even, columns


def _blocks(conditions: Sequence[str], seeds: Sequence[int], shape: Shape) -> Iterator[Block]:
    for row in range(0, len(conditions), shape[0]):
        rows = row, min(row + shape[0], len(conditions))
        for column in range(0, len(seeds), shape[1]):
            columns = column, min(column + shape[1], len(seeds))
            cells = tuple((c, s) for c in conditions[slice(*rows)] for s in seeds[slice(*columns)])
            shared = f"block-{row // shape[0]}-{column // shape[1]}"
            yield Block(replicate_name(*cells[0]) if shape == ALONE else shared, rows, columns, cells)
