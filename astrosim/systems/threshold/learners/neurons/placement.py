"""Positions and wiring of neurons that learn by themselves (lengths in units). Spec, sections 1.1 and 1.2.

A relay lies in space: clusters in a row, inputs in the first, outputs in the second. All draws come at the start: the
published system takes them from one sequential generator (mulberry32), the described one from its streams (`position`,
index = 3 neuron + axis; `synapse`, trial = pre neuron, index = post neuron; `weight`, index = synapse).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.core.jit import compiled
from astrosim.core.mulberry import INCREMENT, WORD
from astrosim.core.mulberry import uniform as mulberry
from astrosim.core.rng import POSITION, SYNAPSE, WEIGHT, stream_keys, uniform
from astrosim.rules.choices import chosen
from astrosim.rules.perturbation import on_grid
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.network.topology import Network, build_network
from astrosim.systems.threshold.scenario.network_section import Network as Sizes
from astrosim.systems.threshold.scenario.schema import Scenario

KINDS = ("input", "output", "modulatory", "regular", "tonic")
LAYOUTS = {"lattice": False, "relay": True}  # whether a layout is a relay
INPUT, OUTPUT, MODULATORY, REGULAR, TONIC = map(NEURON_KINDS.index, KINDS)


@dataclass(frozen=True)
class Placed:
    """Neurons and their synapses before the first trial.

    Attributes
    ----------
    position : ndarray of float64, shape (neuron, 3), units
    kind : ndarray of int8, shape (neuron,)
        Index into `NEURON_KINDS`.
    cluster : ndarray of int32, shape (neuron,)
    pre, post : ndarray of int32, shape (synapse,)
        In order of creation: by pre, then by post.
    weight : ndarray of float64, shape (synapse,)
    inputs, outputs : ndarray of int32, shape (bit,)
        The neurons that the task uses.
    """

    position: np.ndarray
    kind: np.ndarray
    cluster: np.ndarray
    pre: np.ndarray
    post: np.ndarray
    weight: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray


def place(scenario: Scenario, seed: int) -> Placed:
    """Place and wire the neurons of a resolved scenario, by a seed."""
    if chosen("network.layout", LAYOUTS, scenario.network.layout):
        return _relay(scenario, seed)
    return in_plane(build_network(scenario, seed))


def in_plane(net: Network) -> Placed:
    """Return the neurons of a network in the plane (Murray 2026, section 3.1)."""
    height = np.nan_to_num(net.z)
    return Placed(
        position=np.column_stack([net.position, height]),
        kind=net.kind,
        cluster=net.cluster,
        pre=net.pre,
        post=net.post,
        weight=net.initial_weight.astype(np.float64),
        inputs=net.inputs,
        outputs=net.outputs,
    )


def _relay(scenario: Scenario, seed: int) -> Placed:
    net = scenario.network
    kind = np.concatenate([_kinds(net, cluster) for cluster in range(net.clusters)])
    cluster = np.repeat(np.arange(net.clusters, dtype=np.int32), net.relay_sizes)
    probability = np.array([net.p_between, net.p_within])
    if scenario.system == "published":
        # Reduced to a 32-bit word; the generator of the later experiments is never reduced.
        drawn = _published_draws(float(seed % 2**32), kind == MODULATORY, cluster, probability)
    else:
        drawn = _described_draws(stream_keys(seed), kind == MODULATORY, cluster, probability)
    places, pre, post, shares = drawn
    position = -net.half_width + places * (2.0 * net.half_width)
    position[:, 0] = cluster * net.spacing + position[:, 0]
    weight = -net.initial_weight + shares * (2.0 * net.initial_weight)
    if scenario.system == "described":
        weight = on_grid(weight, scenario.perturbation.limit).astype(np.float64)
    bits = [len(side) for side in scenario.task.patterns[0]]
    inputs, outputs = (
        np.flatnonzero(kind == k)[:n].astype(np.int32) for k, n in zip((INPUT, OUTPUT), bits, strict=True)
    )
    return Placed(position, kind, cluster, pre, post, weight, inputs, outputs)


def _kinds(net: Sizes, cluster: int) -> np.ndarray:
    """Return the kinds of a cluster's neurons in order: modulatory ones, inputs, regular ones, outputs."""
    parts = [(MODULATORY, net.modulatory), (INPUT, net.inputs if cluster == 0 else 0)]
    parts.append((REGULAR, net.regular if cluster < 2 else net.further_regular))
    parts.append((OUTPUT, net.outputs if cluster == 1 else 0))
    return np.repeat([k for k, _ in parts], [n for _, n in parts]).astype(np.int8)


@compiled
def _published_draws(state, closed, cluster, probability):
    """Draw places (1, shape (neuron, 3)), pre, post, and weights (1), places and weights uniform in [0, 1).

    One draw per possible synapse, and a second one if it exists.
    """
    neurons = closed.size
    places = np.empty((neurons, 3))
    for n in range(neurons):
        for axis in range(3):
            state = (state + INCREMENT) % WORD
            places[n, axis] = mulberry(np.uint32(np.int64(state)))
    pre, post, weight = np.empty(neurons**2, np.int32), np.empty(neurons**2, np.int32), np.empty(neurons**2)
    found = 0
    for i in range(neurons):
        for j in range(neurons):
            if i == j or closed[i] or closed[j]:
                continue
            state = (state + INCREMENT) % WORD
            if mulberry(np.uint32(np.int64(state))) < probability[1 if cluster[i] == cluster[j] else 0]:
                state = (state + INCREMENT) % WORD
                pre[found], post[found], weight[found] = i, j, mulberry(np.uint32(np.int64(state)))
                found += 1
    return places, pre[:found].copy(), post[:found].copy(), weight[:found].copy()


@compiled
def _described_draws(keys, closed, cluster, probability):
    """Draw the same from named streams."""
    neurons = closed.size
    places = np.empty((neurons, 3))
    for index in range(3 * neurons):
        places[index // 3, index % 3] = uniform(keys[POSITION], 0, index)
    pre, post, weight = np.empty(neurons**2, np.int32), np.empty(neurons**2, np.int32), np.empty(neurons**2)
    found = 0
    for i in range(neurons):
        for j in range(neurons):
            if i == j or closed[i] or closed[j]:
                continue
            if uniform(keys[SYNAPSE], i, j) < probability[1 if cluster[i] == cluster[j] else 0]:
                pre[found], post[found], weight[found] = i, j, uniform(keys[WEIGHT], 0, found)
                found += 1
    return places, pre[:found].copy(), post[:found].copy(), weight[:found].copy()
