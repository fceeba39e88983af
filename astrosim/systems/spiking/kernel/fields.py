"""Spiking units over receptive fields: frozen spikes of pixels in, readout currents out (steps, pA; float32 charges).

A hidden unit is an `iaf_psc_exp` that hears the pixels of its field and a tonic input, each through one synapse. It is
shown every image from a cleared state, images side by side in the lanes of tiles. Readouts are linear in its spikes: a
spike counts with the share of its charge that arrives inside the window. A unit's charges on all images are kept, so
that a trial shows images only to units whose incoming synapses change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.rules.decision import keeps
from astrosim.systems.proposals.deciding import KEPT, TRIED, next_sigma, race_blocks
from astrosim.systems.proposals.likelihood import BLOCK, copied, folded, log_likelihoods, spread, valid_in
from astrosim.systems.proposals.proposing import propose
from astrosim.systems.proposals.state import Params, Proposal, TrialState
from astrosim.systems.spiking.kernel.model import EXCITATION, INHIBITION, LANES, REFRACTORY
from astrosim.systems.spiking.kernel.neurons import iaf_psc_exp
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import I_EX, I_IN, U

ZERO = np.float32(0.0)
TILES = BLOCK // LANES
IMAGES, SYNAPSES = range(2)  # places of `counts`


class Fields(NamedTuple):
    """A network of receptive fields; weights are float32, trials write them.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Pixel of each incoming synapse.
    incoming : ndarray, shape (unit, synapse)
    bias : ndarray, shape (unit,)
        Weight of the tonic input.
    outgoing : ndarray, shape (unit, class)
    output_bias : ndarray, shape (class,)
    owned : ndarray of int64, shape (astrocyte, unit)
    tonic : ndarray of float32, shape (step,)
        Arrivals of the tonic input.
    share : ndarray of float32, shape (step,)
        Of the charge of a spike at each stamp, that which arrives inside the window.
    step : float
        ms.
    current : float
        Current jump of an incoming synapse of weight 1, pA.
    floor : float
        Least sigma.
    """

    taps: np.ndarray
    incoming: np.ndarray
    bias: np.ndarray
    outgoing: np.ndarray
    output_bias: np.ndarray
    owned: np.ndarray
    tonic: np.ndarray
    share: np.ndarray
    step: float
    current: float
    floor: float


class Images(NamedTuple):
    """Images in blocks.

    Attributes
    ----------
    arrivals : ndarray of uint8, shape (block, pixel, step, BLOCK)
        Spikes of each pixel that arrive at the end of each step.
    busy : ndarray of bool, shape (block, pixel, step)
        Whether any of them has a spike there.
    labels : ndarray of int32, shape (block, BLOCK)
        -1 where there is no image.
    images : int
    """

    arrivals: np.ndarray
    busy: np.ndarray
    labels: np.ndarray
    images: int


class Standing(NamedTuple):
    """Responses to all images, as they stand: float32.

    Attributes
    ----------
    charge : ndarray, shape (unit, block, BLOCK)
    logits : ndarray, shape (block, class, BLOCK)
    rewards : ndarray, shape (block, BLOCK)
    """

    charge: np.ndarray
    logits: np.ndarray
    rewards: np.ndarray


class Workspace(NamedTuple):
    """Arrays that a trial works in.

    Attributes
    ----------
    proposal : Proposal
    normal : ndarray of float64, shape (number,)
    cells : ndarray of float64, shape (TILES, line)
    start : ndarray of float64, shape (TILES, line)
        Tiles before the first step.
    drive : ndarray of float32, shape (2, step, BLOCK)
        Arriving weights by sign.
    pixel, weight : ndarray of int32 and of float32, shape (synapse,)
        Synapses of one sign.
    trial_weight : ndarray of float32, shape (synapse,)
    fired : ndarray of float64, shape (LANES,)
        1 for an image to which the unit answers by a spike in a step, else 0.
    charge : ndarray of float32, shape (block, BLOCK)
        Of the unit that changes.
    logits : ndarray of float32, shape (class, BLOCK)
    change, top, total, own : ndarray of float32, shape (BLOCK,)
    rewards : ndarray of float32, shape (block, BLOCK)
    """

    proposal: Proposal
    normal: np.ndarray
    cells: np.ndarray
    start: np.ndarray
    drive: np.ndarray
    pixel: np.ndarray
    weight: np.ndarray
    trial_weight: np.ndarray
    fired: np.ndarray
    charge: np.ndarray
    logits: np.ndarray
    change: np.ndarray
    top: np.ndarray
    total: np.ndarray
    own: np.ndarray
    rewards: np.ndarray


@kernel
def add_arrivals(arrivals, block, t, pixel, weight, count, line):
    """Add weight * arrivals of some synapses in a step, four at a time. Reads: one block. Writes: line (BLOCK,)."""
    k = 0
    while k + 4 <= count:
        w0, w1, w2, w3 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        a0, a1 = arrivals[block, pixel[k], t], arrivals[block, pixel[k + 1], t]
        a2, a3 = arrivals[block, pixel[k + 2], t], arrivals[block, pixel[k + 3], t]
        for b in range(BLOCK):
            first = w0 * np.float32(a0[b]) + w1 * np.float32(a1[b])
            second = w2 * np.float32(a2[b]) + w3 * np.float32(a3[b])
            line[b] += first + second
        k += 4
    while k < count:
        w0, a0 = weight[k], arrivals[block, pixel[k], t]
        for b in range(BLOCK):
            line[b] += w0 * np.float32(a0[b])
        k += 1


@phase
def chosen_synapses(images, block, t, taps, weight, sign, workspace):
    """Collect the synapses of one sign (0: not below 0) at which anything arrives in a step; return their number.

    Writes: workspace.pixel, weight.
    """
    count = 0
    for k in range(taps.size):
        if images.busy[block, taps[k], t] and (weight[k] < ZERO) == (sign == 1):
            workspace.pixel[count], workspace.weight[count] = taps[k], weight[k]
            count += 1
    return count


@phase
def gather_drive(net, images, block, taps, weight, bias, workspace):
    """Compute the weights that arrive at a unit in all steps of a block. Writes: workspace.drive."""
    for sign in range(2):
        own = bias if (bias < ZERO) == (sign == 1) else ZERO
        for t in range(net.tonic.size):
            line, constant = workspace.drive[sign, t], own * net.tonic[t]
            for b in range(BLOCK):
                line[b] = constant
            count = chosen_synapses(images, block, t, taps, weight, sign, workspace)
            add_arrivals(images.arrivals, block, t, workspace.pixel, workspace.weight, count, line)


@kernel
def clear(cell, start):
    """Write the state before the first step into a tile. Writes: cell."""
    for n in range(LANES):
        cell[U + n] = start[U + n]
    for n in range(LANES):
        cell[I_EX + n] = start[I_EX + n]
    for n in range(LANES):
        cell[I_IN + n] = start[I_IN + n]
    for n in range(LANES):
        cell[REFRACTORY + n] = 0.0


@kernel
def take(cell, excitation, inhibition, place, current):
    """Write what arrives in a step at a tile of images into its rows. Writes: cell."""
    for n in range(LANES):
        cell[EXCITATION + n] = current * np.float64(excitation[place + n])
    for n in range(LANES):
        cell[INHIBITION + n] = current * np.float64(inhibition[place + n])


@kernel
def respond(net, images, block, taps, weight, bias, workspace, charge):
    """Show a block of images to a unit of given weights. Writes: charge (BLOCK,), workspace."""
    gather_drive(net, images, block, taps, weight, bias, workspace)
    for b in range(BLOCK):
        charge[b] = ZERO
    for tile in range(TILES):
        cell, place = workspace.cells[tile], tile * LANES
        clear(cell, workspace.start[tile])
        for t in range(net.tonic.size):
            take(cell, workspace.drive[0, t], workspace.drive[1, t], place, net.current)
            iaf_psc_exp.advance_alike(cell, workspace.fired)
            for n in range(LANES):
                charge[place + n] += net.share[t] * np.float32(workspace.fired[n])


@phase
def judge(logits, images, block, workspace, rewards):
    """Compute the rewards of a block's images. Writes: rewards[block], workspace."""
    log_likelihoods(logits, images.labels, block, workspace.top, workspace.total, workspace.own, rewards)


@kernel
def refresh(net, images, standing, workspace):
    """Compute everything from scratch; return the mean reward. Writes: standing, workspace."""
    total, (units, classes) = 0.0, net.outgoing.shape
    for block in range(images.labels.shape[0]):
        logits = standing.logits[block]
        for c in range(classes):
            for b in range(BLOCK):
                logits[c, b] = net.output_bias[c]
        for h in range(units):
            charge = standing.charge[h, block]
            respond(net, images, block, net.taps[h], net.incoming[h], net.bias[h], workspace, charge)
            spread(net.outgoing[h], charge, logits)
        judge(logits, images, block, workspace, standing.rewards)
        total += folded(standing.rewards, None, block, valid_in(images.images, block), workspace.top)
    return total / images.images


@phase
def changed_logits(net, standing, workspace, block, logits):
    """Add what the proposal changes to a block's logits. Reads: workspace.charge. Writes: logits (class, BLOCK)."""
    proposal = workspace.proposal
    h, before = proposal.unit[0], standing.charge[proposal.unit[0], block]
    if proposal.taps[0] >= 0:
        for b in range(BLOCK):
            workspace.change[b] = workspace.charge[block, b] - before[b]
        spread(net.outgoing[h], workspace.change, logits)
    if proposal.outward[0]:
        spread(proposal.out_step[0], before, logits)


@phase
def trial_weights(net, workspace):
    """Compute the incoming weights under the proposal; return the tonic one. Writes: workspace.trial_weight."""
    proposal, weight = workspace.proposal, workspace.trial_weight
    h = proposal.unit[0]
    for k in range(weight.size):
        weight[k] = net.incoming[h, k]
    for k in range(proposal.taps[0]):
        weight[proposal.tap[0, k]] += proposal.step[0, k]
    return net.bias[h] + proposal.bias_step[0]


@kernel
def evaluate(net, images, standing, workspace, first, stop):
    """Return the change of the summed reward over the blocks first .. stop - 1 by the proposal. Writes: workspace."""
    proposal, gained = workspace.proposal, 0.0
    inward, taps = proposal.taps[0] >= 0, net.taps[proposal.unit[0]]
    bias = trial_weights(net, workspace) if inward else ZERO
    for block in range(first, stop):
        if inward:
            respond(net, images, block, taps, workspace.trial_weight, bias, workspace, workspace.charge[block])
        copied(standing.logits[block], workspace.logits)
        changed_logits(net, standing, workspace, block, workspace.logits)
        judge(workspace.logits, images, block, workspace, workspace.rewards)
        gained += folded(workspace.rewards, standing.rewards, block, valid_in(images.images, block), workspace.top)
    return gained


@kernel
def keep(net, standing, workspace):
    """Let an evaluated proposal stand. Writes: net, standing."""
    proposal = workspace.proposal
    h = proposal.unit[0]
    for block in range(standing.rewards.shape[0]):
        changed_logits(net, standing, workspace, block, standing.logits[block])
        for b in range(BLOCK):
            standing.rewards[block, b] = workspace.rewards[block, b]
        if proposal.taps[0] >= 0:
            for b in range(BLOCK):
                standing.charge[h, block, b] = workspace.charge[block, b]
    if proposal.taps[0] >= 0:
        for k in range(proposal.taps[0]):
            net.incoming[h, proposal.tap[0, k]] += proposal.step[0, k]
        net.bias[h] += proposal.bias_step[0]
    if proposal.outward[0]:
        for c in range(net.outgoing.shape[1]):
            net.outgoing[h, c] += proposal.out_step[0, c]


@phase
def count(state, proposal, images, synapses, classes):
    """Count an evaluation of a proposal on some images. Writes: state.counts."""
    changed = proposal.taps[0] >= 0
    state.counts[IMAGES] += images
    state.counts[SYNAPSES] += images * (synapses + 1 if changed else classes)


@kernel
def advance(net, images, params: Params, state: TrialState, standing, workspace, first, trials, cap):
    """Carry out trials on a batch, from trial `first` on.

    Territories hold one unit. A proposal that has gained nothing after part of the blocks is dropped (`params.race`).
    Reads: images, params. Writes: net, state, standing, workspace. Draws: as `proposals.proposing`.
    """
    blocks, classes, synapses = images.labels.shape[0], net.outgoing.shape[1], net.taps.shape[1]
    early = race_blocks(params.race, blocks)
    for trial in range(first, first + trials):
        actor = propose(net, params, state, workspace, trial)
        gained, judged = evaluate(net, images, standing, workspace, 0, early), early
        if early < blocks and keeps(gained, 0.0):
            gained += evaluate(net, images, standing, workspace, early, blocks)
            judged = blocks
        count(state, workspace.proposal, min(judged * BLOCK, images.images), synapses, classes)
        kept = keeps(gained, 0.0) and judged == blocks
        if kept:
            keep(net, standing, workspace)
        state.sigma[actor] = max(next_sigma(state.sigma[actor], kept, params, cap), net.floor)
        state.tally[TRIED, actor] += 1
        state.tally[KEPT, actor] += kept
