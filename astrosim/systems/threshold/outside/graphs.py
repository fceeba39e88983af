"""Graphs of NetworkX, and the files that it reads: GraphML, GEXF and GML."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.threshold.outside.changes import Change
from astrosim.systems.threshold.outside.delimited import text_of
from astrosim.systems.threshold.outside.options import Options
from astrosim.systems.threshold.outside.source import FACTS, WEIGHTS, Source, named, numbers, source_of
from astrosim.systems.threshold.outside.tables import chosen_rows

READERS: dict[str, Callable[[Any], nx.Graph]] = {
    ".graphml": nx.read_graphml,
    ".gexf": nx.read_gexf,
    ".gml": lambda file: nx.read_gml(file, label=None),
}
FIRST = 4096  # bytes that tell what a text is; assumed
BROKEN = (
    ParseError,
    nx.NetworkXException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    ArithmeticError,
    RecursionError,
)
"""What the readers of NetworkX raise for a file that is no graph."""


def from_graph_file(data: bytes, path: Path, where: str, nodes: pd.DataFrame | None, options: Options) -> Source:
    """Return the source of a GraphML, GEXF or GML file.

    Parameters
    ----------
    data : bytes
    path : Path
        Its ending says which.
    where : str
    nodes : pandas.DataFrame or None
    options : Options

    Raises
    ------
    AstrosimError
        If it cannot be read.
    """
    try:
        graph = READERS[path.suffix.lower()](io.BytesIO(data))
    except BROKEN as error:
        kind = path.suffix[1:]
        raise AstrosimError(f"{where}: not a graph in {kind} ({short(str(error))}). Write it with networkx.") from None
    return from_graph(graph, where, options, nodes)


def is_edge_list(data: bytes) -> bool:
    """Return whether a text is what `networkx.write_edgelist` writes: two nodes and a dictionary per line."""
    lines = [line for line in text_of(data[:FIRST]).splitlines() if line.strip() and not line.startswith("#")]
    return bool(lines) and re.fullmatch(r"\S+ \S+ \{.*\}", lines[0].strip()) is not None


def from_edge_list(data: bytes, where: str, nodes: pd.DataFrame | None, options: Options) -> Source:
    """Return the source of lines of two nodes and a dictionary, as `networkx.write_edgelist` writes them.

    Parameters
    ----------
    data : bytes
    where : str
    nodes : pandas.DataFrame or None
    options : Options

    Raises
    ------
    AstrosimError
        If a line is something else.
    """
    try:
        graph = nx.parse_edgelist(text_of(data).splitlines(), create_using=nx.MultiDiGraph)
    except BROKEN as error:
        raise AstrosimError(f"{where}: not a list of edges ({short(str(error))}). Write it with networkx.") from None
    return from_graph(graph, where, options, nodes)


def from_graph(graph: Any, where: str, options: Options, nodes: pd.DataFrame | None = None) -> Source:
    """Return the source of a graph of NetworkX, directed or not, with or without parallel edges.

    Parameters
    ----------
    graph : networkx.Graph
    where : str
    options : Options
    nodes : pandas.DataFrame, optional
        Facts of neurons, in place of those of the nodes.

    Raises
    ------
    AstrosimError
        If it is no graph, has no nodes, or an attribute is wrong.
    """
    if not isinstance(graph, nx.Graph):
        raise AstrosimError(f"{where}: not a graph ({type(graph).__name__}). Give a networkx.DiGraph.")
    if not len(graph):
        raise AstrosimError(f"{where}: no nodes (0). Give each neuron a node.")
    names = _names(graph)
    table = _facts(graph, names, options) if nodes is None else nodes
    edges = [(names[a], names[b], facts) for a, b, facts in _edges(graph)]
    frame = pd.DataFrame([facts for _, _, facts in edges], index=range(len(edges)))
    frame, changes = chosen_rows(frame, options.where, where) if options.where else (frame, [])
    weight = options.weight or named(frame.columns, WEIGHTS)
    if options.weight and options.weight not in frame:
        raise AstrosimError(f"{where}: weight: no edge has this attribute ({options.weight}). Name another.")
    ends = [[edges[n][side] for n in frame.index] for side in (0, 1)]

    def edge(row: int) -> str:
        return f"edge {ends[0][row]!r} to {ends[1][row]!r}"

    weights = numbers(frame[weight], where, "weight", edge) if weight is not None else np.full(len(frame), np.nan)
    if not graph.is_directed():
        both = int(sum(a != b for a, b in zip(*ends, strict=True)))
        changes.append(Change("edges without a direction", both, "one synapse each way"))
    made = pd.DataFrame({"pre": ends[0], "post": ends[1], "weight": weights})
    if not graph.is_directed():
        back = made[made["pre"] != made["post"]].rename(columns={"pre": "post", "post": "pre"})
        made = pd.concat([made, back], ignore_index=True)
    return source_of(made, table, where, changes)


def _edges(graph: nx.Graph) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    return iter(graph.edges(data=True))


def _names(graph: nx.Graph) -> dict[Any, str]:
    """Return the name of each node: its attribute name or label where all have different ones, else the node itself."""
    for attribute in ("name", "label"):
        given = {node: facts.get(attribute) for node, facts in graph.nodes(data=True)}
        texts = [str(name).strip() for name in given.values() if name not in (None, "")]
        if len(set(texts)) == len(graph):
            return {node: str(name).strip() for node, name in given.items()}
    texts = [str(node).strip() for node in graph]
    if len(set(texts)) == len(graph):
        return dict(zip(graph, texts, strict=True))
    return {node: repr(node) for node in graph}


def _facts(graph: nx.Graph, names: dict[Any, str], options: Options) -> pd.DataFrame:
    """Return kind, cluster, x, y, z and bit of the nodes, where they carry them; GEXF's `viz` is a place, too."""
    nodes = [dict(facts) for _, facts in graph.nodes(data=True)]
    for facts in nodes:
        if isinstance(place := facts.get("viz", {}), dict) and isinstance(place.get("position"), dict):
            facts.update({axis: value for axis, value in place["position"].items() if axis in "xyz"})
        if isinstance(place := facts.get("pos"), tuple | list | np.ndarray) and len(place) >= 2:
            facts.update(zip("xyz", place, strict=False))
    attributes = dict.fromkeys(key for facts in nodes for key in facts)
    chosen = {fact: named(attributes, usual) for fact, usual in FACTS.items() if fact != "name"}
    if isinstance(options.clusters, str) and options.clusters in attributes:
        chosen["cluster"] = options.clusters
    columns = {fact: [facts.get(key) for facts in nodes] for fact, key in chosen.items() if key is not None}
    return pd.DataFrame({"name": list(names.values()), **columns}, dtype=object)
