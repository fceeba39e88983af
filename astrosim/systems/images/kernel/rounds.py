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
from astrosim.rules.scope import sample
from astrosim.systems.images.kernel.loop import (
    IMAGES,
    KEPT,
    SYNAPSES,
    TRIED,
    computed,
    next_sigma,
    race_blocks,
    race_through,
)
from astrosim.systems.images.kernel.proposing import TEAM, add_territory, clear
from astrosim.systems.images.kernel.trials import evaluate, keep

BEST, EACH, JOINT = range(3)
ACCEPT = {"best": BEST, "each": EACH, "joint": JOINT}


class Team(NamedTuple):
    """Who act in a round, and what each gained.

    Attributes
    ----------
    deck : ndarray of int32, shape (astrocyte,)
        All astrocytes; those that act in the first places.
    partner : ndarray of uint32
        Where places were exchanged to.
    gained : ndarray of float64, shape (proposal,)
        Change of the summed reward by each alone.
    """

    deck: np.ndarray
    partner: np.ndarray
    gained: np.ndarray


def make_team(astrocytes: int, proposals: int) -> Team:
    """Room for rounds."""
    room = (proposals + 3) // 4 * 4
    return Team(np.arange(astrocytes, dtype=np.int32), np.zeros(room, np.uint32), np.zeros(proposals))


@kernel
def gather_team(team, keys, trial):
    """Draw who act: the first places of team.deck. Draws: stream `field_team`."""
    for a in range(team.deck.size):
        team.deck[a] = a
    sample(keys[TEAM], trial, team.gained.size, team.deck, team.partner)


@kernel
def best_of(gained):
    """Place of the largest gain, the first of equal ones."""
    best = 0
    for p in range(1, gained.size):
        if gained[p] > gained[best]:
            best = p
    return best


@kernel
def winners_of(gained):
    """How many gained anything."""
    count = 0
    for p in range(gained.size):
        count += gained[p] > 0.0
    return count


@kernel
def assemble(proposal, team, only, owned, synapses, sigma, steps, keys, trial, normal):
    """The proposal of one member (`only`, a place), or with -1 of all that gained."""
    clear(proposal)
    for p in range(team.gained.size):
        if p == only or (only < 0 and team.gained[p] > 0.0):
            add_territory(proposal, team.deck[p], owned, synapses, sigma, steps, keys, trial + p, normal)


@kernel
def stands_together(accept, gained, team):
    """Whether those that gained alone stand together, given the change of the summed reward by all of them."""
    if accept == BEST:
        return False
    if accept == EACH:
        return True
    if accept == JOINT:
        return gained > team.gained[best_of(team.gained)]
    raise ValueError("decision.accept: a rule without a formula")


@kernel
def adapt_team(sigma, team, rule, cap, tally, kept):
    """Sigma follows what each gained alone; `kept`: the place that stands, -1: all that gained, -2: none."""
    for p in range(team.gained.size):
        actor, gained = team.deck[p], team.gained[p] > 0.0
        sigma[actor] = next_sigma(sigma[actor], gained, rule, cap)
        tally[TRIED, actor] += 1
        tally[KEPT, actor] += p == kept or (kept == -1 and gained)


@kernel
def advance_rounds(
    net, batch, standing, proposal, scratch, owned, sigma, steps, rule, accept, keys, trial, trials, cap, normal, tally,
    counts, team,
):  # fmt: skip
    """Carry out rounds on one batch; `trials` is a multiple of their size.

    Reads: batch, owned (int64, shape (astrocyte, unit)), keys. Draws: see `proposing`.
    Writes: net, standing, sigma (float64, shape (astrocyte,)), tally (int64, shape (2, astrocyte)), counts (int64,
    shape (2,)), team, and its scratch arrays.
    """
    blocks, synapses, size = batch.labels.shape[0], net.taps.shape[1], team.gained.size
    early = race_blocks(rule.race, blocks)
    for first in range(trial, trial + trials, size):
        gather_team(team, keys, first)
        for p in range(size):
            assemble(proposal, team, p, owned, synapses, sigma, steps, keys, first, normal)
            team.gained[p], images = race_through(net, batch, standing, proposal, scratch, early)
            counts[IMAGES] += images
            counts[SYNAPSES] += images * computed(proposal)
        winners, kept = winners_of(team.gained), -2
        if winners > 1 and accept != BEST:
            assemble(proposal, team, -1, owned, synapses, sigma, steps, keys, first, normal)
            gained = evaluate(net, batch, standing, proposal, scratch, 0, blocks)
            counts[IMAGES] += batch.images
            counts[SYNAPSES] += batch.images * computed(proposal)
            kept = -1 if stands_together(accept, gained, team) else -2
        if winners and kept == -2:
            kept = best_of(team.gained)
            assemble(proposal, team, kept, owned, synapses, sigma, steps, keys, first, normal)
            evaluate(net, batch, standing, proposal, scratch, 0, blocks)
        if winners:
            keep(net, standing, proposal, scratch, blocks)
        adapt_team(sigma, team, rule, cap, tally, kept)


class Laid(NamedTuple):
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
        Synapses computed anew for an image.
    """

    unit: np.ndarray
    inward: np.ndarray
    step: np.ndarray
    bias_step: np.ndarray
    out_step: np.ndarray
    output_bias_step: np.ndarray
    computed: np.ndarray


def make_laid(proposals: int, units: int, synapses: int, classes: int) -> Laid:
    """Room for the proposals of a round; `units` of each territory."""
    single = np.float32
    return Laid(
        unit=np.zeros((proposals, units), np.int64),
        inward=np.zeros(proposals, np.bool_),
        step=np.zeros((proposals, units, synapses), single),
        bias_step=np.zeros((proposals, units), single),
        out_step=np.zeros((proposals, units, classes), single),
        output_bias_step=np.zeros((proposals, classes), single),
        computed=np.zeros(proposals, np.int64),
    )


@kernel
def lay_out(laid, proposal, team, owned, synapses, sigma, steps, keys, trial, normal):
    """Every member's proposal into its row. Writes: laid, proposal, normal."""
    for p in range(team.gained.size):
        clear(proposal)
        add_territory(proposal, team.deck[p], owned, synapses, sigma, steps, keys, trial + p, normal)
        laid.step[p] = 0.0
        for slot in range(proposal.slots[0]):
            laid.unit[p, slot] = proposal.unit[slot]
            for k in range(max(proposal.taps[slot], 0)):
                laid.step[p, slot, proposal.tap[slot, k]] = proposal.step[slot, k]
            laid.bias_step[p, slot] = proposal.bias_step[slot]
            for c in range(proposal.out_step.shape[1]):
                laid.out_step[p, slot, c] = proposal.out_step[slot, c]
        for c in range(proposal.output_bias_step.size):
            laid.output_bias_step[p, c] = proposal.output_bias_step[c]
        laid.inward[p] = not proposal.outward[0]
        laid.computed[p] = computed(proposal)
