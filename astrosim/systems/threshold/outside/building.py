"""The arrays of a network that is made of a graph, table, matrix or file, and what was changed on the way.

Neurons are numbered by cluster, then by kind (inputs, outputs, modulatory, regular), then by their order in the source;
tonic neurons, of no cluster, come last. Synapses are ordered by pre, then by post neuron.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import networkx as nx
import numpy as np
import pandas as pd
from rich.table import Table

from astrosim.core.errors import AstrosimError
from astrosim.store.variables import NEURON_KINDS, NO_CLUSTER
from astrosim.systems.threshold.outside import assigning, cleaning, graphs, matrices, placing, sonata, tables
from astrosim.systems.threshold.outside.changes import Change, some, table_of
from astrosim.systems.threshold.outside.delimited import unpacked
from astrosim.systems.threshold.outside.options import Options, options_of
from astrosim.systems.threshold.outside.source import Source

HDF5 = b"\x89HDF\r\n\x1a\n"
ROLES = ("input", "output")


class Built(Protocol):
    """A network as its table of changes sees it."""

    @property
    def kind(self) -> np.ndarray:
        """Kinds, int8, shape (neuron,)."""

    @property
    def cluster(self) -> np.ndarray:
        """Clusters, int32, shape (neuron,)."""

    @property
    def pre(self) -> np.ndarray:
        """Presynaptic neurons, int32, shape (synapse,)."""

    @property
    def post(self) -> np.ndarray:
        """Postsynaptic neurons, int32, shape (synapse,)."""

    @property
    def inputs(self) -> np.ndarray:
        """Neurons of the task's input bits, int32, shape (bit,)."""

    @property
    def outputs(self) -> np.ndarray:
        """Neurons of the task's output bits, int32, shape (bit,)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the neurons."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The difference to the source."""


def from_networkx(graph: nx.Graph, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the network of a graph; see `Network.from_networkx`."""
    options = options_of(values)
    return arrays_of(graphs.from_graph(graph, "graph", options), options)


def from_edges(table: Any, nodes: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the network of a table of synapses; see `Network.from_edges`."""
    options = options_of(values)
    neurons = tables.nodes_of(nodes, "table", options)
    return arrays_of(
        tables.from_frame(tables.as_frame(table, tables.EDGE_HEADS, "table"), "table", neurons, options), options
    )


def from_matrix(matrix: Any, names: Sequence[Any] | None, nodes: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the network of an adjacency matrix; see `Network.from_matrix`."""
    options = options_of(values)
    neurons = tables.nodes_of(nodes, "matrix", options)
    if isinstance(matrix, pd.DataFrame):
        matrix, names = matrix.to_numpy(), list(matrix.index) if names is None else names
    return arrays_of(matrices.from_matrix(matrix, names, "matrix", neurons), options)


def from_file(path: str | Path, nodes: str | Path | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the network of a file; see `Network.from_file`."""
    options = options_of(values)
    return arrays_of(source_of_file(Path(path), None if nodes is None else Path(nodes), options), options)


def source_of_file(path: Path, nodes: Path | None, options: Options) -> Source:
    """Return neurons and synapses of a file, by its ending; of HDF5 by its first bytes.

    Parameters
    ----------
    path : Path
    nodes : Path or None
        Table of neurons, or SONATA file of nodes.
    options : Options

    Raises
    ------
    AstrosimError
        If it cannot be read.
    """
    if path.is_dir():
        raise AstrosimError(f"{path}: a folder, not a file. Name the file of the network.")
    data, plain = unpacked(path)
    suffix, where = plain.suffix.lower(), str(path)
    if data.startswith(HDF5) or suffix == ".json":
        return sonata.from_sonata(path, nodes, options)
    neurons = tables.nodes_of(nodes, where, options)
    if suffix in graphs.READERS:
        return graphs.from_graph_file(data, plain, where, neurons, options)
    if suffix == ".npz" or data.startswith(b"PK\3\4"):
        return matrices.from_npz(data, where, neurons)
    if suffix in (".npy", ".mtx"):
        return matrices.from_array_file(data, plain, where, neurons)
    if graphs.is_edge_list(data):
        return graphs.from_edge_list(data, where, neurons, options)
    return tables.from_text(data, where, neurons, options)


def arrays_of(source: Source, options: Options) -> dict[str, Any]:
    """Return the attributes of the network of a source.

    Parameters
    ----------
    source : Source
    options : Options

    Raises
    ------
    AstrosimError
        If a fact of a neuron or a weight is wrong.
    """
    edges, changes = source.edges, list(source.changes)
    for step in (cleaning.weighted, cleaning.without_loops, lambda e: cleaning.one_per_pair(e, options)):
        edges, more = step(edges)
        changes += more
    kind, bit, more = assigning.kinds_of(source, edges, options)
    changes += more
    edges, more = cleaning.onto(edges, {str(name): own for name, own in kind.items() if own in ("input", "tonic")})
    changes += more
    edges, more = cleaning.within(edges, options, source.where)
    changes += more
    cluster, more = assigning.clusters_of(source, kind, edges, options)
    changes += more
    place, more = placing.places_of(source, cluster.to_numpy(), edges, options.seed)
    changes += more
    return _ordered(source, edges, kind, bit, cluster.to_numpy(), place) | {"changes": tuple(changes)}


def _ordered(
    source: Source, edges: pd.DataFrame, kind: pd.Series, bit: pd.Series, cluster: np.ndarray, place: np.ndarray
) -> dict[str, Any]:
    """Return the arrays with neurons and synapses in order."""
    code = np.array([NEURON_KINDS.index(own) for own in kind])
    order = np.lexsort((np.arange(code.size), code, cluster, cluster == NO_CLUSTER))
    names = [str(source.neurons.index[n]) for n in order]
    number = {name: n for n, name in enumerate(names)}
    pre = edges["pre"].map(number).to_numpy(np.int32)
    post = edges["post"].map(number).to_numpy(np.int32)
    sequence = np.lexsort((post, pre))
    leaving = np.bincount(pre, minlength=code.size)
    code, cluster, bits = code[order].astype(np.int8), cluster[order].astype(np.int32), bit.to_numpy(object)[order]
    return {
        "position": np.ascontiguousarray(place[order, :2]),
        "kind": code,
        "cluster": cluster,
        "z": np.ascontiguousarray(place[order, 2]),
        "pre": pre[sequence],
        "post": post[sequence],
        "first": np.concatenate([[0], np.cumsum(leaving)]).astype(np.int64),
        "initial_weight": edges["weight"].to_numpy(np.float32)[sequence],
        **{f"{role}s": _bits(code, cluster, bits, names, n, source.where) for n, role in enumerate(ROLES)},
        "names": () if names == [str(n) for n in range(len(names))] else tuple(names),
    }


def _bits(
    kind: np.ndarray, cluster: np.ndarray, bits: np.ndarray, names: list[str], code: int, where: str
) -> np.ndarray:
    """Return the neurons of the task's bits, int32, shape (bit,).

    These are the neurons that carry a bit, else all of their kind in cluster 0, else all of their kind.
    """
    own = np.flatnonzero(kind == code)
    chosen = sorted((_whole(bits[n], names[n], where), n) for n in own.tolist() if pd.notna(bits[n]))
    if chosen:
        return np.array([n for _, n in chosen], np.int32)
    first = own[cluster[own] == 0]
    return (first if first.size else own).astype(np.int32)


def _whole(value: Any, name: str, where: str) -> int:
    """Return the number of a bit."""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise AstrosimError(f"{where}: node {name!r}: bit: not a number from 0 ({text}). Write a whole number.")
    return int(number)


def changes_table(network: Built) -> Table:
    """Return the difference between a network and its source as a table, its sizes below."""
    clusters = int(network.cluster.max(initial=NO_CLUSTER)) + 1
    facts = [
        Change("neurons", network.kind.size, f"in {clusters} cluster{'' if clusters == 1 else 's'}"),
        Change("synapses", network.post.size, "one per pair"),
    ]
    alone = np.setdiff1d(np.arange(network.kind.size), [*network.pre, *network.post])
    labels = [str(network.names[n] if network.names else n) for n in range(network.kind.size)]
    if alone.size:
        facts.append(Change("neurons without a synapse", alone.size, f"kept: {some([labels[n] for n in alone])}"))
    for role, chosen in zip(ROLES, (network.inputs, network.outputs), strict=True):
        facts.append(Change(f"{role}s of the task", chosen.size, ", ".join(labels[n] for n in chosen)))
    return table_of(network.changes, facts)
