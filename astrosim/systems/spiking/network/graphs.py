"""Spiking networks from graphs and wired networks of other kinds (pA or nS; ms)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.systems.spiking.models import NEURONS, own_name
from astrosim.systems.spiking.network.description import Network, Nodes, connections, no_nodes


def network_from_graph(
    graph: Any,
    model: str = "iaf_psc_exp",
    parameters: Mapping[str, float] | None = None,
    *,
    weight: float = 1.0,
    delay_ms: float = 1.0,
) -> Network:
    """Return the spiking network of a directed graph.

    Parameters
    ----------
    graph : networkx.DiGraph or MultiDiGraph, or anything with a method `to_networkx`
        Such as `astrosim.Network`, also one that was imported. Nodes may carry `model`, `name`, `x` and `y`, and any
        parameter of their model; edges `weight` and `delay_ms`.
    model : str
        Of nodes that carry none.
    parameters : mapping of str to float, optional
        Of nodes that carry none of their own.
    weight : float
        Unit of the weights of edges: pA, or nS, as the model has it. An edge without a weight has this one.
    delay_ms : float
        Of edges that carry none.

    Raises
    ------
    AstrosimError
        If it is no directed graph, or a model or parameter does not exist.
    """
    graph = graph.to_networkx() if hasattr(graph, "to_networkx") else graph
    if not isinstance(graph, nx.Graph) or not graph.is_directed():
        raise AstrosimError(f"graph: not a directed graph of NetworkX ({type(graph).__name__}). Give a DiGraph.")
    facts = [dict(own) for _, own in graph.nodes(data=True)]
    models = np.array([own_name(str(own.get("model", model))) for own in facts], object)
    if unknown := [one for one in models if one not in NEURONS]:
        raise AstrosimError(f"model: no such model ({unknown[0]!r}). Write one of {', '.join(NEURONS)}.")
    numbers = {node: place for place, node in enumerate(graph)}
    edges = [(numbers[pre], numbers[post], own) for pre, post, own in graph.edges(data=True)]
    ends = np.array([(pre, post) for pre, post, _ in edges], "i8").reshape(-1, 2)
    return Network(
        Nodes(
            np.array([str(place) for place in range(len(facts))], object),
            models,
            _values(facts, models, parameters or {}),
            np.array([str(own.get("name", node)) for node, own in zip(graph, facts, strict=True)], object),
            np.full(len(facts), "", object),
            np.array([float(own.get("x", np.nan)) for own in facts]),
            np.array([float(own.get("y", np.nan)) for own in facts]),
        ),
        no_nodes(),
        connections(
            ends[:, 0],
            ends[:, 1],
            np.array([weight * float(own.get("weight", 1.0)) for _, _, own in edges]),
            np.array([float(own.get("delay_ms", delay_ms)) for _, _, own in edges]),
        ),
    )


def _values(facts: list[dict[str, Any]], models: np.ndarray, given: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Parameters of all nodes: their own, else those given for all."""
    known = {name for one in set(models) for name in NEURONS[one].columns}
    if unknown := [name for name in given if name not in known]:
        raise AstrosimError(f"parameters: no such parameter ({unknown[0]}). Write one of {', '.join(sorted(known))}.")
    values = {}
    for name in sorted(known):
        own = [float(fact.get(name, given.get(name, np.nan))) for fact in facts]
        has = np.array([name in NEURONS[one].columns for one in models])
        if np.isfinite(own).any():
            values[name] = np.where(has, own, np.nan)
    return values
