"""Replicates: the independent pieces of a run, a condition with a seed each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from astrosim.store.blocks import Cell


@dataclass(frozen=True)
class Replicate:
    """A condition and a seed, and their place in the store.

    Attributes
    ----------
    condition : str
    seed : int
    row, column : int
        Place along (condition, seed).
    """

    condition: str
    seed: int
    row: int
    column: int

    @property
    def cell(self) -> Cell:
        """Return condition and seed."""
        return self.condition, self.seed


def make_replicates(conditions: Sequence[str], seeds: Sequence[int]) -> list[Replicate]:
    """Return all replicates, conditions first."""
    return [Replicate(c, s, row, column) for row, c in enumerate(conditions) for column, s in enumerate(seeds)]


def label(replicates: Sequence[Replicate]) -> str:
    """Name some replicates in an error: the first, and how many others."""
    first, *others = replicates
    place = f"condition {first.condition}, seed {first.seed}"
    return f"{place} and {len(others)} more replicates" if others else place
