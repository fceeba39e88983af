"""Networks read from NetworkX graphs: attributes of nodes and edges, and the arrays that they give (lengths in units).

Nodes carry kind, cluster, x and y, and may carry z and bit; edges carry their weight. Nodes may have any names: neurons
are numbered by cluster, then by kind, then by their order in the graph; tonic neurons, whose cluster is -1, come last.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.store.variables import NEURON_KINDS, NO_CLUSTER

SHOWN = 5  # problems in one message; assumed: the sixth teaches nothing new
TONIC = "tonic"
SIZES = ("inputs", "outputs", "modulatory", "regular")  # of a cluster, by kind


def arrays_of(graph: nx.DiGraph) -> dict[str, np.ndarray]:
    """Return the arrays of a network, by attribute; each has the shape and unit that `Network` states.

    Raises
    ------
    AstrosimError
        If the graph is not a network: the message tells what is missing or wrong, and where.
    """
    if not graph.is_directed() or graph.is_multigraph():
        raise AstrosimError(f"graph: not a plain directed graph ({type(graph).__name__}). Give a networkx.DiGraph.")
    if not len(graph):
        raise AstrosimError("graph: no nodes (0). Give each neuron a node.")
    _refuse([text for name, facts in graph.nodes(data=True) for text in _node_problems(name, facts)])
    _refuse([text for edge in graph.edges(data="weight") for text in _edge_problems(graph, *edge)])
    facts = dict(graph.nodes(data=True))
    names = sorted(facts, key=lambda name: _place(facts[name]))
    nodes = [facts[name] for name in names]
    kind = np.array([NEURON_KINDS.index(node["kind"]) for node in nodes], np.int8)
    cluster = np.array([node["cluster"] for node in nodes], np.int32)
    return {
        "position": np.array([[node["x"], node["y"]] for node in nodes], np.float64),
        "kind": kind,
        "cluster": cluster,
        "z": np.array([node.get("z", math.nan) for node in nodes], np.float64),
        "inputs": _bits(nodes, "input"),
        "outputs": _bits(nodes, "output"),
        **_synapses(graph, {name: n for n, name in enumerate(names)}),
    }


def _place(node: dict[str, Any]) -> tuple[bool, int, int]:
    """Return the sort key of a neuron: tonic ones last, then cluster and kind."""
    return node["kind"] == TONIC, node["cluster"], NEURON_KINDS.index(node["kind"])


def _refuse(problems: list[str]) -> None:
    if problems:
        more = len(problems) - SHOWN
        last = [f"{more} more problems. Correct the first ones."] if more > 0 else []
        raise AstrosimError("\n".join(problems[:SHOWN] + last))


def _node_problems(name: Any, facts: dict[str, Any]) -> Iterator[str]:
    where = f"node {name!r}: "
    for field in ("kind", "cluster", "x", "y"):
        if field not in facts:
            yield f"{where}{field}: missing. Give every node kind, cluster, x and y."
    if facts.get("kind", "regular") not in NEURON_KINDS:
        yield f"{where}kind: none of the kinds ({facts['kind']!r}). Write one of {', '.join(NEURON_KINDS)}."
    tonic = facts.get("kind") == TONIC
    if tonic and facts.get("cluster", NO_CLUSTER) != NO_CLUSTER:
        yield f"{where}cluster: a tonic neuron is of none ({facts['cluster']!r}). Write {NO_CLUSTER}."
    for field in ("bit",) if tonic else ("cluster", "bit"):
        if not _is_whole(facts.get(field, 0)):
            yield f"{where}{field}: not a number from 0 ({facts[field]!r}). Write a whole number."
    for field in ("x", "y", "z"):
        if not _is_finite(facts.get(field, 0.0)):
            yield f"{where}{field}: not a finite number ({facts[field]!r}). Write a number, in units."


def _edge_problems(graph: nx.DiGraph, pre: Any, post: Any, weight: Any) -> Iterator[str]:
    where = f"edge {pre!r} to {post!r}: "
    if weight is None:
        yield f"{where}weight: missing. Give every edge its weight."
    elif not _is_finite(weight):
        yield f"{where}weight: not a finite number ({weight!r}). Write a number."
    if pre == post:
        yield f"{where}a synapse of a neuron onto itself. Remove it."
    elif graph.nodes[post]["kind"] == "input":
        yield f"{where}ends at an input neuron, which is driven from outside. Remove it."
    elif graph.nodes[post]["kind"] == TONIC:
        yield f"{where}ends at a tonic neuron, which always fires. Remove it."


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 0)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value)


def _bits(nodes: list[dict[str, Any]], kind: str) -> np.ndarray:
    """Return the neurons of the task's bits, int32, shape (bit,).

    These are the nodes that carry a bit, else all of their kind in cluster 0.
    """
    own = [(node.get("bit"), n) for n, node in enumerate(nodes) if node["kind"] == kind]
    chosen = sorted((bit, n) for bit, n in own if bit is not None)
    if chosen:
        return np.array([n for _, n in chosen], np.int32)
    return np.array([n for _, n in own if nodes[n]["cluster"] == 0], np.int32)


def _synapses(graph: nx.DiGraph, number: dict[Any, int]) -> dict[str, np.ndarray]:
    """Return ends and weights of the synapses, ordered by pre, then by post."""
    ends = sorted((number[pre], number[post], weight) for pre, post, weight in graph.edges(data="weight"))
    pre, post, weight = zip(*ends, strict=True) if ends else ((), (), ())
    leaving = np.bincount(np.array(pre, np.int64), minlength=len(number))
    return {
        "pre": np.array(pre, np.int32),
        "post": np.array(post, np.int32),
        "first": np.concatenate([[0], np.cumsum(leaving)]).astype(np.int64),
        "initial_weight": np.array(weight, np.float32),
    }


def cluster_sizes(kind: np.ndarray, cluster: np.ndarray) -> dict[str, int]:
    """Return the number of clusters, and of neurons of each kind per cluster, as fields of the section `network`.

    Arrays: `kind` (int8, shape (neuron,)) and `cluster` (int32, shape (neuron,)).

    Raises
    ------
    AstrosimError
        If the clusters differ in their neurons.
    """
    clusters = int(cluster.max()) + 1
    sizes = np.array([(kind[cluster == 0] == code).sum() for code in range(len(SIZES))])
    row = np.repeat(np.arange(sizes.size), sizes)
    alike = np.array_equal(kind, np.tile(row, clusters))
    if not alike or not np.array_equal(cluster, np.repeat(np.arange(clusters), row.size)):
        raise AstrosimError(
            f"clusters: not alike ({clusters}). In a scenario all clusters, numbered from 0, have the same numbers of "
            "neurons of each kind."
        )
    return {"clusters": clusters, **{name: int(size) for name, size in zip(SIZES, sizes, strict=True)}}
