"""Places of neurons in the plane: those that are given, else a layout per cluster on the lattice (lengths in units)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.store.variables import NO_CLUSTER
from astrosim.systems.threshold.outside.changes import Change
from astrosim.systems.threshold.outside.source import Source

SPACING, HALF_WIDTH = 15.0, 5.0  # units, Murray 2026, section 3.1; as network.spacing and network.half_width
LARGEST = 1000  # neurons of a cluster that springs are computed for; assumed: some seconds
DIGITS = 3  # of a place; assumed: a thousandth of a unit matters to no territory


def places_of(source: Source, cluster: np.ndarray, edges: pd.DataFrame, seed: int) -> tuple[np.ndarray, list[Change]]:
    """Return the places of all neurons, and what was laid out.

    Parameters
    ----------
    source : Source
    cluster : ndarray of int64, shape (neuron,)
    edges : pandas.DataFrame
    seed : int

    Returns
    -------
    ndarray of float64, shape (neuron, 3), units
        z is nan where it is not given.
    list of Change
    """
    given = np.column_stack([_coordinates(source, axis) for axis in "xyz"])
    missing = np.isnan(given[:, :2]).any(axis=1)
    if missing.all():
        given[:, :2] = _layout(source.neurons.index, cluster, edges, seed)
        return given, [Change("neurons without a place", len(given), f"laid out per cluster (springs, seed {seed})")]
    if not missing.any():
        return given, []
    low, high = np.nanmin(given[:, :2], axis=0), np.nanmax(given[:, :2], axis=0)
    drawn = np.random.default_rng(seed).random((int(missing.sum()), 2))
    given[missing, :2] = np.round(low + drawn * (high - low), DIGITS)
    return given, [Change("neurons without a place", int(missing.sum()), f"among the others, by chance (seed {seed})")]


def _coordinates(source: Source, axis: str) -> np.ndarray:
    """Return a coordinate of all neurons: float64, shape (neuron,), nan where it is not given."""
    if axis not in source.neurons:
        return np.full(len(source.neurons), np.nan)
    values = source.neurons[axis]
    found = pd.to_numeric(values.map(_plain, na_action="ignore"), errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~np.isfinite(found) & (values.notna() & (values.astype(str) != "")).to_numpy())
    if wrong.size:
        name = source.neurons.index[wrong[0]]
        more = f", and {wrong.size - 1} more" if wrong.size > 1 else ""
        raise AstrosimError(
            f"{source.where}: node {name!r}: {axis}: not a finite number ({short(values.iloc[wrong[0]])}{more}). "
            "Write a number, in units."
        )
    return found


def _plain(value: object) -> object:
    return value.strip().replace(",", ".") if isinstance(value, str) else value


def _layout(names: Sequence[str], cluster: np.ndarray, edges: pd.DataFrame, seed: int) -> np.ndarray:
    """Return places by cluster, each within its square of the lattice; tonic neurons in the middle of all."""
    number = {name: n for n, name in enumerate(names)}
    pre, post = edges["pre"].map(number).to_numpy(), edges["post"].map(number).to_numpy()
    columns = math.isqrt(max(int(cluster.max()), 0)) + 1
    places = np.zeros((len(cluster), 2))
    for one in range(int(cluster.max()) + 1):
        members = np.flatnonzero(cluster == one)
        inside = (cluster[pre] == one) & (cluster[post] == one)
        centre = np.array([one % columns, one // columns]) * SPACING
        places[members] = centre + _springs(members, pre[inside], post[inside], seed) * HALF_WIDTH
    inner = cluster != NO_CLUSTER
    if not inner.all():
        places[~inner] = places[inner].mean(axis=0) if inner.any() else 0.0
    return np.round(places, DIGITS)


def _springs(members: np.ndarray, pre: np.ndarray, post: np.ndarray, seed: int) -> np.ndarray:
    """Return places of the neurons of a cluster in [-1, 1]^2: float64, shape (member, 2)."""
    if len(members) > LARGEST:
        return np.random.default_rng(seed).random((len(members), 2)) * 2.0 - 1.0
    graph = nx.Graph()
    graph.add_nodes_from(members.tolist())
    graph.add_edges_from(zip(pre.tolist(), post.tolist(), strict=True))
    found = nx.spring_layout(graph, seed=seed, method="force")
    places = np.array([found[n] for n in members.tolist()])
    low, high = places.min(axis=0), places.max(axis=0)
    return (places - (low + high) / 2.0) / np.where(high > low, (high - low) / 2.0, 1.0)
