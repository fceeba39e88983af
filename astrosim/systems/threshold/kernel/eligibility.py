"""The synapses that a trial may change, as blocks of four and masks (bit i: synapse i of the block)."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import SCOPE, below
from astrosim.rules import cursor, scope
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.kernel.workspace import WIDTH
from astrosim.systems.threshold.network.state import BLOCK, CURSOR

FULL_BLOCK = np.uint8(2**BLOCK - 1)
HASH = 11400714819323198485  # odd, near 2^64 / golden ratio: spreads sets of astrocytes over the remembered unions
PROBES = 4  # neighbouring places that are looked at before a remembered union is overwritten


@phase
def is_held(system, rules, state, scratch, neuron):
    """Whether a neuron lies in an active territory, or within the cursor's radius."""
    if rules.learner == CURSOR:
        return cursor.within(
            system.position[neuron, 0] - state.cursor[0],
            system.position[neuron, 1] - state.cursor[1],
            rules.cursor_radius,
        )
    for h in range(system.holder_start[neuron], system.holder_start[neuron + 1]):
        if scratch.is_active[system.holder[h]]:
            return True
    return False


@phase
def _include(scratch, block, mask, blocks):
    """Add synapses of a block to the scope that is being gathered."""
    old = scratch.mask[block]
    scratch.block[blocks] = block
    scratch.mask[block] = old | mask
    return blocks + (old == 0)


@phase
def padded(blocks):
    """Number of blocks rounded up to whole vectors."""
    return (blocks + WIDTH - 1) // WIDTH * WIDTH


@phase
def close_scope(scratch, blocks):
    """Write the masks of the gathered blocks beside them; returns the number of synapses.

    Up to the next multiple of WIDTH the list is filled up with block 0, whose draws nobody uses.
    """
    size = 0
    for k in range(blocks, padded(blocks)):
        scratch.block[k] = 0
        scratch.block_mask[k] = 0
    for k in range(blocks):
        mask = scratch.mask[scratch.block[k]]
        scratch.block_mask[k] = mask
        size += (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1) + ((mask >> 3) & 1)
    return size


@phase
def clear(scratch, blocks):
    """Empty the scope."""
    for k in range(blocks):
        scratch.mask[scratch.block[k]] = 0


@phase
def gather_territories(system, scratch, active):
    """Gather the union of the active territories; returns the number of blocks."""
    blocks = 0
    for k in range(active):
        a = scratch.active[k]
        for b in range(system.block_start[a], system.block_start[a + 1]):
            blocks = _include(scratch, system.block[b], system.block_mask[b], blocks)
    return blocks


@phase
def find_union(system, scratch, active):
    """Place of the union of the active territories among the remembered ones; gathered if it is not known.

    Reads: scratch.active. Writes: scratch.key, scratch.union_*; scratch.mask, block and block_mask (left empty).
    """
    first = _make_key(scratch, active)
    for probe in range(PROBES):
        place = (first + probe) % scratch.union_blocks.size
        if scratch.union_blocks[place] < 0:
            break
        known = True
        for k in range(scratch.key.size):
            known = known and scratch.union_key[place, k] == scratch.key[k]
        if known:
            return place
    blocks = gather_territories(system, scratch, active)
    scratch.union_size[place] = close_scope(scratch, blocks)
    scratch.union_blocks[place] = blocks
    for k in range(padded(blocks)):
        scratch.union_block[place, k] = scratch.block[k]
        scratch.union_mask[place, k] = scratch.block_mask[k]
    for k in range(scratch.key.size):
        scratch.union_key[place, k] = scratch.key[k]
    clear(scratch, blocks)
    return place


@phase
def _make_key(scratch, active):
    """Write the active astrocytes in ascending order to scratch.key; returns the first place to look at."""
    for k in range(scratch.key.size):
        a = scratch.active[k] if k < active else NOBODY
        place = k
        while a != NOBODY and place and scratch.key[place - 1] > a:
            scratch.key[place] = scratch.key[place - 1]
            place -= 1
        scratch.key[place] = a
    mixed = np.uint64(0)
    for k in range(active):
        mixed = (mixed + np.uint64(scratch.key[k] + 1)) * np.uint64(HASH)
    return np.int64((mixed >> np.uint64(32)) % np.uint64(scratch.union_blocks.size))


@phase
def gather_cursor(system, rules, state, scratch):
    """Gather the synapses that leave or reach a neuron near the cursor; returns the number of blocks."""
    blocks = 0
    for neuron in range(system.first.size - 1):
        if is_held(system, rules, state, scratch, neuron):
            for s in range(system.first[neuron], system.first[neuron + 1]):
                blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
            for k in range(system.arrival_start[neuron], system.arrival_start[neuron + 1]):
                s = system.arrival[k]
                blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
    return blocks


@phase
def gather_chance(system, rules, scratch, trial, active):
    """Gather synapses anywhere: as many as the active territories hold, one, or all. Returns the number of blocks.

    Draws: stream `scope`.
    """
    key, synapses, blocks = system.keys[SCOPE], system.post.size, 0
    if rules.scope == scope.SINGLE:
        if synapses:
            s = below(key, trial, 0, synapses)
            blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
    elif rules.scope == scope.GLOBAL:
        for block in range(scratch.mask.size):
            last = synapses - block * BLOCK
            blocks = _include(scratch, block, FULL_BLOCK if last >= BLOCK else np.uint8((1 << last) - 1), blocks)
    elif rules.scope == scope.RANDOM:
        count = scratch.union_size[find_union(system, scratch, active)]
        scope.sample(key, trial, count, scratch.deck, scratch.partner)
        for k in range(count):
            s = scratch.deck[k]
            blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
        scope.undo(count, scratch.deck, scratch.partner)
    else:
        raise ValueError("perturbation.scope: a rule without synapses")
    return blocks
