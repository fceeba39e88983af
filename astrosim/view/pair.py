"""Two replicates beside each other, in step: two conditions of the same seed, or of any two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.contracts.watched import NEXT_PHASE, Speed, Stride, Watched

WITHIN = (NEXT_PHASE.name, "step")
"""Strides that end within a trial."""


class Pair(Watched):
    """Two replicates that go on together: neither begins a trial before both are through with theirs.

    Parameters
    ----------
    left, right : Watched
    names : tuple of str
        Of their conditions.
    """

    def __init__(self, left: Watched, right: Watched, names: tuple[str, str]) -> None:
        self.both, self.names = (left, right), names

    @property
    def sides(self) -> tuple[Watched, ...]:
        """See `Watched.sides`."""
        return self.both

    @property
    def trial(self) -> int:
        """Units of the clock that are done."""
        return self.both[0].trial

    @property
    def last(self) -> int | None:
        """The earlier of the last moments that there are."""
        return min((one.last for one in self.both if one.last is not None), default=None)

    @property
    def astrocytes(self) -> int:
        """Astrocytes that can be chosen by name: those of the side that has more."""
        return max(one.astrocytes for one in self.both)

    @property
    def coupled(self) -> bool:
        """Whether those of both sides have calcium."""
        return all(one.coupled for one in self.both)

    @property
    def at_once(self) -> tuple[str, ...]:
        """Fields that both can change while they run."""
        return tuple(path for path in self.both[0].at_once if path in self.both[1].at_once)

    @property
    def strides_here(self) -> tuple[Stride, ...]:
        """See `Watched.strides_here`."""
        return self.both[0].strides_here

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance both, the right one as far as the left one went."""
        left, right = self.both
        left.advance(count, until)
        if left.trial > right.trial or right.within:
            right.advance(left.trial - right.trial)

    def go_on(self, stride: str, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance both; see `Watched.go_on`."""
        if not stride:
            return self.advance(count, until)
        left, right = self.both
        if stride not in WITHIN:
            left.go_on(stride, count, until)
            return right.advance(left.trial - right.trial)
        for _ in range(count):
            for one in [one for one in self.both if one.within] or self.both:
                one.go_on(stride, 1)
        return None

    def paced(self, speed: Speed) -> None:
        """See `Watched.paced`."""
        for one in self.both:
            one.paced(speed)

    def select(self, node: int) -> None:
        """See `Watched.select`."""
        for one in self.both:
            one.select(node)

    def back(self) -> None:
        """See `Watched.back`."""
        for one in self.both:
            one.back()

    def go(self, trial: int) -> None:
        """See `Watched.go`."""
        for one in self.both:
            one.go(trial)

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return both scenes: facts in order, arrays by the number of the side and their name, of any shape."""
        scenes = [one.scene() for one in self.both]
        facts = {"kind": "pair", "names": list(self.names), "scenes": [own for own, _ in scenes]}
        return facts, _joined(*(arrays for _, arrays in scenes))

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return both looks: facts in order, arrays by the number of the side and their name, of any shape."""
        own = [chosen if chosen is not None and chosen < one.astrocytes else None for one in self.both]
        looks = [one.look(mine, every_weight) for one, mine in zip(self.both, own, strict=True)]
        return {"trial": self.trial, "looks": [facts for facts, _ in looks]}, _joined(*(arrays for _, arrays in looks))


def _joined(*sides: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{side}/{name}": array for side, arrays in enumerate(sides) for name, array in arrays.items()}
