"""Workspace of the kernel: holds nothing that a later trial depends on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.store.variables import NOBODY
from astrosim.systems.population import state as population
from astrosim.systems.threshold.network.state import BLOCK, KernelNetwork

BINARY_SUM, SOFT_SUM, KEPT_SUM, REVERTED_SUM, ELIGIBLE_SUM = range(5)  # places in `Workspace.total`
WIDTH = 16  # blocks that are drawn side by side: float32 lanes of a 512-bit vector
UNIONS = 256  # remembered unions of territories, at most: all 92 sets of up to three of eight astrocytes
SPARE = 2  # places per astrocyte if each acts alone: few then share one
UNION_ROOM = 2**22  # blocks that remembered unions may take together: 20 MiB


class Workspace(NamedTuple):
    """Arrays that the kernel works in, among them the fields of `population.Workspace`."""

    sum: np.ndarray  # float64 (astrocyte,): contributions to its score by neurons that fired
    near_value: np.ndarray  # float64 (near,): contribution of a neuron that fires to the sum of an astrocyte near it
    near_kept: np.ndarray  # int64 (neuron,): number of kept perturbations when its values were computed
    touched: np.ndarray  # int32 (astrocyte,): astrocytes with a score above 0, or all where they are coupled
    own_score: np.ndarray  # float64 (astrocyte,): score without the contribution of calcium
    is_active: np.ndarray  # bool (astrocyte,)
    active: np.ndarray  # int32 (slot,)
    explored: np.ndarray  # bool (slot,)
    word: np.ndarray  # uint32 (astrocytes rounded up to blocks,): exploration draws
    word_trial: np.ndarray  # int64 (blocks of astrocytes,): the trial they belong to
    activation: np.ndarray  # float64 (neuron,)
    before: np.ndarray  # float64 (bit,)
    after: np.ndarray  # float64 (bit,)
    mask: np.ndarray  # uint8 (blocks,): which synapses of each block are in the scope that is being gathered
    block: np.ndarray  # int32 (blocks,): the blocks of that scope
    block_mask: np.ndarray  # uint8 (blocks,): their masks
    part_mask: np.ndarray  # uint8 (blocks,): of the scope that was kept, the synapses that take part
    step: np.ndarray  # float32 (4, blocks)
    key: np.ndarray  # int32 (slot,): the active astrocytes, ascending
    union_key: np.ndarray  # int32 (union, slot): sets of active astrocytes whose union is remembered
    union_blocks: np.ndarray  # int64 (union,): number of blocks, -1 where no union is remembered
    union_size: np.ndarray  # int64 (union,): number of synapses
    union_block: np.ndarray  # int32 (union, room)
    union_mask: np.ndarray  # uint8 (union, room)
    deck: np.ndarray  # int32 (synapse,): only for the random scope, else empty
    partner: np.ndarray  # uint32 (synapses rounded up to blocks,): likewise; see `rules.scope.sample`
    total: np.ndarray  # float64 (5,): sums over a measured episode


class Log(NamedTuple):
    """Rows of `Decisions` that a stretch of trials fills in."""

    pattern: np.ndarray  # uint16 (trial,)
    decision: np.ndarray  # int8 (trial,)
    active: np.ndarray  # int32 (trial, slot)


def make_workspace(network: KernelNetwork, max_active: int, random_scope: bool) -> Workspace:
    """Allocate the workspace for a network."""
    astrocytes, neurons, synapses = network.size.size, network.first.size - 1, network.post.size
    blocks = -(-synapses // BLOCK)
    room = WIDTH + min(blocks, max_active * int(np.diff(network.block_start).max(initial=0)))
    wanted = max(UNIONS, SPARE * astrocytes) if max_active == 1 else UNIONS
    unions = max(1, min(wanted, UNION_ROOM // max(room, 1)))
    return Workspace(
        sum=np.zeros(astrocytes),
        near_value=np.ones(network.near.size),
        near_kept=np.full(neurons, -1, np.int64),
        own_score=np.zeros(astrocytes),
        is_active=np.zeros(astrocytes, np.bool_),
        activation=np.zeros(neurons),
        before=np.zeros(network.outputs.size),
        after=np.zeros(network.outputs.size),
        mask=np.zeros(blocks, np.uint8),
        block=np.zeros(blocks + WIDTH, np.int32),  # filled up to whole vectors, and written one place ahead
        block_mask=np.zeros(blocks + WIDTH, np.uint8),
        part_mask=np.zeros(blocks + WIDTH, np.uint8),
        step=np.zeros((BLOCK, blocks + WIDTH), np.float32),
        key=np.full(max_active, NOBODY, np.int32),
        union_key=np.full((unions, max_active), NOBODY, np.int32),
        union_blocks=np.full(unions, -1, np.int64),
        union_size=np.zeros(unions, np.int64),
        union_block=np.zeros((unions, room), np.int32),
        union_mask=np.zeros((unions, room), np.uint8),
        deck=np.arange(synapses if random_scope else 0, dtype=np.int32),
        partner=np.zeros(blocks * BLOCK if random_scope else 0, np.uint32),
        total=np.zeros(5),
        **population.make_workspace(astrocytes, max_active)._asdict(),
    )
