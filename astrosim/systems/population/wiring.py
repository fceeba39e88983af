"""Clusters of neurons in the plane and their wiring (lengths in units). Murray 2026, section 3.1.

Clusters lie on a square lattice, filled row by row. A cluster holds its input, output, modulatory and regular neurons
in this order. Synapses are numbered in order of creation: by pre neuron, then by post neuron. There are no synapses
from a neuron to itself and none onto input neurons, which are driven from outside. Tonic neurons, of no cluster, come
last; they lie in the middle of all clusters, and each has a synapse onto every neuron that is not driven.

Draws: stream `position`, index = 2 neuron + axis; stream `synapse`, trial = pre neuron, index = number of the draw;
stream `weight`, index = synapse.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from astrosim.core.exact_functions import log, minus_two_log
from astrosim.core.jit import compiled
from astrosim.core.rng import stream_key, uniform, word
from astrosim.store.variables import NEURON_KINDS, NO_CLUSTER
from astrosim.systems.population.sections import columns_of

INPUT, OUTPUT, REGULAR, TONIC = (NEURON_KINDS.index(name) for name in ("input", "output", "regular", "tonic"))


class Clusters(Protocol):
    """A section that describes clusters: its fields are those of `network` of threshold networks."""

    @property
    def clusters(self) -> int:
        """Number of clusters."""

    @property
    def inputs(self) -> int:
        """Input neurons of a cluster."""

    @property
    def outputs(self) -> int:
        """Output neurons of a cluster."""

    @property
    def modulatory(self) -> int:
        """Modulatory neurons of a cluster."""

    @property
    def regular(self) -> int:
        """Regular neurons of a cluster."""

    @property
    def tonic(self) -> int:
        """Tonic neurons of the network."""

    @property
    def input_clusters(self) -> str:
        """Whose input neurons are driven: all, or the first cluster's (task)."""

    @property
    def synapses(self) -> str:
        """All, or only those from driven neurons and onto the task's outputs (task)."""

    @property
    def spacing(self) -> float:
        """Distance of neighbouring centres, units."""

    @property
    def half_width(self) -> float:
        """Half the edge of a cluster's square, units."""

    @property
    def p_within(self) -> float:
        """Probability of a synapse within a cluster."""

    @property
    def p_between(self) -> float:
        """Probability of a synapse between clusters."""

    @property
    def initial_weight(self) -> float:
        """Largest size of a weight at the start."""


def size_of(net: Clusters) -> int:
    """Return the neurons of a cluster."""
    return net.inputs + net.outputs + net.modulatory + net.regular


def kinds_of(net: Clusters) -> tuple[np.ndarray, np.ndarray]:
    """Return kind (int8) and cluster (int32) of every neuron, shape (neuron,)."""
    sizes = (net.inputs, net.outputs, net.modulatory, net.regular)
    first = np.repeat(np.arange(len(sizes), dtype=np.int8), sizes)
    other = first if net.input_clusters == "all" else np.sort(np.where(first == INPUT, REGULAR, first)).astype(np.int8)
    kind = np.concatenate([first, np.tile(other, net.clusters - 1)])
    cluster = np.repeat(np.arange(net.clusters, dtype=np.int32), size_of(net))
    return np.append(kind, np.full(net.tonic, TONIC, np.int8)), np.append(
        cluster, np.full(net.tonic, NO_CLUSTER, np.int32)
    )


def task_neurons(kind: np.ndarray, inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs and the outputs of cluster 0 that the task uses: int32, shape (bit,)."""
    first = np.flatnonzero(kind == INPUT)[:inputs], np.flatnonzero(kind == OUTPUT)[:outputs]
    return first[0].astype(np.int32), first[1].astype(np.int32)


def drawn_positions(net: Clusters, seed: int, cluster: np.ndarray) -> np.ndarray:
    """Draw positions (units) in each cluster's square, tonic neurons in the middle: float64, shape (neuron, 3).

    z is nan.
    """
    columns = columns_of(net.clusters)
    own = cluster[cluster >= 0]
    centre = np.stack([own % columns, own // columns], axis=1) * net.spacing
    plane = centre + (_uniforms(stream_key(seed, "position"), 2 * own.size).reshape(-1, 2) * 2.0 - 1.0) * net.half_width
    middle = np.broadcast_to(centre.mean(axis=0), (cluster.size - own.size, 2))
    return np.column_stack([np.concatenate([plane, middle]), np.full(cluster.size, np.nan)])


def drawn_synapses(net: Clusters, seed: int, kind: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Draw the synapses: the first of each neuron, shape (neuron + 1,), post neurons and unrounded weights."""
    inner, driven = kind != TONIC, kind == INPUT
    wanted = np.zeros(kind.size, bool)
    wanted[outputs] = True
    whole = driven | (net.synapses == "all")
    key, size = stream_key(seed, "synapse"), size_of(net)
    first, post = _wire(key, driven[inner], whole[inner], wanted[inner], size, net.p_within, net.p_between)
    targets = np.flatnonzero(inner & ~driven).astype(np.int32)
    first = np.append(first, first[-1] + targets.size * np.arange(1, net.tonic + 1))
    post = np.concatenate([post, np.tile(targets, net.tonic)])
    return first, post, (_uniforms(stream_key(seed, "weight"), post.size) - 0.5) * (2.0 * net.initial_weight)


@compiled
def _uniforms(key, count):
    """Draw the uniform numbers of indices 0 .. count - 1: float64, shape (count,)."""
    values = np.empty(count)
    for index in range(count):
        values[index] = uniform(key, 0, index)
    return values


def _wire(
    key: np.ndarray,
    closed: np.ndarray,
    whole: np.ndarray,
    wanted: np.ndarray,
    size: int,
    p_within: float,
    p_between: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the first synapse of each neuron (int64, shape (neuron + 1,)) and post neurons (int32, shape (synapse,))."""
    logs = np.array([_log_miss(p_between), _log_miss(p_within)])
    count = np.zeros(closed.size, np.int64)
    _fill_rows(key, closed, whole, wanted, size, logs, count, np.zeros(closed.size, np.int64), np.empty(0, np.int32))
    first = np.concatenate([[0], np.cumsum(count)])
    post = np.empty(first[-1], np.int32)
    _fill_rows(key, closed, whole, wanted, size, logs, count, first[:-1], post)
    return first, post


def _log_miss(p: float) -> float:
    """Return -2 ln(1 - p), of the probability that there is no synapse."""
    return math.inf if p == 1.0 else -2.0 * log(1.0 - p)


@compiled
def _fill_rows(key, closed, whole, wanted, size, logs, count, start, post):
    """Draw each neuron's synapses by the gaps between them (a Bernoulli process, skipped through).

    Reads: closed (no synapse onto these), whole (which keep all of theirs; others keep those onto `wanted`), logs
    (-2 ln of a miss: between, within clusters), start. Writes: count, and post unless it is empty. Draws: stream
    `synapse`.
    """
    for pre in range(closed.size):
        own = pre - pre % size
        drawn = 0
        found = 0
        for part in range(3):
            low = 0 if part == 0 else (own if part == 1 else own + size)
            high = own if part == 0 else (own + size if part == 1 else closed.size)
            log_miss = logs[1 if part == 1 else 0]
            if log_miss == 0.0:
                continue
            at = low - 1
            while True:
                at += 1 + int(minus_two_log(word(key, pre, drawn)) / log_miss)
                drawn += 1
                if at >= high:
                    break
                if at != pre and not closed[at] and (whole[pre] or wanted[at]):
                    if post.size:
                        post[start[pre] + found] = at
                    found += 1
        count[pre] = found
