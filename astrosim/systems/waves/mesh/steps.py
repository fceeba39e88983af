"""Steps of a calcium wave between layers of astrocytes: slide, gather and spread. Lengths are cells.

Peterson, "What can astrocytes compute?", equations 4 to 7 and Methods. A cell of the next layer hears only the cells
in reach of it; the list of those is a *tap table*. Along one axis, with reach k and n cells (`described`; no wrap):

- slide   n -> n              cell j hears j - floor((k - 1) / 2) and the k - 1 that follow
- spread  n -> n + k - 1      cell j hears j - k + 1 .. j
- gather  n -> max(n - k + 1, 1)  cell j hears j .. j + k - 1

each within the layer. A step on a grid is the product of one such rule for the rows and one for the columns.
`published` is what the program behind the paper's figures did: slides close to a ring, and a gather is a ring slide
over the first n - 2 cells, deaf to the last two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Grid = tuple[int, int]
"""Rows and columns of a layer; a line of n cells is (1, n). Cells are numbered row by row."""

NO_TAP = -1  # pads a tap table
PUBLISHED_REACH = 3  # cells; the only reach that the program knew


@dataclass(frozen=True)
class Motion:
    """Motion of a letter along the rows and along the columns: slide, spread, gather or stay."""

    rows: str
    columns: str


LETTERS = {
    "d": Motion("slide", "slide"),
    "s": Motion("spread", "spread"),
    "g": Motion("gather", "gather"),
    "G": Motion("gather", "slide"),
    "C": Motion("slide", "gather"),
    "h": Motion("stay", "slide"),
    "w": Motion("slide", "stay"),
    "T": Motion("spread", "stay"),
    "U": Motion("stay", "spread"),
    "P": Motion("gather", "stay"),
    "Q": Motion("stay", "gather"),
}
"""Letters of a chain; on a line only d, s and g, along it."""
LINE_LETTERS = "sgd"


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a wave.

    Attributes
    ----------
    letter : str
        Key of `LETTERS`.
    inputs, outputs : Grid
        Layers before and after, (rows, columns).
    taps : ndarray of int32, shape (output cell, tap)
        Input cells that an output cell hears, ascending; padded with `NO_TAP`.
    """

    letter: str
    inputs: Grid
    outputs: Grid
    taps: np.ndarray

    @property
    def live(self) -> np.ndarray:
        """Which taps exist: bool, shape (output cell, tap)."""
        return self.taps != NO_TAP

    @property
    def mask(self) -> np.ndarray:
        """Which inputs each output hears: bool, shape (output cell, input cell)."""
        cells = self.inputs[0] * self.inputs[1]
        mask = np.zeros((len(self.taps), cells), dtype=bool)
        rows, _ = np.nonzero(self.live)
        mask[rows, self.taps[self.live]] = True
        return mask

    @property
    def exponents(self) -> np.ndarray:
        """Powers of the published gain at each tap: int32, shape (output cell, tap); 0 where there is none.

        The program went through the inputs in order and multiplied the whole sum by its gain each time, so the last
        input was multiplied once, the one before twice (spec, section 1).
        """
        heard = self.live.sum(axis=1, keepdims=True)
        return np.where(self.live, heard - np.arange(self.taps.shape[1]), 0).astype(np.int32)


def make_step(letter: str, inputs: Grid, reach: int = 3, variant: str = "described") -> Step:
    """Return the step that a letter stands for, from a layer of a given shape.

    Parameters
    ----------
    letter : str
        Key of `LETTERS`.
    inputs : Grid
        Layer before the step; (1, n) is a line, on which d, s and g run along the columns.
    reach : int
        Cells in reach along an axis, k >= 1.
    variant : {"described", "published"}

    Raises
    ------
    ValueError
        If the published variant is asked for another reach than 3.
    """
    if variant == "published" and reach != PUBLISHED_REACH:
        raise ValueError(f"the published steps have reach {PUBLISHED_REACH}, not {reach}")
    motion = LETTERS[letter]
    along = axis_taps_published if variant == "published" else axis_taps
    rows, columns = along(motion.rows, inputs[0], reach), along(motion.columns, inputs[1], reach)
    return Step(letter, inputs, (len(rows), len(columns)), _product(rows, columns, inputs[1]))


def make_line_step(letter: str, cells: int, reach: int = 3, variant: str = "described") -> Step:
    """Return the step that d, s or g stands for on a line of cells; see `make_step`."""
    along = {"d": "h", "s": "U", "g": "Q"}[letter]
    step = make_step(along, (1, cells), reach, variant)
    return Step(letter, step.inputs, step.outputs, step.taps)


def axis_taps(kind: str, n: int, reach: int) -> list[range]:
    """Return cells heard along one axis of n cells, by each cell of the next layer, as the paper describes it."""
    first = {"stay": 0, "slide": -((reach - 1) // 2), "spread": 1 - reach, "gather": 0}[kind]
    width = 1 if kind == "stay" else reach
    return [range(max(j + first, 0), min(j + first + width, n)) for j in range(axis_width(kind, n, reach))]


def axis_width(kind: str, n: int, reach: int) -> int:
    """Return cells along one axis after a step from n cells."""
    if kind == "spread":
        return n + reach - 1
    return max(n - reach + 1, 1) if kind == "gather" else n


def axis_taps_published(kind: str, n: int, reach: int) -> list[range] | list[list[int]]:
    """Return the same as the program computed it (spec, section 1); every set is ascending."""
    if kind == "slide":
        return [sorted({(j - 1) % n, j, (j + 1) % n}) for j in range(n)]
    if kind == "gather":
        return axis_taps_published("slide", max(n - 2, 1), reach)
    return axis_taps(kind, n, reach)


def _product(rows: list, columns: list, width: int) -> np.ndarray:
    """Tap table of a grid step from the tables of its two axes; `width` is the columns of the layer before."""
    heard = [[r * width + c for r in row for c in column] for row in rows for column in columns]
    taps = np.full((len(heard), max(map(len, heard))), NO_TAP, dtype=np.int32)
    for cell, inputs in enumerate(heard):
        taps[cell, : len(inputs)] = inputs
    return taps
