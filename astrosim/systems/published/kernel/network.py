"""Neurons, synapses, astrocytes and territories of the published system. Spec of the program, sections 1 and 3.

Two neurons can share a label, and labels are not indices: synapses name neurons by index, territories by label, and
the two are compared with each other all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.core.mulberry import initial_state, uniforms
from astrosim.systems.published.kernel import constants as c


@dataclass(frozen=True)
class Network:
    """The system before its first trial.

    Attributes
    ----------
    position : ndarray of float64, shape (neuron, 3)
        Units.
    kind, cluster, label : ndarray of int64, shape (neuron,)
    pre, post : ndarray of int64, shape (synapse,)
        Neuron indices, in order of creation: by pre, then by post.
    weight : ndarray of float64, shape (synapse,)
        Initial weights.
    astrocyte_position : ndarray of float64, shape (astrocyte, 2)
        Units.
    astrocyte_cluster : ndarray of int64, shape (astrocyte,)
    territory_labels : tuple of ndarray of int64
        Labels of each astrocyte's neurons, ascending.
    territory_synapses : tuple of ndarray of int64
        Numbers of each astrocyte's synapses, ascending.
    generator : float
        State of the generator after construction.
    """

    position: np.ndarray
    kind: np.ndarray
    cluster: np.ndarray
    label: np.ndarray
    pre: np.ndarray
    post: np.ndarray
    weight: np.ndarray
    astrocyte_position: np.ndarray
    astrocyte_cluster: np.ndarray
    territory_labels: tuple[np.ndarray, ...]
    territory_synapses: tuple[np.ndarray, ...]
    generator: float


def build_network(seed: int) -> Network:
    """Return the network of a seed, to the last bit."""
    kind = np.tile(np.repeat([k for k, _ in c.KINDS], [n for _, n in c.KINDS]), c.CLUSTERS)
    cluster = np.repeat(np.arange(c.CLUSTERS), c.PER_CLUSTER)
    label = cluster * c.LABEL_STRIDE + np.tile(np.arange(c.PER_CLUSTER), c.CLUSTERS)
    draws, generator = uniforms(initial_state(seed), 3 * c.NEURONS)
    position = -c.HALF_WIDTH + draws.reshape(c.NEURONS, 3) * (2 * c.HALF_WIDTH)
    position[:, 0] = np.asarray(c.CENTRES)[cluster] + position[:, 0]
    pre, post, weight, generator = _synapses(generator, kind, cluster)
    places, homes = _astrocytes(position, cluster)
    labels = tuple(
        _territory(place, position, cluster == home, label) for place, home in zip(places, homes, strict=True)
    )
    synapses = tuple(np.flatnonzero(np.isin(pre, own) | np.isin(post, own)) for own in labels)
    return Network(position, kind, cluster, label, pre, post, weight, places, homes, labels, synapses, generator)


def _synapses(
    generator: float, kind: np.ndarray, cluster: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Draw the wiring: one draw per possible synapse, a second one for the weight of an existing one."""
    draws, _ = uniforms(generator, 2 * c.NEURONS**2)
    pre, post, weight = [], [], []
    used = 0
    for i in range(c.NEURONS):
        for k in range(c.NEURONS):
            if i == k or kind[k] == 0:
                continue
            exists = draws[used] < (c.P_WITHIN if cluster[i] == cluster[k] else c.P_BETWEEN)
            if exists:
                pre.append(i)
                post.append(k)
                weight.append((draws[used + 1] - 0.5) * c.WEIGHT_SPAN)
            used += 1 + exists
    _, generator = uniforms(generator, used)
    return np.array(pre), np.array(post), np.array(weight), generator


def _astrocytes(position: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Four astrocytes per cluster, at the quartile points of its bounding box."""
    places, homes = [], []
    for home in range(c.CLUSTERS):
        own = position[cluster == home, :2]
        low, high = own.min(axis=0), own.max(axis=0)
        middle, quarter = (low + high) / 2, (high - low) / 4
        for sign_y in (-1, 1):
            for sign_x in (-1, 1):
                places.append((middle[0] + sign_x * quarter[0], middle[1] + sign_y * quarter[1]))
                homes.append(home)
    return np.array(places), np.array(homes)


def _territory(place: np.ndarray, position: np.ndarray, same_cluster: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Labels of the neurons of the same cluster within the radius, in the plane."""
    offset = position[:, :2] - place
    distance = np.sqrt(offset[:, 0] * offset[:, 0] + offset[:, 1] * offset[:, 1])
    return label[same_cluster & (distance <= c.TERRITORY_RADIUS)]
