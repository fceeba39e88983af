"""Astrocytes in the plane and their fixed territories (lengths in units). Murray 2026, section 3.2; placement: program.

The astrocytes of a cluster lie at the centres of a lattice over the bounding box of its neurons, x fastest: with
four, at the quartile points. A territory holds the neurons of the same cluster within the radius, and each synapse
whose pre or post neuron it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.spatial import cKDTree

from astrosim.core.jit import compiled
from astrosim.core.ragged import Ragged
from astrosim.rules.cursor import within
from astrosim.store.variables import NO_CLUSTER
from astrosim.systems.population.sections import columns_of


class Wired(Protocol):
    """A network: neurons with their places and clusters, and synapses by pre neuron."""

    @property
    def position(self) -> np.ndarray:
        """Places: float64, shape (neuron, 2), units."""

    @property
    def cluster(self) -> np.ndarray:
        """Clusters: int32, shape (neuron,)."""

    @property
    def pre(self) -> np.ndarray:
        """Presynaptic neurons: int32, shape (synapse,)."""

    @property
    def post(self) -> np.ndarray:
        """Postsynaptic neurons: int32, shape (synapse,)."""

    @property
    def first(self) -> np.ndarray:
        """First synapse of each neuron, and one more: int64, shape (neuron + 1,)."""


@dataclass(frozen=True)
class Territories:
    """Astrocytes, and the neurons and synapses that they reach.

    Attributes
    ----------
    position : ndarray of float64, shape (astrocyte, 2), units
    cluster : ndarray of int32, shape (astrocyte,)
    neurons, synapses : Ragged
        Neurons and synapses of each territory, ascending.
    of_neuron : Ragged
        Astrocytes whose territory holds a neuron, ascending.
    """

    position: np.ndarray
    cluster: np.ndarray
    neurons: Ragged
    synapses: Ragged
    of_neuron: Ragged

    def __len__(self) -> int:
        return self.cluster.size


def territories_of(network: Wired, clusters: int, per_cluster: int, radius: float) -> Territories:
    """Place the astrocytes of a network, as many per cluster, and find their territories of a radius (units)."""
    cluster = np.repeat(np.arange(clusters, dtype=np.int32), per_cluster)
    position = _places(network, clusters, per_cluster)
    neurons = Ragged.of(_reached(network, position, cluster, radius))
    holder = np.repeat(np.arange(cluster.size, dtype=np.int32), neurons.sizes)
    of_neuron = Ragged.group(neurons.index, holder, network.cluster.size)
    arrivals = Ragged.group(network.post, np.arange(network.post.size, dtype=np.int32), network.cluster.size)
    room = _count(neurons.start, neurons.index, network.first, arrivals.start)
    start = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
    buffer = np.empty(start[-1], np.int32)
    used = _collect(
        neurons.start, neurons.index, network.first, arrivals.start, arrivals.index, network.pre, start, buffer
    )
    lists = [np.sort(buffer[s : s + n]) for s, n in zip(start[:-1], used, strict=True)]
    return Territories(position, cluster, neurons, Ragged.of(lists), of_neuron)


def lattice(count: int) -> np.ndarray:
    """Return the places of `count` astrocytes in a unit square around 0, x fastest: float64, shape (count, 2)."""
    columns = columns_of(count)
    rows = -(-count // columns)
    number = np.arange(count)
    return np.stack([(number % columns + 0.5) / columns, (number // columns + 0.5) / rows], axis=1) - 0.5


def _places(network: Wired, clusters: int, per_cluster: int) -> np.ndarray:
    """Return the positions of all astrocytes: float64, shape (astrocyte, 2), units."""
    inner = network.cluster != NO_CLUSTER
    low, high = np.full((clusters, 2), np.inf), np.full((clusters, 2), -np.inf)
    np.minimum.at(low, network.cluster[inner], network.position[inner])
    np.maximum.at(high, network.cluster[inner], network.position[inner])
    places = (low + high)[:, None] / 2.0 + lattice(per_cluster)[None] * (high - low)[:, None]
    return places.reshape(-1, 2)


def _reached(network: Wired, position: np.ndarray, cluster: np.ndarray, radius: float) -> list[np.ndarray]:
    """Return, for each astrocyte, the neurons of its cluster within the radius (units), ascending."""
    tree = cKDTree(network.position)
    near = tree.query_ball_point(position, radius * (1.0 + 1e-9), return_sorted=True)
    reached = []
    for a, candidates in enumerate(near):
        n = np.asarray(candidates, dtype=np.int64)
        dx, dy = (network.position[n] - position[a]).T
        reached.append(n[within(dx, dy, radius) & (network.cluster[n] == cluster[a])])
    return reached


@compiled
def _count(start, index, first, arrival_start):
    """Count the synapses that leave or reach each territory, those inside twice."""
    size = np.zeros(start.size - 1, np.int64)
    for a in range(size.size):
        for n in index[start[a] : start[a + 1]]:
            size[a] += first[n + 1] - first[n] + arrival_start[n + 1] - arrival_start[n]
    return size


@compiled
def _collect(start, index, first, arrival_start, arrivals, pre, place, buffer):
    """Write the synapses of each territory from place[a] on, each once; returns how many."""
    used = np.zeros(start.size - 1, np.int64)
    inside = np.zeros(first.size - 1, np.bool_)
    for a in range(used.size):
        members = index[start[a] : start[a + 1]]
        inside[members] = True
        at = place[a]
        for n in members:
            for s in range(first[n], first[n + 1]):
                buffer[at] = s
                at += 1
            for s in arrivals[arrival_start[n] : arrival_start[n + 1]]:
                if not inside[pre[s]]:
                    buffer[at] = s
                    at += 1
        inside[members] = False
        used[a] = at - place[a]
    return used
