"""Working memory of trials on receptive fields (dimensionless; float32 unless said otherwise)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.systems.arrays.kernel.arrays import Batch
from astrosim.systems.proposals.likelihood import BLOCK
from astrosim.systems.proposals.state import Proposal, Team


class Standing(NamedTuple):
    """Responses of the current network to a batch; every proposal is evaluated by difference to it.

    Attributes
    ----------
    sums : ndarray, shape (unit, block, BLOCK)
        Hidden sums, biases included.
    logits : ndarray, shape (block, class, BLOCK)
    rewards : ndarray, shape (block, BLOCK)
    """

    sums: np.ndarray
    logits: np.ndarray
    rewards: np.ndarray


class Scratch(NamedTuple):
    """Responses under a proposal, for the case that it is kept, and room for one block.

    Attributes
    ----------
    sums : ndarray, shape (slot, block, BLOCK)
    rewards : ndarray, shape (block, BLOCK)
    logits : ndarray, shape (class, BLOCK)
    change, before, after, top, total, own : ndarray, shape (BLOCK,)
    pixel : ndarray of int32, shape (synapse,)
    weight : ndarray, shape (synapse,)
    """

    sums: np.ndarray
    rewards: np.ndarray
    logits: np.ndarray
    change: np.ndarray
    before: np.ndarray
    after: np.ndarray
    top: np.ndarray
    total: np.ndarray
    own: np.ndarray
    pixel: np.ndarray
    weight: np.ndarray


class Workspace(NamedTuple):
    """Working memory: holds nothing that a later batch depends on.

    Attributes
    ----------
    every : ndarray of int32, shape (synapse,)
        All numbers of a unit's synapses.
    standing : Standing
    proposal : Proposal
    scratch : Scratch
    normal : ndarray, shape (draw,)
        N(0, 1) numbers of a proposal.
    team : Team
    """

    every: np.ndarray
    standing: Standing
    proposal: Proposal
    scratch: Scratch
    normal: np.ndarray
    team: Team


def make_standing(units: int, classes: int, blocks: int) -> Standing:
    """Return room for what a network makes of a batch."""
    return Standing(
        np.zeros((units, blocks, BLOCK), np.float32),
        np.zeros((blocks, classes, BLOCK), np.float32),
        np.zeros((blocks, BLOCK), np.float32),
    )


def make_scratch(slots: int, synapses: int, classes: int, blocks: int) -> Scratch:
    """Return room for an evaluation of proposals of that size."""

    def line() -> np.ndarray:
        return np.zeros(BLOCK, np.float32)

    return Scratch(
        sums=np.zeros((slots, blocks, BLOCK), np.float32),
        rewards=np.zeros((blocks, BLOCK), np.float32),
        logits=np.zeros((classes, BLOCK), np.float32),
        change=line(),
        before=line(),
        after=line(),
        top=line(),
        total=line(),
        own=line(),
        pixel=np.zeros(synapses, np.int32),
        weight=np.zeros(synapses, np.float32),
    )


def fitted(workspace: Workspace, batch: Batch) -> Workspace:
    """Return a workspace with room for the blocks of a batch: the same one if it has it."""
    blocks = len(batch.labels)
    if len(workspace.standing.rewards) == blocks:
        return workspace
    slots, synapses = workspace.proposal.tap.shape
    units, classes = len(workspace.standing.sums), workspace.proposal.output_bias_step.size
    return workspace._replace(
        standing=make_standing(units, classes, blocks), scratch=make_scratch(slots, synapses, classes, blocks)
    )
