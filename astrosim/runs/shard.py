"""Shards: shares of a run's replicates, each computed into a directory of its own, with no network between them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from astrosim.core.errors import ScenarioError
from astrosim.store.files import PROVENANCE

FORM = "Write the number of the share and how many there are, as in --shard 3/4."


@dataclass(frozen=True)
class Shard:
    """One share of several.

    Attributes
    ----------
    number : int
        From 1.
    count : int
        How many there are.
    """

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of[T](self, blocks: Sequence[T]) -> list[T]:
        """Return its share of blocks of replicates: every `count`-th, so that each gets some of every condition."""
        return list(blocks[self.number - 1 :: self.count])


def parse_shard(text: str) -> Shard:
    """Return the shard that a text like ``3/4`` names.

    Raises
    ------
    ScenarioError
        If it names none.
    """
    match = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text, re.ASCII)
    if match is None:
        raise ScenarioError([f"--shard: not a share ({text}). {FORM}"])
    number, count = int(match[1]), int(match[2])
    if not 1 <= number <= count:
        right = f"Number them from 1/{count} to {count}/{count}." if count else FORM
        raise ScenarioError([f"--shard: no such share ({text}). {right}"])
    return Shard(number, count)


def noted_shard(directory: Path) -> Shard | None:
    """Return the shard that a run directory holds, by its provenance; None for a whole run, or if it is unreadable."""
    try:
        return parse_shard(json.loads((directory / PROVENANCE).read_bytes())["shard"])
    except (OSError, ValueError, KeyError, TypeError, ScenarioError):
        return None


def shard_words(directory: Path, done: int, every: int) -> str:
    """Say that a run directory holds a shard, and how shards are joined; empty for a whole run.

    Parameters
    ----------
    directory : Path
    done, every : int
        Replicates that it holds, and those of the whole run.
    """
    shard = noted_shard(directory)
    if shard is None:
        return ""
    return (
        f"This is shard {shard} of a run: it holds {done} of {every} replicates, and all figures are of these alone. "
        "`astrosim merge DIR... --out DIR` puts the shards together."
    )
