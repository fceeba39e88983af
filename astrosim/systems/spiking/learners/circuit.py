"""A network of clusters with its territories and frozen input, as the kernel of windows takes it (ms, steps, pA)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.core.ragged import Ragged
from astrosim.rules.perturbation import on_grid
from astrosim.store.variables import NO_CLUSTER
from astrosim.systems.population.territories import Territories, territories_of
from astrosim.systems.population.wiring import TONIC, drawn_positions, drawn_synapses, kinds_of, task_neurons
from astrosim.systems.spiking.kernel.arrays import Junctions
from astrosim.systems.spiking.kernel.junctions import RULES
from astrosim.systems.spiking.kernel.model import LANES
from astrosim.systems.spiking.kernel.windows import Circuit
from astrosim.systems.spiking.learners.recipe import Astrocytes, Recipe, Windows

MS_PER_S = 1000.0
MARKS = 8  # steps between two marks; measured: 4 is 8 % slower


@dataclass(frozen=True)
class Clustered:
    """Neurons in the plane, wired; as drawn for threshold networks from the same seed.

    Attributes
    ----------
    position : ndarray of float64, shape (neuron, 2), units
    kind : ndarray of int8, shape (neuron,)
    cluster : ndarray of int32, shape (neuron,)
    pre, post : ndarray of int32, shape (synapse,)
    first : ndarray of int64, shape (neuron + 1,)
    initial_weight : ndarray of float32, shape (synapse,)
    inputs, outputs : ndarray of int32, shape (bit,)
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

    @property
    def tonic(self) -> np.ndarray:
        """Tonic neurons: int64, shape (neuron,)."""
        return np.flatnonzero(self.kind == TONIC)

    @property
    def driven(self) -> np.ndarray:
        """Whether neurons are driven from outside: bool, shape (neuron,)."""
        driven = self.kind == TONIC
        driven[self.inputs] = True
        return driven


def cluster_network(recipe: Recipe, seed: int) -> Clustered:
    """Place and wire the neurons of a recipe."""
    net, bits = recipe.network, [len(side) for side in recipe.windows.patterns[0]]
    kind, cluster = kinds_of(net)
    inputs, outputs = task_neurons(kind, *bits)
    first, post, weights = drawn_synapses(net, seed, kind, outputs)
    return Clustered(
        np.ascontiguousarray(drawn_positions(net, seed, cluster)[:, :2]),
        kind,
        cluster,
        np.repeat(np.arange(kind.size, dtype=np.int32), np.diff(first)),
        post,
        first,
        on_grid(weights, recipe.trials.limit),
        inputs,
        outputs,
    )


def territories(recipe: Recipe, network: Clustered) -> Territories:
    """Return the astrocytes of a recipe and their territories."""
    own, clusters = recipe.astrocytes, int(network.cluster[network.cluster != NO_CLUSTER].max()) + 1
    return territories_of(network, clusters, own.per_cluster, own.radius)


def train(own: Windows, number: int) -> np.ndarray:
    """Return the stamps of the spikes of driven neuron `number` in a window where it is on: int32, shape (spike,)."""
    period = MS_PER_S / own.rate_hz
    first = (own.phase_ms * number) % period
    times = first + period * np.arange(int(own.window_ms / period) + 1)
    stamps = np.floor(times / own.step_ms + 1e-9).astype(np.int32) + 1
    return stamps[stamps <= round(own.window_ms / own.step_ms)]


def trains(recipe: Recipe, network: Clustered, sound: np.ndarray) -> tuple[Ragged, Ragged]:
    """Return stamps and neurons of the frozen spikes of each pattern, by stamp and neuron.

    `sound`: bool, shape (neuron,), False where a neuron is silenced.
    """
    stamps, neurons = [], []
    for bits, _ in recipe.windows.patterns:
        on = [n for bit, n in zip(bits, network.inputs.tolist(), strict=True) if bit == "1"]
        shown = [
            (int(stamp), n) for n in [*on, *network.tonic.tolist()] if sound[n] for stamp in train(recipe.windows, n)
        ]
        shown.sort()
        stamps.append(np.array([stamp for stamp, _ in shown], np.int32))
        neurons.append(np.array([n for _, n in shown], np.int32))
    return Ragged.of(stamps), Ragged.of(neurons)


def circuit_of(recipe: Recipe, network: Clustered, sound: np.ndarray) -> Circuit:
    """Return what the kernel of windows takes; `sound`: bool, shape (neuron,), False where a neuron is silenced."""
    own, neurons = recipe.windows, network.kind.size
    stamp, neuron = trains(recipe, network, sound)
    lanes = [min(LANES, neurons - begin) for begin in range(0, neurons, LANES)]
    return Circuit(
        network.pre,
        network.post,
        network.outputs,
        stamp.start,
        stamp.index,
        neuron.index,
        np.array(lanes, np.int64),
        round(own.window_ms / own.step_ms),
        round(recipe.network.delay_ms / own.step_ms),
        MARKS,
        own.step_ms,
        float(recipe.network.weight_pa),
    )


def pairs_within(position: np.ndarray, reach: float) -> np.ndarray:
    """Return pairs of astrocytes (float64, shape (astrocyte, 2), units) not farther apart than that: int64, shape
    (pair, 2)."""
    apart = np.hypot(*(position[:, None] - position[None]).transpose(2, 0, 1))
    return np.argwhere(np.triu(apart <= reach, 1))


def junctions_of(own: Astrocytes, pairs: np.ndarray, places: int) -> Junctions:
    """Return gap junctions of pairs of astrocytes, int64, shape (pair, 2), in both directions."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    first = np.searchsorted(both[order, 0], np.arange(places + 1)).astype(np.int64)
    rule = RULES[own.coupling]
    strength, level = own.strength / MS_PER_S, np.zeros(places)
    return Junctions(first, both[order, 1].astype(np.int32), rule, strength, own.theta, own.width, 1, level)
