"""Workspace of windowed trials: the current responses to every pattern, and the changes that a trial follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.rules import window
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.network.state import BLOCK, KernelNetwork


class ResponseCache(NamedTuple):
    """Workspace of windowed trials; holds nothing that a later stretch of trials depends on."""

    bit_of: np.ndarray  # int32 (neuron,): output bit, NOBODY for others
    read_start: np.ndarray  # int64 (neuron + 1,)
    read: np.ndarray  # int32 (synapse onto an output,): those of each neuron
    matters: np.ndarray  # uint8 (block,): mask of the synapses that can change an output at all
    sums: np.ndarray  # float64 (pattern, cycle, neuron): standing summed inputs of all cycles but the last
    fired: np.ndarray  # bool (pattern, cycle, neuron): neurons that fire before each cycle
    output: np.ndarray  # float64 (pattern, bit): standing summed inputs of the outputs, 0 if silenced
    reward: np.ndarray  # float64 (pattern,): standing rewards
    right: np.ndarray  # int64 (pattern,): output bits that are right
    whole_sums: np.ndarray  # float64 (cycle, neuron): of one whole pass
    whole_fired: np.ndarray  # bool (cycle + 1, neuron)
    window: np.ndarray  # int64 (pattern of the window,)
    deck: np.ndarray  # int32 (pattern,): patterns, from which a window is sampled
    acting: np.ndarray  # int32 (astrocyte,): those that are not silenced, ascending
    partner: np.ndarray  # uint32 (most draws of a sample, in blocks of four): see `rules.scope.sample`
    changed: np.ndarray  # int32 (synapse,): perturbed synapses that matter
    change: np.ndarray  # float64 (synapse,)
    delta: np.ndarray  # float64 (neuron,): 0 outside a pass
    touched: np.ndarray  # int32 (neuron,)
    is_touched: np.ndarray  # bool (neuron,): False outside a pass
    flip: np.ndarray  # int32 (2, neuron): neurons whose firing a trial changes, cycle after cycle
    is_flipped: np.ndarray  # bool (neuron,): False outside a pass
    after: np.ndarray  # float64 (bit,)
    trial_reward: np.ndarray  # float64 (pattern of the window,)
    order: np.ndarray  # int64 (pattern of the window,): of evaluation
    standing_reward: np.ndarray  # float64 (pattern of the window,)
    shown: np.ndarray  # float64 (pattern of the window, 2): binary and soft standing rewards


def make_response_cache(network: KernelNetwork, cycles: int, patterns_a_trial: int) -> ResponseCache:
    """Allocate the cache for a network. Re-allocate it after an intervention changes the network or its task."""
    neurons, synapses, bits = network.first.size - 1, network.post.size, network.outputs.size
    patterns, astrocytes = len(network.patterns), network.acts.size
    shown = window.window_size(patterns_a_trial, patterns)
    bit_of = np.full(neurons, NOBODY, np.int32)
    bit_of[network.outputs] = np.arange(bits)
    read = np.flatnonzero(bit_of[network.post] != NOBODY).astype(np.int32)
    room = -(-max(shown, astrocytes) // BLOCK) * BLOCK
    return ResponseCache(
        bit_of=bit_of,
        read_start=np.searchsorted(read, network.first).astype(np.int64),
        read=read,
        matters=_blocks_that_matter(network, cycles),
        sums=np.zeros((patterns, cycles - 1, neurons)),
        fired=np.zeros((patterns, cycles, neurons), np.bool_),
        output=np.zeros((patterns, bits)),
        reward=np.zeros(patterns),
        right=np.zeros(patterns, np.int64),
        whole_sums=np.zeros((cycles, neurons)),
        whole_fired=np.zeros((cycles + 1, neurons), np.bool_),
        window=np.zeros(shown, np.int64),
        deck=np.arange(patterns, dtype=np.int32),
        acting=np.flatnonzero(network.acts).astype(np.int32),
        partner=np.zeros(room, np.uint32),
        changed=np.zeros(synapses, np.int32),
        change=np.zeros(synapses),
        delta=np.zeros(neurons),
        touched=np.zeros(neurons, np.int32),
        is_touched=np.zeros(neurons, np.bool_),
        flip=np.zeros((2, neurons), np.int32),
        is_flipped=np.zeros(neurons, np.bool_),
        after=np.zeros(bits),
        trial_reward=np.zeros(shown),
        order=np.zeros(shown, np.int64),
        standing_reward=np.zeros(shown),
        shown=np.zeros((shown, 2)),
    )


def _blocks_that_matter(network: KernelNetwork, cycles: int) -> np.ndarray:
    """Return the synapses over which a cycle may carry signal on a path to an output: masks, uint8, shape (block,).

    Neurons that may fire only grow in number from cycle to cycle, so that memory of earlier cycles adds none.
    """
    neurons, synapses = network.first.size - 1, network.post.size
    source = np.zeros(neurons, bool)
    source[network.inputs] = source[network.tonic] = True
    fired = [source]
    for _ in range(cycles - 1):
        reached = source.copy()
        reached[network.post[fired[-1][network.pre]]] = True
        fired.append(reached)
    heard = np.zeros(neurons, bool)
    heard[network.outputs] = True
    matters = np.zeros(synapses, bool)
    for cycle in range(cycles - 1, -1, -1):
        matters |= fired[cycle][network.pre] & heard[network.post]
        heard_before = np.zeros(neurons, bool)
        heard_before[network.pre[heard[network.post]]] = True
        heard = heard_before
    masks = np.zeros(-(-synapses // BLOCK), np.uint8)
    found = np.flatnonzero(matters)
    np.bitwise_or.at(masks, found // BLOCK, (1 << (found % BLOCK)).astype(np.uint8))
    return masks
