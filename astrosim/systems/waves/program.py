"""What a wave network computes, as a list of operations over rows of cells: both engines carry out this list.

A *row* holds one cell's values for every image of a batch. Operations read and write ranges of rows:

- PRODUCT     y_j = b_j + sum_i W_ji x_i over the taps of cell j (trained)
- ACTIVATION  elementwise, or softmax over the layer
- LEAK        y_j = sum_i g_ji x_i over neighbours (fixed)
- NOISE       y = x + sigma N(0, 1)
- SILENCE     y = x / (1 - p) with probability 1 - p, else 0 (the published connection loss, on units)

Parameters of a network lie in one flat vector: the weights of all live taps, product by product and cell by cell, then
the biases (or the published gains) of all cells. Peterson, equations 4 to 8; published order: spec, sections 1 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

PRODUCT, ACTIVATION, LEAK, NOISE, SILENCE = range(5)
KIND, IN_FIRST, IN_STOP, OUT_FIRST, OUT_STOP, START, BIAS, CODE, WHEN = range(9)
"""Columns of `Program.ops`. START: place of the first output cell in `starts`; BIAS: first bias, -1 for none."""

ACTIVATIONS = ("identity", "tanh", "elu", "relu", "silu", "softmax")
IDENTITY, TANH, ELU, RELU, SILU, SOFTMAX = range(len(ACTIVATIONS))

TRAINING, EVALUATION = 1, 2
WHEN_BITS = {"training": TRAINING, "evaluation": EVALUATION, "both": TRAINING | EVALUATION}

LIKELIHOOD, SQUARES = range(2)
"""Losses: mean negative log-likelihood of a softmax over the outputs; mean squared error."""


class Program(NamedTuple):
    """Operations of a network; arrays are shared, none is written to.

    Attributes
    ----------
    ops : ndarray of int64, shape (operation, column)
    starts : ndarray of int64, shape (any,)
        Tap ranges: cell j of an operation has the taps from starts[START + j] to starts[START + j + 1].
    taps : ndarray of int32, shape (tap,)
        Row that a tap reads. The first `weights` taps are trained, the others belong to leaks.
    exponents : ndarray of int32, shape (weight,)
        How often the gain multiplies a weight; all 0 unless biases are gains.
    owners : ndarray of int32, shape (weight,)
        Gain (among the biases) of the cell that a weight leads to.
    rows : int
        Rows in all.
    inputs, outputs : int
        Cells of the first and the last layer; inputs are the first rows, outputs the last.
    weights, biases : int
        Length of the two parts of the parameters.
    gains : bool
        Whether biases multiply (published) instead of being added.
    link_noise, link_loss : int
        When noise on connections and loss of connections act: bits of TRAINING and EVALUATION.
    loss : int
        LIKELIHOOD or SQUARES.
    """

    ops: np.ndarray
    starts: np.ndarray
    taps: np.ndarray
    exponents: np.ndarray
    owners: np.ndarray
    rows: int
    inputs: int
    outputs: int
    weights: int
    biases: int
    gains: bool
    link_noise: int
    link_loss: int
    loss: int

    @property
    def parameters(self) -> int:
        """Length of the vector of parameters."""
        return self.weights + self.biases


@dataclass
class Builder:
    """Puts a program together, operation by operation.

    Parameters
    ----------
    inputs : int
        Cells of the first layer.
    """

    inputs: int
    rows: int = 0
    ops: list[list[int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    taps: list[np.ndarray] = field(default_factory=list)
    exponents: list[np.ndarray] = field(default_factory=list)
    owners: list[np.ndarray] = field(default_factory=list)
    leaks: list[tuple[int, list[np.ndarray]]] = field(default_factory=list)
    biases: int = 0

    def __post_init__(self) -> None:
        self.rows = self.inputs
        self.last = (0, self.inputs)
        self.count = 0

    def product(self, heard: list[np.ndarray], bias: bool, exponents: np.ndarray | None = None) -> None:
        """Add a trained product.

        Parameters
        ----------
        heard : list of ndarray of int, shape (tap,)
            Input cells of each output cell, ascending.
        bias : bool
            Whether each output cell has a bias, or a gain.
        exponents : ndarray of int32, shape (weight,), optional
            How often the gain multiplies each weight; 0 if left out.
        """
        first = self.last[0]
        start = len(self.starts)
        for cell in heard:
            self.starts.append(self.count)
            self.taps.append((cell + first).astype(np.int32))
            self.count += len(cell)
        self.starts.append(self.count)
        sizes = [len(cell) for cell in heard]
        self.owners.append(np.repeat(self.biases + np.arange(len(heard)), sizes).astype(np.int32))
        self.exponents.append(np.zeros(sum(sizes), np.int32) if exponents is None else exponents)
        self._op(PRODUCT, len(heard), start, self.biases if bias else -1)
        self.biases += len(heard) if bias else 0

    def activation(self, name: str) -> None:
        """Add a non-linearity, in place where its derivative can be told from its value."""
        code = ACTIVATIONS.index(name)
        if code == IDENTITY:
            return
        first, stop = self.last
        if code == SILU:
            self._op(ACTIVATION, stop - first, code=code)
        else:
            self.ops.append([ACTIVATION, first, stop, first, stop, -1, -1, code, TRAINING | EVALUATION])

    def leak(self, heard: list[np.ndarray], when: str) -> None:
        """Add a leak; its fixed weights are given with the replicates.

        Parameters
        ----------
        heard : list of ndarray of int, shape (tap,)
            Input cells of each output cell, ascending.
        when : str
            Passes in which it acts: training, evaluation or both.
        """
        self.leaks.append((len(self.ops), [cell + self.last[0] for cell in heard]))
        self._op(LEAK, len(heard), when=when)

    def noise(self, when: str) -> None:
        """Add noise on values."""
        self._op(NOISE, self.last[1] - self.last[0], when=when)

    def silence(self, when: str) -> None:
        """Add loss of units."""
        self._op(SILENCE, self.last[1] - self.last[0], when=when)

    def _op(self, kind: int, cells: int, start: int = -1, bias: int = -1, code: int = 0, when: str = "both") -> None:
        self.ops.append([kind, *self.last, self.rows, self.rows + cells, start, bias, code, WHEN_BITS[when]])
        self.last = (self.rows, self.rows + cells)
        self.rows += cells

    def finish(self, *, gains: bool, link_noise: int, link_loss: int, loss: int) -> Program:
        """Return the program; leaks' taps stand behind all trained ones."""
        weights = self.count
        for number, heard in self.leaks:
            self.ops[number][START] = len(self.starts)
            for cell in heard:
                self.starts.append(self.count)
                self.taps.append(cell.astype(np.int32))
                self.count += len(cell)
            self.starts.append(self.count)
        return Program(
            ops=np.array(self.ops, dtype=np.int64),
            starts=np.array(self.starts, dtype=np.int64),
            taps=np.concatenate(self.taps),
            exponents=np.concatenate(self.exponents),
            owners=np.concatenate(self.owners),
            rows=self.rows,
            inputs=self.inputs,
            outputs=self.last[1] - self.last[0],
            weights=weights,
            biases=self.biases,
            gains=gains,
            link_noise=link_noise,
            link_loss=link_loss,
            loss=loss,
        )
