"""Chains of steps: a whole feed-forward wave network written as a string, such as "gd gd gd gd gd" from 20 cells.

A chain is a sequence of step letters (`mesh.steps.LETTERS`). A letter or a bracketed group may be repeated:
``d*8`` or ``d8`` is eight slides, ``(gd)*5`` is ``gd gd gd gd gd``. Blanks separate words; each round of a repetition
is a word of its own. Words matter to the published networks alone, which apply their non-linearity after each word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from astrosim.systems.waves.mesh.steps import LETTERS, LINE_LETTERS, Grid, Step, make_line_step, make_step

MOST_STEPS = 10_000  # assumed: far above any network that can be trained
MOST_TAPS = 5_000_000  # assumed: as above; tables of more take minutes to write
LETTER_COUNT = re.compile(r"(?P<what>[A-Za-z])\*?(?P<count>\d+)")
GROUP = re.compile(r"\((?P<what>[^()]*)\)(?:\*?(?P<count>\d+))?")


class ChainError(ValueError):
    """A chain that cannot be read, or whose widths do not fit; its text shows every width."""


@dataclass(frozen=True, eq=False)
class Chain:
    """A feed-forward network of steps.

    Attributes
    ----------
    text : str
        As it was written.
    reach : int
        Cells in reach along an axis, k.
    variant : {"described", "published"}
    words : tuple of int
        Steps of each word.
    steps : tuple of Step
    """

    text: str
    reach: int
    variant: str
    words: tuple[int, ...]
    steps: tuple[Step, ...]

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Shape of every layer, inputs first: (rows, columns)."""
        return (self.steps[0].inputs, *(step.outputs for step in self.steps))

    @property
    def widths(self) -> tuple[int, ...]:
        """Cells of every layer, inputs first."""
        return tuple(rows * columns for rows, columns in self.grids)

    @property
    def live_weights(self) -> int:
        """Taps of all steps: the weights that can matter."""
        return sum(int(step.live.sum()) for step in self.steps)

    @property
    def cells(self) -> int:
        """Cells of all layers, inputs included."""
        return sum(self.widths)

    @property
    def word_ends(self) -> tuple[int, ...]:
        """Numbers (from 0) of the steps that end a word."""
        ends, last = [], -1
        for steps in self.words:
            last += steps
            ends.append(last)
        return tuple(ends)

    def shapes(self) -> str:
        """Return all layers in a row, such as ``20-18-18`` or ``4x5-6x7``."""
        line = all(rows == 1 for rows, _ in self.grids)
        return "-".join(str(columns) if line else f"{rows}x{columns}" for rows, columns in self.grids)


@lru_cache(maxsize=64)
def parse(text: str, grid: Grid | int, reach: int = 3, variant: str = "described") -> Chain:
    """Read a chain.

    Parameters
    ----------
    text : str
        Step letters, e.g. ``"gd gd gd gd gd"``, ``"(gd)*5"`` or ``"TUTU (hw)*4 PQPQP"``.
    grid : int or (int, int)
        Input layer: cells of a line, or (rows, columns).
    reach : int
        Cells in reach along an axis, k >= 1.
    variant : {"described", "published"}

    Raises
    ------
    ChainError
        If the text is no chain, or a letter has no meaning on a line.
    """
    words = _words(text)
    inputs = (1, grid) if isinstance(grid, int) else (int(grid[0]), int(grid[1]))
    line = inputs[0] == 1
    steps: list[Step] = []
    taps = 0
    for letter in "".join(words):
        if line and letter not in LINE_LETTERS:
            raise ChainError(f"{letter!r} needs a grid of several rows ({text!r}). On a line write s, g and d.")
        before = steps[-1].outputs if steps else inputs
        taps += before[0] * before[1] * reach ** (1 if line else 2)
        if taps > MOST_TAPS:
            raise ChainError(f"more than {MOST_TAPS} connections ({text[:60]!r}). Write fewer steps, or a lower reach.")
        build = make_line_step(letter, before[1], reach, variant) if line else None
        steps.append(build or make_step(letter, before, reach, variant))
    return Chain(text, reach, variant, tuple(len(word) for word in words), tuple(steps))


def check_output(chain: Chain, outputs: int) -> None:
    """Check that a chain ends at the task's output width.

    Raises
    ------
    ChainError
        If it does not; the text shows every width.
    """
    if chain.widths[-1] != outputs:
        raise ChainError(f"the chain ends at width {chain.widths[-1]}, not {outputs}: {chain.shapes()}")


def _words(text: str) -> list[str]:
    """The words of a chain, repetitions written out."""
    if strange := re.search(r"[^A-Za-z0-9*()\s]", text) or re.search(f"[^{''.join(LETTERS)}0-9*()\\s]", text):
        raise ChainError(f"{strange[0]!r} is no step ({text!r}). Write {', '.join(LETTERS)}.")
    if run := re.search(r"([A-Za-z]{2,})(\*?\d+)", text):
        raise ChainError(f"{run[0]} is ambiguous ({text!r}). Write ({run[1]}){run[2]}, or set a blank.")
    written = _repeat(LETTER_COUNT, text, text)
    while GROUP.search(written):
        written = _repeat(GROUP, written, text)
    if left := re.search(r"[()]", written):
        raise ChainError(f"a bracket {left[0]} without its other half ({text!r}). Write groups as in (gd)*5.")
    if left := re.search(r"[0-9*]+", written):
        raise ChainError(f"{left[0]} repeats nothing ({text!r}). Write d*8 or (gd)*5.")
    if not written.split():
        raise ChainError(f"no steps ({text!r}). Write step letters, such as gd gd gd gd gd.")
    return written.split()


def _repeat(what: re.Pattern[str], written: str, text: str) -> str:
    """Write out all repetitions of one kind."""

    def rounds(match: re.Match[str]) -> str:
        count = int(match["count"] or 1) if len(match["count"] or "") < 6 else MOST_STEPS + 1
        if not 1 <= count <= MOST_STEPS // max(len(match["what"]), 1):
            raise ChainError(f"no steps, or more than {MOST_STEPS} ({text[:60]!r}). Write a count from 1.")
        return f" {' '.join([match['what']] * count)} "

    return what.sub(rounds, written)
