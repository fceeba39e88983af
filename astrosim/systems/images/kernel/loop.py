"""The trial loop of keep or revert on receptive fields: propose, evaluate by difference, decide, adapt sigma."""

from __future__ import annotations

from typing import NamedTuple

from astrosim.core.jit import kernel
from astrosim.systems.images.kernel.arrays import BLOCK
from astrosim.systems.images.kernel.proposing import propose
from astrosim.systems.images.kernel.trials import evaluate, keep

TRIED, KEPT = range(2)  # rows of `tally`
IMAGES, SYNAPSES = range(2)  # places of `counts`


class Rule(NamedTuple):
    """How proposals are made and judged.

    Attributes
    ----------
    scope : int
        One of `SCOPES`.
    grow, shrink : float
        Factors on sigma after a proposal was kept, or reverted.
    race : float
        Part of the batch's blocks after which a proposal that has gained nothing is dropped; 1: never.
    """

    scope: int
    grow: float
    shrink: float
    race: float


@kernel
def race_blocks(race, blocks):
    """Blocks before a proposal may be dropped; all of them if the race is off."""
    return min(blocks, max(1, int(race * blocks))) if race < 1.0 else blocks


@kernel
def next_sigma(sigma, kept, rule, cap):
    """An astrocyte's sigma after a trial of its own."""
    return min(sigma * (rule.grow if kept else rule.shrink), cap)


@kernel
def computed(proposal):
    """Synapses that are computed anew for an image: incoming ones that change, outgoing ones whose change matters."""
    classes, total = proposal.out_step.shape[1], 0
    for slot in range(proposal.slots[0]):
        if proposal.taps[slot] >= 0:
            total += proposal.taps[slot] + classes
        if proposal.outward[slot]:
            total += classes
    return total


@kernel
def race_through(net, batch, standing, proposal, scratch, early):
    """Evaluate a proposal, to the end unless it has gained nothing after `early` blocks.

    Writes: scratch. Returns the change of the summed reward, float64, and images that it took.
    """
    blocks = batch.labels.shape[0]
    gained = evaluate(net, batch, standing, proposal, scratch, 0, early)
    evaluated = early
    if early < blocks and gained > 0.0:
        gained += evaluate(net, batch, standing, proposal, scratch, early, blocks)
        evaluated = blocks
    return gained, min(evaluated * BLOCK, batch.images)


@kernel
def advance(
    net, batch, standing, proposal, scratch, owned, sigma, steps, rule, keys, trial, trials, cap, normal, tally, counts
):
    """Carry out trials on one batch.

    Reads: batch, owned (int64, shape (astrocyte, unit)), keys. Draws: see `proposing`.
    Writes: net, standing, sigma (float64, shape (astrocyte,)), tally (int64, shape (2, astrocyte)), counts (int64,
    shape (2,)), and its scratch arrays.
    """
    blocks = batch.labels.shape[0]
    early = race_blocks(rule.race, blocks)
    for t in range(trial, trial + trials):
        actor = propose(rule.scope, proposal, owned, net.taps.shape[1], sigma, steps, keys, t, normal)
        gained, images = race_through(net, batch, standing, proposal, scratch, early)
        kept = gained > 0.0
        if kept:
            keep(net, standing, proposal, scratch, blocks)
        sigma[actor] = next_sigma(sigma[actor], kept, rule, cap)
        tally[TRIED, actor] += 1
        tally[KEPT, actor] += kept
        counts[IMAGES] += images
        counts[SYNAPSES] += images * computed(proposal)
