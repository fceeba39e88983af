"""Neurons in the plane and their wiring (lengths in units). Murray 2026, section 3.1; silent points: its program.

Both are drawn (`systems.population.wiring`), or come from files (`scenario.contents`): their weights are rounded to the
grid, kinds and clusters still follow from the sizes of the network, unless a file of neurons gives them (`nodes`).

Where a file gives the synapses, stream `synapse` is that of `rewiring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from astrosim.core.rng import stream_key
from astrosim.rules.perturbation import on_grid
from astrosim.scenario.inputs import InputFile
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.population.wiring import drawn_positions, drawn_synapses, kinds_of, task_neurons
from astrosim.systems.threshold.network.rewiring import rewired
from astrosim.systems.threshold.outside import building, saving
from astrosim.systems.threshold.outside.changes import Change
from astrosim.systems.threshold.scenario import contents, nodes
from astrosim.systems.threshold.scenario.schema import Scenario

if TYPE_CHECKING:
    import mesa.discrete_space


@dataclass(frozen=True)
class Network:
    """Wired network.

    Attributes
    ----------
    position : ndarray of float64, shape (neuron, 2), units
    kind : ndarray of int8, shape (neuron,)
        Index into `NEURON_KINDS`.
    cluster : ndarray of int32, shape (neuron,)
        `NO_CLUSTER` for tonic neurons.
    pre, post : ndarray of int32, shape (synapse,)
    first : ndarray of int64, shape (neuron + 1,)
        Synapses ``first[n]`` to ``first[n + 1] - 1`` leave neuron n.
    initial_weight : ndarray of float32, shape (synapse,)
    inputs, outputs : ndarray of int32, shape (bit,)
        The neurons that the task uses; those of cluster 0 unless a file or graph says otherwise.
    z : ndarray of float64, shape (neuron,), units
        Height over the plane, without effect on the simulation; nan unless a file gives it.
    names : tuple of str
        Names of the neurons, in their order; empty where they have none.
    changes : tuple of Change
        The difference between a graph or table from elsewhere and this network; `changes_table` shows it.
    """

    position: np.ndarray
    kind: np.ndarray
    cluster: np.ndarray
    pre: np.ndarray
    post: np.ndarray
    first: np.ndarray
    initial_weight: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    z: np.ndarray
    names: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=(), compare=False)

    def to_networkx(self, weights: np.ndarray | None = None) -> nx.DiGraph:
        """Return the network as a directed graph; `from_networkx` gives it back, to the bit.

        Nodes carry kind, cluster, x and y, the number of their bit where the task uses them, and z and name where they
        are known; edges carry their synapse number and their weight.

        Parameters
        ----------
        weights : ndarray of float32 or float64, shape (synapse,), optional
            Initial weights if left out.
        """
        weights = self.initial_weight if weights is None else weights
        graph = nx.DiGraph()
        for n, (x, y) in enumerate(self.position.tolist()):
            graph.add_node(n, kind=NEURON_KINDS[self.kind[n]], cluster=int(self.cluster[n]), x=x, y=y)
        for bit, n in [*enumerate(self.inputs.tolist()), *enumerate(self.outputs.tolist())]:
            graph.nodes[n]["bit"] = bit
        for n in np.flatnonzero(~np.isnan(self.z)).tolist():
            graph.nodes[n]["z"] = float(self.z[n])
        for n, name in enumerate(self.names):
            graph.nodes[n]["name"] = name
        ends = zip(self.pre.tolist(), self.post.tolist(), weights.tolist(), strict=True)
        graph.add_edges_from((a, b, {"synapse": s, "weight": w}) for s, (a, b, w) in enumerate(ends))
        return graph

    @classmethod
    def from_networkx(cls, graph: nx.Graph, **options: Any) -> Network:
        """Build a network from a graph, directed or not, with or without parallel edges.

        Nodes may have any names, and may carry kind, cluster, x, y, z (units), bit (the task's input or output bit) and
        name; edges their weight. What is missing is assigned; what the model cannot hold (self-connections, synapses
        onto inputs) is dropped; `changes` tells both. Neurons are numbered by cluster, then by kind, then by their
        order in the graph; tonic ones come last.

        Parameters
        ----------
        graph : networkx.Graph
            Or DiGraph, MultiGraph, MultiDiGraph; each edge of an undirected one is a synapse in both directions.
        options : keyword arguments
            Fields of `astrosim.systems.threshold.outside.options.Options`: repeats, beyond, limit, inputs, outputs ...

        Raises
        ------
        AstrosimError
            If an attribute or an option is wrong: the message tells where.
        """
        return cls(**building.from_networkx(graph, options))

    @classmethod
    def from_edges(cls, table: Any, nodes: Any = None, **options: Any) -> Network:
        """Build a network from a table of synapses: presynaptic and postsynaptic neuron, and a weight if there is one.

        Parameters
        ----------
        table : pandas.DataFrame, mapping of columns, or sequence of rows
            Columns by any usual name (pre and post, source and target, from and to), else the first two or three.
        nodes : the same, optional
            Neurons, by name: kind, cluster, x, y, z, bit.
        options : keyword arguments
            As for `from_networkx`.

        Raises
        ------
        AstrosimError
            If the table or an option is wrong.
        """
        return cls(**building.from_edges(table, nodes, options))

    @classmethod
    def from_matrix(cls, matrix: Any, names: Sequence[Any] | None = None, nodes: Any = None, **options: Any) -> Network:
        """Build a network from an adjacency matrix: entry (i, j) is the weight of the synapse from i to j, 0 for none.

        Parameters
        ----------
        matrix : array_like, shape (neuron, neuron), or scipy.sparse array
        names : sequence, optional
            Of the neurons.
        nodes : pandas.DataFrame, optional
            As for `from_edges`.
        options : keyword arguments
            As for `from_networkx`.

        Raises
        ------
        AstrosimError
            If the matrix or an option is wrong.
        """
        return cls(**building.from_matrix(matrix, names, nodes, options))

    @classmethod
    def from_file(cls, path: str | Path, nodes: str | Path | None = None, **options: Any) -> Network:
        """Build a network from a file: CSV or TSV of edges or a matrix, GraphML, GEXF, GML, NPZ, NPY, MTX or SONATA.

        Parameters
        ----------
        path : str or Path
            Its ending says which it is; CSV and TSV may be compressed (gz, bz2, xz, zst).
        nodes : str or Path, optional
            Table of the neurons (CSV or TSV), or SONATA file of nodes.
        options : keyword arguments
            As for `from_networkx`.

        Raises
        ------
        AstrosimError
            If the file cannot be read, or it or an option is wrong.
        """
        return cls(**building.from_file(path, nodes, options))

    def __repr__(self) -> str:
        """In words: the neurons of each kind, the synapses and the clusters."""
        counts = np.bincount(self.kind, minlength=len(NEURON_KINDS)).tolist()
        kinds = ", ".join(f"{count} {name}" for name, count in zip(NEURON_KINDS, counts, strict=True) if count)
        clusters = np.unique(self.cluster[self.cluster >= 0]).size
        return f"<Network of {self.kind.size} neurons ({kinds}) in {clusters} clusters, {self.post.size} synapses>"

    def to_mesa(self, weights: np.ndarray | None = None, random: Random | None = None) -> mesa.discrete_space.Network:
        """Return the network as a Mesa space: one cell per neuron, at its position, connected to its targets' cells.

        Parameters
        ----------
        weights : ndarray of float32 or float64, shape (synapse,), optional
            Initial weights if left out; the space keeps the graph as its `G`.
        random : random.Random, optional
            Generator of a model, for cells that are chosen at random.
        """
        from mesa.discrete_space import Network as Space  # loads slowly

        places = dict(enumerate(self.position.tolist()))
        return Space(self.to_networkx(weights), layout=places, random=random or Random(0))

    def save(
        self, directory: str | Path, weights: np.ndarray | None = None, wiring: str = "wiring.csv"
    ) -> dict[str, int | float | str]:
        """Write the network as files that a scenario can name; they give back the same network.

        Neurons go into `positions.csv` where the clusters are alike, else, and where they have names, into `nodes.csv`.

        Parameters
        ----------
        directory : str or Path
            Created if missing; files of these names are replaced.
        weights : ndarray of float32 or float64, shape (synapse,), optional
            Initial weights if left out.
        wiring : str
            Name of the wiring's file; ``wiring.npz`` is quicker and smaller from some 10^5 synapses on.

        Returns
        -------
        dict
            Fields of a scenario's section `network`: the files, and the sizes of clusters that are alike.
        """
        return saving.save(self, Path(directory), self.initial_weight if weights is None else weights, wiring)

    def as_fields(self) -> dict[str, Any]:
        """Return the section `network` of a scenario that gives this network, its files kept in memory."""
        return saving.as_fields(self)

    def changes_table(self) -> Any:
        """Return the difference to the file or graph that it comes from, as a table of `rich`."""
        return building.changes_table(self)


def build_network(scenario: Scenario, seed: int) -> Network:
    """Place and wire the neurons of a scenario: from its files if it names them, else by chance.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    """
    net = scenario.network
    told = nodes.read_nodes(net.nodes) if net.nodes else None
    kind, cluster = (told.kind, told.cluster) if told else kinds_of(net)
    bits = [len(side) for side in scenario.task.patterns[0]]
    task = (told.inputs[: bits[0]], told.outputs[: bits[1]]) if told else task_neurons(kind, *bits)
    if net.positions and not told:
        place = contents.read_positions(net.positions)
    else:
        place = told.position if told else drawn_positions(net, seed, cluster)
    if net.wiring:
        first, post, weights = _given_synapses(net.wiring, net.rewire, seed, kind.size)
    else:
        first, post, weights = drawn_synapses(net, seed, kind, task[1])
    return Network(
        position=np.ascontiguousarray(place[:, :2]),
        kind=kind,
        cluster=cluster,
        pre=np.repeat(np.arange(kind.size, dtype=np.int32), np.diff(first)),
        post=post,
        first=first,
        initial_weight=on_grid(weights, scenario.perturbation.limit),
        inputs=task[0],
        outputs=task[1],
        z=np.ascontiguousarray(place[:, 2]),
        names=told.names if told else (),
    )


def _given_synapses(file: InputFile, rewire: float, seed: int, neurons: int) -> tuple[np.ndarray, ...]:
    """Read the synapses from a file, and swap ends if asked: the first of each neuron, post neurons, and weights."""
    wires = contents.read_wiring(file)
    if rewire > 0.0:
        wires = contents.Wires(*rewired(*wires, rewire, stream_key(seed, "synapse")))
    return np.concatenate([[0], np.cumsum(np.bincount(wires.pre, minlength=neurons))]), wires.post, wires.weight
