"""A proposal evaluated by difference, and what becomes of it (dimensionless, float32).

The cost of an evaluation follows the units and synapses that change, whatever the size of the network. Both engines
take the incremental sums for the definition; every batch begins with `refresh`, from scratch.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.systems.arrays.kernel.passes import (
    added,
    check_kind,
    pixel_weights,
    response_changes,
    responses,
    rewards_of,
    weighted,
)
from astrosim.systems.proposals.likelihood import BLOCK, copied, folded, spread, valid_in


@kernel
def refresh(net, batch, every, standing, scratch):
    """Compute everything from scratch. every: int32, all numbers of synapses. Writes: standing. Returns the mean
    reward."""
    check_kind(net.kind)
    units, classes = net.outgoing.shape
    blocks, synapses, total = batch.labels.shape[0], net.taps.shape[1], 0.0
    for block in range(blocks):
        logits = standing.logits[block]
        for c in range(classes):
            for b in range(BLOCK):
                logits[c, b] = net.output_bias[c]
        for h in range(units):
            constant = pixel_weights(
                net, h, every, net.incoming[h], synapses, net.bias[h], scratch.pixel, scratch.weight
            )
            sums = standing.sums[h, block]
            weighted(batch.pixels, block, scratch.pixel, scratch.weight, synapses, constant, sums)
            responses(net.kind, sums, scratch.after)
            spread(net.outgoing[h], scratch.after, logits)
        rewards_of(net.reward, logits, batch, block, scratch.top, scratch.total, scratch.own, standing.rewards)
        total += folded(standing.rewards, None, block, valid_in(batch.images, block), scratch.top)
    return total / batch.images


@phase
def changed_logits(net, standing, proposal, scratch, block, logits):
    """Add what the proposal changes to a block's logits. Reads: scratch.sums. Writes: logits (class, BLOCK)."""
    for slot in range(proposal.slots[0]):
        h = proposal.unit[slot]
        if proposal.taps[slot] < 0:
            responses(net.kind, standing.sums[h, block], scratch.after)
        else:
            response_changes(
                net.kind, standing.sums[h, block], scratch.sums[slot, block], scratch.after, scratch.before
            )
            spread(net.outgoing[h], scratch.before, logits)
        if proposal.outward[slot]:
            spread(proposal.out_step[slot], scratch.after, logits)
    for c in range(proposal.output_bias_step.size):
        w = proposal.output_bias_step[c]
        if w != 0.0:
            for b in range(BLOCK):
                logits[c, b] += w


@kernel
def penalty_change(net, proposal):
    """Change of the penalty on weights, for each image, by a proposal that has no synapse twice; float64."""
    total = 0.0
    if net.l2 == 0.0:
        return total
    for slot in range(proposal.slots[0]):
        h = proposal.unit[slot]
        for k in range(max(proposal.taps[slot], 0)):
            step = np.float64(proposal.step[slot, k])
            total += step * (2.0 * net.incoming[h, proposal.tap[slot, k]] + step)
        if proposal.outward[slot]:
            for c in range(net.outgoing.shape[1]):
                step = np.float64(proposal.out_step[slot, c])
                total += step * (2.0 * net.outgoing[h, c] + step)
    return 0.5 * net.l2 * total


@kernel
def evaluate(net, batch, standing, proposal, scratch, first, stop):
    """Change of the summed reward over the blocks first .. stop - 1. Writes: scratch.

    Returns the sum over images of reward after minus reward before, float64, the penalty on weights included.
    """
    gained, penalty = 0.0, penalty_change(net, proposal)
    for block in range(first, stop):
        for slot in range(proposal.slots[0]):
            count = proposal.taps[slot]
            if count >= 0:
                h = proposal.unit[slot]
                constant = pixel_weights(
                    net, h, proposal.tap[slot], proposal.step[slot], count, proposal.bias_step[slot],
                    scratch.pixel, scratch.weight,
                )  # fmt: skip
                weighted(batch.pixels, block, scratch.pixel, scratch.weight, count, constant, scratch.change)
                added(standing.sums[h, block], scratch.change, scratch.sums[slot, block])
        copied(standing.logits[block], scratch.logits)
        changed_logits(net, standing, proposal, scratch, block, scratch.logits)
        rewards_of(net.reward, scratch.logits, batch, block, scratch.top, scratch.total, scratch.own, scratch.rewards)
        valid = valid_in(batch.images, block)
        gained += folded(scratch.rewards, standing.rewards, block, valid, scratch.top) - penalty * valid
    return gained


@kernel
def keep(net, standing, proposal, scratch, blocks):
    """Make an evaluated proposal the standing state. Reads: scratch. Writes: standing, the network's parameters."""
    for block in range(blocks):
        changed_logits(net, standing, proposal, scratch, block, standing.logits[block])
        for b in range(BLOCK):
            standing.rewards[block, b] = scratch.rewards[block, b]
    for slot in range(proposal.slots[0]):
        h = proposal.unit[slot]
        if proposal.taps[slot] >= 0:
            for block in range(blocks):
                for b in range(BLOCK):
                    standing.sums[h, block, b] = scratch.sums[slot, block, b]
            for k in range(proposal.taps[slot]):
                net.incoming[h, proposal.tap[slot, k]] += proposal.step[slot, k]
            net.bias[h] += proposal.bias_step[slot]
        if proposal.outward[slot]:
            for c in range(net.outgoing.shape[1]):
                net.outgoing[h, c] += proposal.out_step[slot, c]
    for c in range(net.outgoing.shape[1]):
        net.output_bias[c] += proposal.output_bias_step[c]


@kernel
def answers(net, batch, every, standing, scratch, best):
    """Find the class that the network names for each image, the first of equal ones.

    Reads: net, batch. Writes: standing (everything from scratch), best (int32, shape (block, BLOCK)). Returns the mean
    reward.
    """
    reward = refresh(net, batch, every, standing, scratch)
    for block in range(best.shape[0]):
        for b in range(BLOCK):
            best[block, b] = 0
            for c in range(1, net.outgoing.shape[1]):
                if standing.logits[block, c, b] > standing.logits[block, best[block, b], b]:
                    best[block, b] = c
    return reward
