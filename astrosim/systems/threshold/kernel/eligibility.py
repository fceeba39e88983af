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
PROBES = 4  # neighbouring places that are searched before a remembered union is overwritten


@phase
def is_held(network, params, state, workspace, neuron):
    """Return whether a neuron lies in an active territory, or within the cursor's radius."""
    if params.learner == CURSOR:
        return cursor.within(
            network.position[neuron, 0] - state.cursor[0],
            network.position[neuron, 1] - state.cursor[1],
            params.cursor.radius,
        )
    for h in range(network.holder_start[neuron], network.holder_start[neuron + 1]):
        if workspace.is_active[network.holder[h]]:
            return True
    return False


@phase
def _include(workspace, block, mask, blocks):
    """Add synapses of a block to the scope that is being gathered; returns the number of blocks."""
    old = workspace.mask[block]
    workspace.block[blocks] = block
    workspace.mask[block] = old | mask
    return blocks + (old == 0)


@phase
def padded(blocks):
    """Return the number of blocks rounded up to whole vectors."""
    return (blocks + WIDTH - 1) // WIDTH * WIDTH


@phase
def close_scope(workspace, blocks):
    """Write the masks of the gathered blocks beside them; returns the number of synapses.

    Up to the next multiple of WIDTH the list is filled up with block 0, whose draws are not used.
    """
    size = 0
    for k in range(blocks, padded(blocks)):
        workspace.block[k] = 0
        workspace.block_mask[k] = 0
    for k in range(blocks):
        mask = workspace.mask[workspace.block[k]]
        workspace.block_mask[k] = mask
        size += (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1) + ((mask >> 3) & 1)
    return size


@phase
def clear(workspace, blocks):
    """Clear the scope."""
    for k in range(blocks):
        workspace.mask[workspace.block[k]] = 0


@phase
def gather_territories(network, workspace, active):
    """Gather the union of the active territories; returns the number of blocks."""
    blocks = np.int64(0)
    for k in range(active):
        a = workspace.active[k]
        for b in range(network.block_start[a], network.block_start[a + 1]):
            blocks = _include(workspace, np.int64(network.block[b]), network.block_mask[b], blocks)
    return blocks


@phase
def find_union(network, workspace, active):
    """Return the place of the union of the active territories among the remembered ones; gather it if it is new.

    Reads: workspace.active. Writes: workspace.key, union_*; workspace.mask, block and block_mask (left empty).
    """
    first = _make_key(workspace, active)
    for probe in range(PROBES):
        place = (first + probe) % workspace.union_blocks.size
        if workspace.union_blocks[place] < 0:
            break
        known = True
        for k in range(workspace.key.size):
            known = known and workspace.union_key[place, k] == workspace.key[k]
        if known:
            return place
    blocks = gather_territories(network, workspace, active)
    workspace.union_size[place] = close_scope(workspace, blocks)
    workspace.union_blocks[place] = blocks
    for k in range(padded(blocks)):
        workspace.union_block[place, k] = workspace.block[k]
        workspace.union_mask[place, k] = workspace.block_mask[k]
    for k in range(workspace.key.size):
        workspace.union_key[place, k] = workspace.key[k]
    clear(workspace, blocks)
    return place


@phase
def _make_key(workspace, active):
    """Write the active astrocytes in ascending order to workspace.key; returns the first place to search."""
    for k in range(workspace.key.size):
        a = workspace.active[k] if k < active else NOBODY
        place = k
        while a != NOBODY and place and workspace.key[place - 1] > a:
            workspace.key[place] = workspace.key[place - 1]
            place -= 1
        workspace.key[place] = a
    mixed = np.uint64(0)
    for k in range(active):
        mixed = (mixed + np.uint64(workspace.key[k] + 1)) * np.uint64(HASH)
    return np.int64((mixed >> np.uint64(32)) % np.uint64(workspace.union_blocks.size))


@phase
def gather_cursor(network, params, state, workspace):
    """Gather the synapses that leave or reach a neuron near the cursor; returns the number of blocks."""
    blocks = np.int64(0)
    for neuron in range(network.first.size - 1):
        if is_held(network, params, state, workspace, neuron):
            for s in range(network.first[neuron], network.first[neuron + 1]):
                blocks = _include(workspace, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
            for k in range(network.arrival_start[neuron], network.arrival_start[neuron + 1]):
                arriving = np.int64(network.arrival[k])
                blocks = _include(workspace, arriving // BLOCK, np.uint8(1 << (arriving % BLOCK)), blocks)
    return blocks


@phase
def gather_chance(network, params, workspace, trial, active):
    """Gather synapses anywhere: as many as the active territories hold, one, or all. Returns the number of blocks.

    Draws: stream `scope`.

    Raises
    ------
    ValueError
        If the scope is not by chance.
    """
    key, synapses, blocks = params.keys[SCOPE], network.post.size, np.int64(0)
    if params.perturbation.scope == scope.SINGLE:
        if synapses:
            s = np.int64(below(key, trial, 0, synapses))
            blocks = _include(workspace, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
    elif params.perturbation.scope == scope.GLOBAL:
        for block in range(workspace.mask.size):
            last = synapses - block * BLOCK
            blocks = _include(workspace, block, FULL_BLOCK if last >= BLOCK else np.uint8((1 << last) - 1), blocks)
    elif params.perturbation.scope == scope.RANDOM:
        count = workspace.union_size[find_union(network, workspace, active)]
        scope.sample(key, trial, count, workspace.deck, workspace.partner)
        for k in range(count):
            s = np.int64(workspace.deck[k])
            blocks = _include(workspace, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
        scope.undo(count, workspace.deck, workspace.partner)
    else:
        raise ValueError("perturbation.scope: a rule without synapses")
    return blocks
