"""What stays fixed while the published system learns, as arrays for its loops. Spec of the program, sections 1 to 4."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import compiled, inlined
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.network import Network

NONE = c.ASTROCYTES  # stands for nobody in the code of an active set
CODES = (c.ASTROCYTES + 1) ** c.MAX_ACTIVE  # codes of active sets, in score order


class Circuit(NamedTuple):
    """Wiring and task.

    Attributes
    ----------
    label, is_input : ndarray, shape (neuron,)
        int64 and bool.
    pre, post : ndarray of int64, shape (synapse,)
    out_of : ndarray of int64, shape (neuron + 1,)
        The synapses of pre neuron k are out_of[k] .. out_of[k + 1] - 1.
    direct : ndarray of int64, shape (input, output)
        Number of the synapse from a clamped input to an output, or -1.
    patterns, targets : ndarray of uint8, shape (pattern, bit)
    position : ndarray of float64, shape (neuron, 3)
        Units.
    """

    label: np.ndarray
    is_input: np.ndarray
    pre: np.ndarray
    post: np.ndarray
    out_of: np.ndarray
    direct: np.ndarray
    patterns: np.ndarray
    targets: np.ndarray
    position: np.ndarray


class Territories(NamedTuple):
    """Territories of the astrocytes.

    Attributes
    ----------
    labels : ndarray of int64
        Labels of the first astrocyte's neurons, then the second's ...; astrocyte a owns
        labels[label_first[a]:label_first[a + 1]].
    label_first : ndarray of int64, shape (astrocyte + 1,)
    synapses : ndarray of int64
        Likewise their synapses; those of astrocyte a with pre neuron k are
        synapses[synapse_first[a, k]:synapse_first[a, k + 1]].
    synapse_first : ndarray of int64, shape (astrocyte, neuron + 1)
    """

    labels: np.ndarray
    label_first: np.ndarray
    synapses: np.ndarray
    synapse_first: np.ndarray


class Collections(NamedTuple):
    """For every possible active set in score order: which synapses it perturbs, in which order.

    Attributes
    ----------
    size : ndarray of int64, shape (code,)
    collected : ndarray of int16, shape (code, synapse)
        The first `size` entries are synapse numbers.
    place : ndarray of int16, shape (code, input, output)
        Where the direct synapse stands in `collected`; -1 where it does not.
    """

    size: np.ndarray
    collected: np.ndarray
    place: np.ndarray


@inlined
def code_of(active, number):
    """Return the row of `Collections` of the first `number` astrocytes in `active`."""
    base = NONE + 1
    code = active[0]
    code += base * (active[1] if number > 1 else NONE)
    return code + base * base * (active[2] if number > 2 else NONE)


def make_circuit(network: Network, patterns: np.ndarray, targets: np.ndarray) -> Circuit:
    """Return arrays of the network and the task (uint8, shape (pattern, bit))."""
    direct = np.full((c.INPUTS, c.OUTPUTS), -1)
    for number, (pre, post) in enumerate(zip(network.pre, network.post, strict=True)):
        if pre < c.INPUTS and c.INPUTS <= post < c.INPUTS + c.OUTPUTS:
            direct[pre, post - c.INPUTS] = number
    out_of = np.searchsorted(network.pre, np.arange(c.NEURONS + 1))
    is_input = network.kind == 0
    return Circuit(
        network.label, is_input, network.pre, network.post, out_of, direct, patterns, targets, network.position
    )


def make_territories(network: Network) -> Territories:
    """Return territories one after the other."""
    neurons = np.arange(c.NEURONS + 1)
    starts = np.cumsum([0, *map(len, network.territory_synapses)])
    segments = [
        start + np.searchsorted(network.pre[own], neurons)
        for start, own in zip(starts[:-1], network.territory_synapses, strict=True)
    ]
    return Territories(
        np.concatenate(network.territory_labels),
        np.cumsum([0, *map(len, network.territory_labels)]),
        np.concatenate(network.territory_synapses),
        np.array(segments),
    )


def make_collections(territories: Territories, circuit: Circuit) -> Collections:
    """List the collected synapses of every active set of one to three astrocytes, in every score order."""
    synapses = len(circuit.pre)
    size = np.zeros(CODES, dtype=np.int64)
    collected = np.empty((CODES, synapses), dtype=np.int16)
    place = np.full((CODES, c.INPUTS, c.OUTPUTS), -1, dtype=np.int16)
    _collect_all(territories, circuit.direct, size, collected, place)
    return Collections(size, collected, place)


@compiled
def decode(code, active):
    """Write the astrocytes that a code names; returns how many, 0 where it names no active set."""
    number = 0
    for k in range(c.MAX_ACTIVE):
        active[k] = code // (NONE + 1) ** k % (NONE + 1)
        number += active[k] != NONE
    for k in range(number):
        if active[k] == NONE or active[k] in active[:k]:
            return 0
    return number


@compiled
def _collect_all(territories, direct, size, collected, place):
    """Reads territories, direct. Writes size, collected, place."""
    active = np.empty(c.MAX_ACTIVE, dtype=np.int64)
    for code in range(CODES):
        number = decode(code, active)
        if number > 0:
            size[code] = _collect(territories, active[:number], direct, collected[code], place[code])


@compiled
def _collect(territories, active, direct, collected, place):
    """Union of territories: astrocytes in the order given, synapses in number order, each once; returns their count."""
    place_of = np.full(len(collected), -1, dtype=np.int16)
    n = 0
    for a in active:
        for synapse in territories.synapses[territories.synapse_first[a, 0] : territories.synapse_first[a, -1]]:
            if place_of[synapse] < 0:
                place_of[synapse] = n
                collected[n] = synapse
                n += 1
    find_direct(direct, place_of, place)
    return n


@compiled
def find_direct(direct, place_of, place):
    """Write `place` (input, output): where the direct synapses stand in a collected order, -1 where they do not."""
    for i in range(direct.shape[0]):
        for o in range(direct.shape[1]):
            place[i, o] = place_of[direct[i, o]] if direct[i, o] >= 0 else -1
