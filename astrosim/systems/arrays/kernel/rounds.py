"""Rounds: several astrocytes propose at once, each judged alone against the same standing network (dimensionless).

Their territories share no unit, so that what several of them change of the logits is the sum of what each does. A round
is as many trials as it has proposals. Then, with `joint`, all that gained stand together if together they gain more
than the best of them, else the best alone; with `each`, all that gained, whatever they do together; with `best`, the
best alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel
from astrosim.systems.arrays.kernel.loop import computed, count_evaluation, race_through
from astrosim.systems.arrays.kernel.trials import evaluate, keep
from astrosim.systems.proposals.deciding import race_blocks
from astrosim.systems.proposals.proposing import add_territory, clear
from astrosim.systems.proposals.teams import (
    BEST,
    adapt_team,
    assemble,
    best_of,
    gather_team,
    stands_together,
    winners_of,
)


@kernel
def reassemble(network, batch, params, state, workspace, only, trial):
    """Assemble a proposal and evaluate it on the whole batch; returns the change of the summed reward."""
    assemble(network, params, state, workspace, only, trial)
    blocks = batch.labels.shape[0]
    return evaluate(network, batch, workspace.standing, workspace.proposal, workspace.scratch, 0, blocks)


@kernel
def advance_rounds(network, batch, params, state, workspace, trial, trials, cap):
    """Carry out rounds on one batch, from number `trial` on; `trials` is a multiple of their size.

    Reads: batch, params. Draws: see `proposing`. Writes: the network's parameters, state, workspace.
    """
    blocks, team = batch.labels.shape[0], workspace.team
    early = race_blocks(params.race, blocks)
    for first in range(trial, trial + trials, team.gained.size):
        gather_team(team, params, first)
        for p in range(team.gained.size):
            assemble(network, params, state, workspace, p, first)
            team.gained[p], images = race_through(network, batch, workspace, early)
            count_evaluation(state, workspace.proposal, images)
        winners, kept = winners_of(team.gained), -2
        if winners > 1 and params.accept != BEST:
            gained = reassemble(network, batch, params, state, workspace, -1, first)
            count_evaluation(state, workspace.proposal, batch.images)
            kept = -1 if stands_together(params.accept, gained, team) else -2
        if winners and kept == -2:
            kept = best_of(team.gained)
            reassemble(network, batch, params, state, workspace, kept, first)
        if winners:
            keep(network, workspace.standing, workspace.proposal, workspace.scratch, blocks)
        adapt_team(params, state, team, cap, kept)


class Proposals(NamedTuple):
    """The proposals of a round side by side, for engines that evaluate them in one batch.

    Attributes
    ----------
    unit : ndarray of int64, shape (proposal, unit)
        Units of each territory.
    inward : ndarray of bool, shape (proposal,)
        Whether the incoming side changes, not the outgoing one.
    step : ndarray of float32, shape (proposal, unit, synapse)
    bias_step : ndarray of float32, shape (proposal, unit)
    out_step : ndarray of float32, shape (proposal, unit, class)
    output_bias_step : ndarray of float32, shape (proposal, class)
    computed : ndarray of int64, shape (proposal,)
        Synapses recomputed for an image.
    """

    unit: np.ndarray
    inward: np.ndarray
    step: np.ndarray
    bias_step: np.ndarray
    out_step: np.ndarray
    output_bias_step: np.ndarray
    computed: np.ndarray


def make_proposals(proposals: int, units: int, synapses: int, classes: int) -> Proposals:
    """Return room for the proposals of a round; `units` of each territory."""
    single = np.float32
    return Proposals(
        unit=np.zeros((proposals, units), np.int64),
        inward=np.zeros(proposals, np.bool_),
        step=np.zeros((proposals, units, synapses), single),
        bias_step=np.zeros((proposals, units), single),
        out_step=np.zeros((proposals, units, classes), single),
        output_bias_step=np.zeros((proposals, classes), single),
        computed=np.zeros(proposals, np.int64),
    )


@kernel
def lay_out(network, params, state, workspace, proposals, trial):
    """Copy every member's proposal into its row. Writes: proposals, workspace."""
    team, proposal = workspace.team, workspace.proposal
    for p in range(team.gained.size):
        clear(proposal)
        add_territory(network, params, state, workspace, team.deck[p], trial + p)
        proposals.step[p] = 0.0
        for slot in range(proposal.slots[0]):
            proposals.unit[p, slot] = proposal.unit[slot]
            for k in range(max(proposal.taps[slot], 0)):
                proposals.step[p, slot, proposal.tap[slot, k]] = proposal.step[slot, k]
            proposals.bias_step[p, slot] = proposal.bias_step[slot]
            for c in range(proposal.out_step.shape[1]):
                proposals.out_step[p, slot, c] = proposal.out_step[slot, c]
        for c in range(proposal.output_bias_step.size):
            proposals.output_bias_step[p, c] = proposal.output_bias_step[c]
        proposals.inward[p] = not proposal.outward[0]
        proposals.computed[p] = computed(proposal)
