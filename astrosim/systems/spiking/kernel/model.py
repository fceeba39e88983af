"""What the file of a neuron, astrocyte or synapse model declares: parameters, initial values, constants of a step.

Nodes of a model lie in tiles of `LANES`. A tile is one line of float64 in rows of `LANES`: what the node receives, its
state, its scratch, its constants. Rows lie at fixed distances, so that a loop over the lanes of a tile is vectorised
whatever it reads and writes, with parameters of each node's own; and a tile stays in the first-level cache while its
nodes advance over many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

LANES = 64  # measured: 32 to 128 are equally fast

RECEIVED = SIC, EXCITATION, INHIBITION, REFRACTORY, HOLD = tuple(LANES * row for row in range(5))
"""First rows of neurons: slow inward current (pA), arrivals by sign, steps of refractoriness: left, of a spike."""
SENSED = ARRIVED, GAP, OUTPUT = tuple(LANES * row for row in range(3))
"""First rows of astrocytes: arriving weights, inflow of IP3 (uM/ms), slow inward current per unit of weight (pA)."""

Values = Mapping[str, np.ndarray]
"""By parameter or initial value: float64, one number per node."""


@dataclass(frozen=True)
class Parameter:
    """Parameter, or initial value, of a model.

    Attributes
    ----------
    name : str
        As NEST has it, where NEST has the model.
    unit : str
    default : float
    meaning : str
    least : float
        Smallest value that makes sense.
    above : bool
        Whether `least` itself makes none.
    """

    name: str
    unit: str
    default: float
    meaning: str
    least: float = -np.inf
    above: bool = False

    def problem(self, value: float) -> str:
        """Return what is wrong with a value, and what would be right; empty if nothing is."""
        if not np.isfinite(value):
            return f"not a finite number ({value}). Write one"
        if value < self.least or (self.above and value == self.least):
            return f"{value:g} {self.unit}. Write a number {'above' if self.above else 'of at least'} {self.least:g}"
        return ""


def times(name: str, default: float, meaning: str) -> Parameter:
    """Return a time constant in ms, which is above 0."""
    return Parameter(name, "ms", default, meaning, least=0.0, above=True)


@dataclass(frozen=True)
class Recordable:
    """Variable that can be recorded.

    Attributes
    ----------
    unit : str
    row : int
        Row of a tile that holds it.
    added : int
        Row that is added to it; -1: none.
    """

    unit: str
    row: int
    added: int = -1


@dataclass(frozen=True)
class Model:
    """Model of a node or of a synapse.

    Attributes
    ----------
    name : str
    number : int
        By which compiled code knows it.
    source : str
        Where its equations come from.
    parameters : tuple of Parameter
    initial : tuple of Parameter
        Initial values.
    states : tuple of str
        Names of the rows of its state, in order.
    rows : int
        Rows of a tile.
    state_rows : tuple of int
        Rows that change and are kept in a checkpoint: of `states`, in their order.
    constants : callable
        Takes the parameters and the step (ms); returns the constants of a step by row: float64, shape (node,) each.
    start : callable
        Takes parameters and initial values; returns the first state: float64, shape (state, node).
    recordable : mapping of str to Recordable
        Variables that can be recorded, by name.
    current : int
        Row of the constant current of neurons; -1: none.
    kept : tuple of int
        Other rows that change and are kept in a checkpoint.
    fixed : tuple of str
        Parameters that no run can change: the state is kept relative to them.
    silenced : mapping of str to float
        Parameters of an astrocyte that neither senses nor acts.
    remarks : callable
        Takes parameters and the step (ms); returns what is wrong with parameters that do not fit each other, by node.
    """

    name: str
    number: int
    source: str
    parameters: tuple[Parameter, ...]
    initial: tuple[Parameter, ...]
    states: tuple[str, ...]
    rows: int
    state_rows: tuple[int, ...]
    constants: Callable[[Values, float], Mapping[int, np.ndarray]]
    start: Callable[[Values], np.ndarray]
    recordable: Mapping[str, Recordable] = field(default_factory=dict)
    current: int = -1
    kept: tuple[int, ...] = ()
    fixed: tuple[str, ...] = ()
    silenced: Mapping[str, float] = field(default_factory=dict)
    remarks: Callable[[Values, float], Mapping[int, str]] = lambda values, step: {}

    @property
    def columns(self) -> dict[str, Parameter]:
        """Parameters and initial values by name."""
        return {one.name: one for one in (*self.parameters, *self.initial)}

    def defaults(self, nodes: int) -> dict[str, np.ndarray]:
        """Return parameters and initial values of a number of nodes, all by default: float64, shape (node,) each."""
        return {one.name: np.full(nodes, one.default) for one in (*self.parameters, *self.initial)}

    def tiles(self, nodes: int, values: Values, step: float) -> np.ndarray:
        """Return nodes in tiles, before their first step: float64, shape (tile, rows * LANES)."""
        tiles = np.zeros((-(-nodes // LANES), self.rows, LANES))
        if not nodes:
            return tiles.reshape(0, self.rows * LANES)
        for row, numbers in {
            **self.constants(values, step),
            **dict(zip(self.state_rows, self.start(values), strict=True)),
        }.items():
            spread(tiles, row // LANES, numbers)
        return tiles.reshape(len(tiles), -1)


def spread(tiles: np.ndarray, row: int, numbers: np.ndarray) -> None:
    """Write a number per node, shape (node,), into a row of tiles, shape (tile, row, LANES); then the last again."""
    places = np.minimum(np.arange(tiles.shape[0] * LANES), numbers.size - 1)
    tiles[:, row] = numbers[places].reshape(-1, LANES)


def gathered(tiles: np.ndarray, row: int, nodes: int) -> np.ndarray:
    """Return a row of tiles, shape (tile, rows * LANES), as numbers per node: float64, shape (node,)."""
    return tiles.reshape(len(tiles), -1, LANES)[:, row // LANES].reshape(-1)[:nodes]


def rows_from(first: int, count: int) -> tuple[int, ...]:
    """Return offsets in a tile of `count` rows, from row number `first` on."""
    return tuple(LANES * row for row in range(first, first + count))
