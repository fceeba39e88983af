"""What a run needs to know about a kind of scenario, and where it is found: by name, so that nobody imports a leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from astrosim.errors import AstrosimError, RunError
from astrosim.runs.cell import Cell, Control
from astrosim.store.layout import Layout

RUNNERS = {
    "astrocyte": "astrosim.runs.astrocytes:AstrocyteRunner",
    "wave": "astrosim.wave.runner:WaveRunner",
    "fields": "astrosim.fields.runner:FieldRunner",
}
"""Module and class by kind of scenario."""

EXTRAS = {
    "torch": "wave",
    "sklearn": "wave",
    "pooch": "wave",
    "imageio_ffmpeg": "view",
}  # which extra of the package brings a module

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
    """The runner of a kind of scenario.

    Raises
    ------
    RunError
        If what it needs is not installed; says what to install.
    AstrosimError
        If there is no such kind.
    """
    if kind not in RUNNERS:
        raise AstrosimError(f"kind: no such kind of scenario ({kind!r}). Write one of {', '.join(RUNNERS)}.")
    return find(RUNNERS[kind], f'Scenarios with kind = "{kind}" need')()


def find(target: str, who: str) -> Any:
    """What a leaf of the package offers, by name, so that nobody imports the leaf.

    Parameters
    ----------
    target : str
        ``module:name``.
    who : str
        Begins the sentence of the error, up to the verb.

    Raises
    ------
    RunError
        If what the module needs is not installed; says what to install.
    """
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise missing_extra(error, who) from error


def missing_extra(error: ModuleNotFoundError, who: str) -> Exception:
    """What to raise where a module is missing: which extra brings it, or the error itself if none does.

    Parameters
    ----------
    error : ModuleNotFoundError
    who : str
        Begin of the sentence, up to the verb.
    """
    missing = (error.name or "").partition(".")[0]
    if missing not in EXTRAS:
        return error
    return RunError(f"{who} {missing}, which is not installed. Install it: pip install 'astrosim[{EXTRAS[missing]}]'")
