"""The trial loop of keep or revert on receptive fields: propose, evaluate by difference, decide, adapt sigma."""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.decision import keeps
from astrosim.systems.arrays.kernel.trials import evaluate, keep
from astrosim.systems.proposals.deciding import KEPT, TRIED, next_sigma, race_blocks
from astrosim.systems.proposals.likelihood import BLOCK
from astrosim.systems.proposals.proposing import propose

IMAGES, SYNAPSES = range(2)  # places of `counts`


@kernel
def computed(proposal):
    """Return synapses that are recomputed for an image: incoming ones that change, outgoing ones whose change
    matters.
    """
    classes, total = proposal.out_step.shape[1], 0
    for slot in range(proposal.slots[0]):
        if proposal.taps[slot] >= 0:
            total += proposal.taps[slot] + classes
        if proposal.outward[slot]:
            total += classes
    return total


@kernel
def race_through(network, batch, workspace, early):
    """Evaluate a proposal, to the end unless it has gained nothing after `early` blocks.

    Writes: workspace.scratch. Returns the change of the summed reward, float64, and images that it took.
    """
    blocks, evaluated = batch.labels.shape[0], early
    standing, proposal, scratch = workspace.standing, workspace.proposal, workspace.scratch
    gained = evaluate(network, batch, standing, proposal, scratch, 0, early)
    if early < blocks and keeps(gained, 0.0):
        gained += evaluate(network, batch, standing, proposal, scratch, early, blocks)
        evaluated = blocks
    return gained, min(evaluated * BLOCK, batch.images)


@kernel
def count_evaluation(state, proposal, images):
    """Count an evaluation of a proposal on some images. Writes: state.counts."""
    state.counts[IMAGES] += images
    state.counts[SYNAPSES] += images * computed(proposal)


@kernel
def advance(network, batch, params, state, workspace, trial, trials, cap):
    """Carry out trials on one batch, from number `trial` on; sigma stays below `cap`.

    Reads: batch, params. Draws: see `proposing`. Writes: the network's parameters, state, workspace.
    """
    blocks = batch.labels.shape[0]
    early = race_blocks(params.race, blocks)
    for t in range(trial, trial + trials):
        actor = propose(network, params, state, workspace, t)
        gained, images = race_through(network, batch, workspace, early)
        kept = keeps(gained, 0.0)
        if kept:
            keep(network, workspace.standing, workspace.proposal, workspace.scratch, blocks)
        state.sigma[actor] = next_sigma(state.sigma[actor], kept, params, cap)
        state.tally[TRIED, actor] += 1
        state.tally[KEPT, actor] += kept
        count_evaluation(state, workspace.proposal, images)
