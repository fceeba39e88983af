"""What a run needs to know about a kind of scenario, and where it is found: by name, so that nobody imports a leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from astrosim.contracts.registry import find_system
from astrosim.runs.replicate import Cell, Control
from astrosim.store.layout import Layout

Question = Callable[[Any, int], Any]
"""Asked of a resolved scenario and a seed in a worker process: a function of a module, so that it can be sent there."""

Ask = Callable[[Question, Sequence[Cell]], list[Any]]
"""Puts a question to cells, several at once if there are several workers; answers in the order of the cells."""


class Runner[S](Protocol):
    """Carries out one kind of scenario. It has no state: workers get copies.

    Attributes
    ----------
    preload : tuple of str
        Modules that worker processes need; loaded once for all of them.
    packages : tuple of str
        Distributions that this kind uses beyond the package's own; their versions are kept in provenance.json.
    """

    preload: tuple[str, ...]
    packages: tuple[str, ...]

    def blocks(self, resolved: Mapping[str, S], cells: Sequence[Cell], workers: int) -> list[tuple[Cell, ...]]:
        """Jobs for `workers` processes, in the order in which to begin them: every cell in one block.

        Results must not depend on it: an interrupted run that goes on may be cut otherwise, and the cells of a block
        may stand at different places.
        """

    def units(self, scenario: S) -> int:
        """Units of progress of a cell of this resolved scenario (trials, updates)."""

    def layout(self, scenario: S, resolved: Mapping[str, S], ask: Ask) -> Layout:
        """Arrays of the store of the whole experiment."""

    def run(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, S], control: Control
    ) -> list[dict[str, Any]]:
        """Compute a block, or what is left of it, and commit each of its cells.

        Returns
        -------
        list of dict
            Rows of summary.csv, in the order of `cells`.

        Raises
        ------
        Stopped
            If `Control.stopped` said so; every cell that is not committed has left a checkpoint.
        StoreError
            If the directory cannot be written.
        """


def find_runner(kind: str) -> Runner[Any]:
    """Return the runner of a kind of scenario.

    Raises
    ------
    RunError
        If what it needs is not installed; says what to install.
    AstrosimError
        If there is no such kind.
    """
    runner: Runner[Any] = find_system(kind).part("runner")()
    return runner
