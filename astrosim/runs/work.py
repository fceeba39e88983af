"""Work of a job: whole blocks, the replicates of these that are left, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from astrosim.runs.failures import Failure
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Runner
from astrosim.store.blocks import Block, Cell


@dataclass(frozen=True)
class Work:
    """Blocks that one job computes, or what is left of them.

    Attributes
    ----------
    blocks : tuple of Block
        Several only of a replicate each.
    parts : tuple of tuple of Replicate
        Replicates to do; those of a part may train together, and one part follows the other.
    """

    blocks: tuple[Block, ...]
    parts: tuple[tuple[Replicate, ...], ...]

    @property
    def replicates(self) -> list[Replicate]:
        """Return the replicates to do."""
        return [replicate for part in self.parts for replicate in part]


@dataclass
class WorkResult:
    """Outcome of a job.

    Attributes
    ----------
    rows : dict of (str, int) to mapping
        Rows of summary.csv of the replicates that are committed.
    failures : list of Failure
        Of the replicates that are not.
    """

    rows: dict[Cell, Mapping[str, Any]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def divide(
    runner: Runner[Any], resolved: Mapping[str, Any], blocks: Iterable[Block], left: Sequence[Replicate], workers: int
) -> list[Work]:
    """Return the jobs of a run, the longest first, and of equal ones those of the same seeds; each block is in one.

    Parameters
    ----------
    runner : Runner
    resolved : mapping of str to Experiment
        By condition.
    blocks : iterable of Block
        Of the run, or those of them that are to be computed.
    left : sequence of Replicate
        Not committed yet; those outside the blocks are left out.
    workers : int
    """
    of = {cell: block for block in blocks for cell in block.cells}
    shared: dict[Block, list[Replicate]] = {}
    alone: list[Replicate] = []
    for one in left:
        if (block := of.get(one.cell)) is not None:
            (alone if block.alone else shared.setdefault(block, [])).append(one)
    parts = runner.split(resolved, alone, workers) if alone else []
    works = [Work(tuple(of[one.cell] for one in part), (part,)) for part in parts]
    whole = [Work((block,), tuple(runner.jobs(resolved, own, 1))) for block, own in shared.items()]

    def order(work: Work) -> tuple[float, int, int]:
        block = work.blocks[0]
        return -sum(runner.cost(resolved[one.condition]) for one in work.replicates), block.columns[0], block.rows[0]

    return works + sorted(whole, key=order)
