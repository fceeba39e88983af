"""Which synapses a trial changes, and by how much (dimensionless). Murray 2026, section 4.3, on receptive fields.

A trial changes the incoming or the outgoing side. Standard deviations are those of the astrocyte's sigma, scaled by
`Params`: incoming weights, biases, outgoing weights and output biases live on scales of their own.

Draws, by (trial, index): stream `field_astrocyte`, 0: who, 1: which side; `field_step`: N(0, 1) by place in the
proposal; `field_part`: who takes part, or which synapses a random mask has; `field_team`, at the first trial of a
round: who act side by side.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel
from astrosim.core.rng import below, block_words, uniform
from astrosim.rules.perturbation import gaussian_pair

INWARD, OUTWARD, BOTH = range(3)  # sides of a unit
TERRITORY, RANDOM_MASK, EVERYTHING = range(3)
SCOPES = {"astrocytes": TERRITORY, "random_mask": RANDOM_MASK, "one_plus_one": EVERYTHING, "spsa": EVERYTHING}
STREAMS = ("field_astrocyte", "field_step", "field_part", "field_team")
ASTROCYTE, STEP, PART, TEAM = range(len(STREAMS))


@kernel
def gaussians(key, trial, count, out):
    """Draw N(0, 1) numbers 0 .. count - 1 of a trial. Writes: out, up to 3 places more."""
    for k in range((count + 3) // 4):
        w0, w1, w2, w3 = block_words(key, trial, k)
        g0, g1 = gaussian_pair(w0, w1)
        g2, g3 = gaussian_pair(w2, w3)
        out[4 * k], out[4 * k + 1], out[4 * k + 2], out[4 * k + 3] = g0, g1, g2, g3


@kernel
def clear(proposal):
    """Forget a proposal."""
    proposal.slots[0] = 0
    proposal.output_bias_step[:] = 0.0


@kernel
def add_unit(proposal, unit):
    """Add a slot for a unit of which nothing changes yet; returns the slot."""
    slot = proposal.slots[0]
    proposal.slots[0] = slot + 1
    proposal.unit[slot] = unit
    proposal.taps[slot] = -1
    proposal.bias_step[slot] = 0.0
    proposal.outward[slot] = False
    proposal.out_step[slot, :] = 0.0
    return slot


@kernel
def add_incoming(proposal, slot, synapses, sigma, params, trial, normal, first):
    """Propose all incoming synapses of a slot's unit, or a random part, and its bias. Reads: normal from `first` on."""
    count = 0
    for k in range(synapses):
        if params.fraction >= 1.0 or uniform(params.keys[PART], trial, first + k) < params.fraction:
            proposal.tap[slot, count] = k
            proposal.step[slot, count] = sigma * params.incoming * normal[first + k]
            count += 1
    proposal.taps[slot] = count
    proposal.bias_step[slot] = sigma * params.bias * normal[first + synapses]


@kernel
def add_outgoing(proposal, slot, sigma, params, normal, first):
    """Propose all outgoing synapses of a slot's unit."""
    proposal.outward[slot] = True
    for c in range(proposal.out_step.shape[1]):
        proposal.out_step[slot, c] = sigma * params.outgoing * normal[first + c]


@kernel
def add_output_biases(proposal, sigma, params, normal, first):
    """Propose the biases of the outputs, on top of other proposals."""
    for c in range(proposal.output_bias_step.size):
        proposal.output_bias_step[c] += sigma * params.output_bias * normal[first + c]


@kernel
def propose_units(proposal, units, outward, synapses, sigma, params, trial, normal):
    """Propose one side of some units: a territory, or with both sides the whole network."""
    clear(proposal)
    add_units(proposal, units, outward, synapses, sigma, params, trial, normal)


@kernel
def add_units(proposal, units, outward, synapses, sigma, params, trial, normal):
    """Propose one side of some units, or both, beside earlier proposals."""
    classes = proposal.out_step.shape[1]
    width = (synapses + 1 if outward != OUTWARD else 0) + (classes if outward != INWARD else 0)
    gaussians(params.keys[STEP], trial, units.size * width + classes, normal)
    for number in range(units.size):
        slot, first = add_unit(proposal, units[number]), number * width
        if outward != OUTWARD:
            add_incoming(proposal, slot, synapses, sigma, params, trial, normal, first)
            first += synapses + 1
        if outward != INWARD:
            add_outgoing(proposal, slot, sigma, params, normal, first)
    if outward != INWARD:
        add_output_biases(proposal, sigma, params, normal, units.size * width)


@kernel
def slot_of(proposal, unit):
    """Return the slot of a unit, a new one if it has none."""
    for slot in range(proposal.slots[0]):
        if proposal.unit[slot] == unit:
            return slot
    return add_unit(proposal, unit)


@kernel
def propose_mask(proposal, units, size, outward, synapses, sigma, params, trial, normal):
    """Propose as many synapses of one side as `size` units have, anywhere in the network; each may be drawn again."""
    classes = proposal.out_step.shape[1]
    width = classes if outward == OUTWARD else synapses + 1
    gaussians(params.keys[STEP], trial, size * width + classes, normal)
    clear(proposal)
    for k in range(size * width):
        place = below(params.keys[PART], trial, k, units * width)
        unit, synapse = place // width, place % width
        slot = slot_of(proposal, unit)
        if outward == OUTWARD:
            proposal.outward[slot] = True
            proposal.out_step[slot, synapse] += sigma * params.outgoing * normal[k]
        else:
            count = max(proposal.taps[slot], 0)
            if synapse == synapses:
                proposal.bias_step[slot] += sigma * params.bias * normal[k]
            else:
                proposal.tap[slot, count] = synapse
                proposal.step[slot, count] = sigma * params.incoming * normal[k]
                count += 1
            proposal.taps[slot] = count
    if outward == OUTWARD:
        add_output_biases(proposal, sigma, params, normal, size * width)


@kernel
def actor_of(params, trial, astrocytes):
    """Return the astrocyte whose turn it is."""
    return below(params.keys[ASTROCYTE], trial, 0, astrocytes)


@kernel
def side_of(params, trial):
    """Return the side that the trial changes."""
    return OUTWARD if uniform(params.keys[ASTROCYTE], trial, 1) < params.outward else INWARD


@kernel
def propose(network, params, state, workspace, trial):
    """Propose the changes of a trial; returns their owner: row of network.owned, else 0.

    Reads: state.sigma. Writes: workspace.proposal, workspace.normal. Raises ValueError for a learner without synapses.
    """
    owned, synapses = network.owned, network.taps.shape[1]
    proposal, normal = workspace.proposal, workspace.normal
    actor, outward = actor_of(params, trial, owned.shape[0]), side_of(params, trial)
    if params.scope == RANDOM_MASK:
        size = np.float32(state.sigma[0])
        propose_mask(proposal, owned.size, owned.shape[1], outward, synapses, size, params, trial, normal)
        return 0
    if params.scope == EVERYTHING:
        outward = BOTH
    elif params.scope != TERRITORY:
        raise ValueError("learner.rule: a learner without synapses")
    size = np.float32(state.sigma[actor])
    propose_units(proposal, owned[actor], outward, synapses, size, params, trial, normal)
    return actor


@kernel
def add_territory(network, params, state, workspace, actor, trial):
    """Propose the changes of an astrocyte in a trial of its own, beside earlier proposals. Writes: workspace."""
    side, size = side_of(params, trial), np.float32(state.sigma[actor])
    owned, synapses = network.owned[actor], network.taps.shape[1]
    add_units(workspace.proposal, owned, side, synapses, size, params, trial, workspace.normal)
