"""A spiking network as it is described: nodes with their models and parameters, connections (ms, mV, pA, nS, uM)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from astrosim.systems.spiking.models import PLASTICITY

ASTROCYTE = "a:"
"""Begin of an astrocyte's label."""


def _empty(kind: Any = float) -> np.ndarray:
    return np.zeros(0, kind)


@dataclass(frozen=True)
class Nodes:
    """Neurons, or astrocytes.

    Attributes
    ----------
    label : ndarray of object, shape (node,)
        By which files and exports name a node: its number, as text; of an astrocyte ``a:`` and its number.
    model : ndarray of object, shape (node,)
        Names of models.
    values : mapping of str to ndarray of float64, shape (node,)
        Parameters and initial values; nan: the default of the model.
    name, population : ndarray of object, shape (node,)
        Empty where there is none.
    x, y : ndarray of float64, shape (node,)
        Places; nan where there is none.
    """

    label: np.ndarray
    model: np.ndarray
    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    name: np.ndarray = field(default_factory=lambda: _empty(object))
    population: np.ndarray = field(default_factory=lambda: _empty(object))
    x: np.ndarray = field(default_factory=_empty)
    y: np.ndarray = field(default_factory=_empty)

    def __len__(self) -> int:
        return len(self.label)


def no_nodes() -> Nodes:
    """Return an empty table of nodes."""
    return Nodes(_empty(object), _empty(object))


@dataclass(frozen=True)
class Connections:
    """Synapses, and slow inward currents; neurons are numbered first, then astrocytes.

    Attributes
    ----------
    pre, post : ndarray of int64, shape (connection,)
        Node numbers.
    weight, delay : ndarray of float64, shape (connection,)
        pA or nS as the target's model has it, share of `delta_IP3` for an astrocyte, pA for a slow inward current; ms.
    model : ndarray of int32, shape (connection,)
        Numbers of synapse models.
    plasticity : mapping of str to ndarray of float64, shape (connection,)
        Parameters of `PLASTICITY`; nan: the default.
    astrocyte : ndarray of int64, shape (connection,)
        Node number of the astrocyte whose gliotransmitter acts on a synapse; -1: none. Empty: of none.
    """

    pre: np.ndarray
    post: np.ndarray
    weight: np.ndarray
    delay: np.ndarray
    model: np.ndarray
    plasticity: Mapping[str, np.ndarray]
    astrocyte: np.ndarray = field(default_factory=lambda: _empty("i8"))

    def __len__(self) -> int:
        return len(self.pre)

    @property
    def modulated_by(self) -> np.ndarray:
        """Astrocyte of each connection, -1: none; int64, shape (connection,)."""
        return self.astrocyte if len(self.astrocyte) else np.full(len(self), -1)

    def chosen(self, which: np.ndarray) -> Connections:
        """Return the connections of a mask: bool, shape (connection,)."""
        return Connections(
            self.pre[which],
            self.post[which],
            self.weight[which],
            self.delay[which],
            self.model[which],
            {name: values[which] for name, values in self.plasticity.items()},
            self.astrocyte[which] if len(self.astrocyte) else self.astrocyte,
        )


def connections(
    pre: np.ndarray,
    post: np.ndarray,
    weight: np.ndarray,
    delay: np.ndarray,
    model: np.ndarray | None = None,
    plasticity: Mapping[str, np.ndarray] | None = None,
    astrocyte: np.ndarray | None = None,
) -> Connections:
    """Return connections, static by default; see `Connections` for each shape and unit."""
    count = len(pre)
    own = plasticity or {}
    return Connections(
        np.asarray(pre, "i8"),
        np.asarray(post, "i8"),
        np.asarray(weight, "f8"),
        np.asarray(delay, "f8"),
        np.zeros(count, "i4") if model is None else np.asarray(model, "i4"),
        {name: np.asarray(own[name], "f8") for name in PLASTICITY if name in own},
        _empty("i8") if astrocyte is None else np.asarray(astrocyte, "i8"),
    )


def joined(parts: list[Connections]) -> Connections:
    """Return connections of several tables, one after the other."""
    if not parts:
        return connections(_empty("i8"), _empty("i8"), _empty(), _empty())
    names = [name for name in PLASTICITY if any(name in part.plasticity for part in parts)]
    return connections(
        np.concatenate([part.pre for part in parts]),
        np.concatenate([part.post for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.delay for part in parts]),
        np.concatenate([part.model for part in parts]),
        {
            name: np.concatenate([part.plasticity.get(name, np.full(len(part), np.nan)) for part in parts])
            for name in names
        },
        np.concatenate([part.modulated_by for part in parts]) if any(len(part.astrocyte) for part in parts) else None,
    )


@dataclass(frozen=True)
class Trains:
    """Given spikes.

    Attributes
    ----------
    target : ndarray of int64, shape (spike,)
        Node numbers.
    time, weight, delay : ndarray of float64, shape (spike,)
        Stamp of the sender and delay in ms; the spike arrives at their sum.
    """

    target: np.ndarray = field(default_factory=lambda: _empty("i8"))
    time: np.ndarray = field(default_factory=_empty)
    weight: np.ndarray = field(default_factory=_empty)
    delay: np.ndarray = field(default_factory=_empty)


@dataclass(frozen=True)
class Poisson:
    """Poisson trains, each of its own draws.

    Attributes
    ----------
    target : ndarray of int64, shape (train,)
        Node numbers.
    rate, weight, delay, first, last : ndarray of float64, shape (train,)
        Hz; as of synapses; ms; time from and up to which a train lasts (ms).
    """

    target: np.ndarray = field(default_factory=lambda: _empty("i8"))
    rate: np.ndarray = field(default_factory=_empty)
    weight: np.ndarray = field(default_factory=_empty)
    delay: np.ndarray = field(default_factory=_empty)
    first: np.ndarray = field(default_factory=_empty)
    last: np.ndarray = field(default_factory=_empty)


@dataclass(frozen=True)
class Steps:
    """Changes of constant currents.

    Attributes
    ----------
    target : ndarray of int64, shape (change,)
        Neuron numbers.
    time, value : ndarray of float64, shape (change,)
        ms; pA.
    """

    target: np.ndarray = field(default_factory=lambda: _empty("i8"))
    time: np.ndarray = field(default_factory=_empty)
    value: np.ndarray = field(default_factory=_empty)


@dataclass(frozen=True)
class Coupling:
    """Gap junctions.

    Attributes
    ----------
    rule : str
        none, linear or threshold_linear.
    pairs : ndarray of int64, shape (junction, 2)
        Astrocyte numbers, from 0, each pair once.
    strength, threshold, width : float
        F (1/s, or uM/s), I_Theta and omega_I (uM).
    every_ms : float
    """

    rule: str = "none"
    pairs: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), "i8"))
    strength: float = 0.09
    threshold: float = 0.3
    width: float = 0.05
    every_ms: float = 10.0


@dataclass(frozen=True)
class Network:
    """A spiking network: nodes and connections."""

    neurons: Nodes
    astrocytes: Nodes
    connections: Connections
    coupling: Coupling = field(default_factory=Coupling)

    @property
    def labels(self) -> np.ndarray:
        """Labels of all nodes, neurons first: object, shape (node,)."""
        return np.concatenate([self.neurons.label, self.astrocytes.label])

    @cached_property
    def numbers(self) -> dict[str, np.ndarray]:
        """Node numbers that a label, a name or a population stands for: int64, shape (node,) each."""
        found: dict[str, np.ndarray] = {}
        for first, nodes in ((0, self.neurons), (len(self.neurons), self.astrocytes)):
            every = first + np.arange(len(nodes))
            for column in (nodes.population, nodes.name):
                for name in dict.fromkeys(column[column != ""].tolist() if len(column) else []):
                    found.setdefault(name, every[column == name])
            found |= {str(label): every[[place]] for place, label in enumerate(nodes.label)}
        return found
