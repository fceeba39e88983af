"""The loop of a spiking network: blocks of steps in which nodes do not hear of each other, then delivery.

Sums are in one order: what arrives at a node at a stamp is added by the step of the presynaptic spike, then by its
neuron, then by its synapse; then given spikes in their order, then Poisson trains. So no sum depends on the length of
blocks.
"""

from __future__ import annotations

from astrosim.core.jit import kernel, phase
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel.arrays import (
    AEIF_COND_ALPHA,
    GLIOTRANSMISSION,
    IAF_PSC_ALPHA,
    IAF_PSC_EXP,
    PARROT_NEURON,
    TSODYKS,
    TSODYKS2,
)
from astrosim.systems.spiking.kernel.glia import couple, gchi_block, li_rinzel_block, send_currents
from astrosim.systems.spiking.kernel.inputs import feed
from astrosim.systems.spiking.kernel.model import EXCITATION, INHIBITION, LANES, SIC
from astrosim.systems.spiking.kernel.neurons import aeif_cond_alpha, iaf_psc_alpha, iaf_psc_exp, parrot_neuron
from astrosim.systems.spiking.kernel.synapses import gliotransmission, tsodyks, tsodyks2
from astrosim.systems.spiking.kernel.tiles import probe, receive, take

DONE, FULL, TOO_MANY = range(3)
"""How a stretch ends: at its last step; as no room is left for spikes; as there were more than a block can hold."""


@phase
def advance_neurons(model, cell, lanes, number, step, spikes, count):
    """Advance the neurons of a tile by a step; return the number of spikes so far. Raises ValueError: no such model."""
    if model == IAF_PSC_EXP:
        return iaf_psc_exp.advance(cell, lanes, number, step, spikes, count)
    if model == IAF_PSC_ALPHA:
        return iaf_psc_alpha.advance(cell, lanes, number, step, spikes, count)
    if model == AEIF_COND_ALPHA:
        return aeif_cond_alpha.advance(cell, lanes, number, step, spikes, count)
    if model == PARROT_NEURON:
        return parrot_neuron.advance(cell, lanes, number, step, spikes, count)
    raise ValueError("network.neurons: a model without a formula")


@phase
def sift(sound, spikes, before, count, stamp):
    """Keep the spikes of a step but those of silenced neurons; return the number so far. Writes: spikes."""
    if count > spikes.place.size:
        return count
    left = before
    for spike in range(before, count):
        if sound[spikes.place[spike]]:
            spikes.place[left], spikes.stamp[left] = spikes.place[spike], stamp
            left += 1
    return left


@kernel
def neuron_block(model, tiles, tile, places, arrivals, currents, spikes, count, done, steps, probes, since):
    """Advance all neurons of a model over a block; return the number of spikes so far.

    `tile` is the number of the first of `tiles` among all. Reads: arrivals, currents. Writes: tiles, arrivals, spikes,
    probes.
    """
    slots = currents.ring.shape[1]
    for t in range(tiles.shape[0]):
        cell, place = tiles[t], (tile + t) * LANES
        for stamp in range(done + 1, done + steps + 1):
            take(arrivals, stamp, 0, place, cell, EXCITATION)
            take(arrivals, stamp, 1, place, cell, INHIBITION)
            before = count
            count = advance_neurons(model, cell, places.lanes[tile + t], place, places.step, spikes.place, count)
            if count > before:
                count = sift(places.sound, spikes, before, count, stamp)
            if slots > 0:
                for n in range(LANES):
                    cell[SIC + n] = currents.ring[place + n, stamp % slots]
                    currents.ring[place + n, stamp % slots] = 0.0
            probe(tile + t, cell, stamp, since, probes)
    return count


@phase
def release(synapse, stamp, step, synapses):
    """Return the weight with which a spike at a stamp acts through a synapse.

    Writes: its short-term plasticity. Raises ValueError: no such model.
    """
    if synapses.model.size == 0:  # a stream of memory less
        return synapses.weight[synapse]
    row = synapses.plastic[synapse]
    if row < 0:
        return synapses.weight[synapse]
    if synapses.model[row] == TSODYKS:
        return synapses.weight[synapse] * tsodyks.released(row, stamp, step, synapses)
    if synapses.model[row] == TSODYKS2:
        return synapses.weight[synapse] * tsodyks2.released(row, stamp, step, synapses)
    if synapses.model[row] == GLIOTRANSMISSION:
        return synapses.weight[synapse] * gliotransmission.released(row, stamp, step, synapses)
    raise ValueError("network.synapses: a model without a formula")


@phase
def deliver(place, stamp, places, synapses, arrivals):
    """Send a spike to all targets of a neuron; return their number. Writes: arrivals, short-term plasticity."""
    first, last = synapses.first[place], synapses.first[place + 1]
    for synapse in range(first, last):
        weight = release(synapse, stamp, places.step, synapses)
        receive(arrivals, stamp + synapses.delay[synapse], synapses.target[synapse], weight, places.neurons)
    return last - first


@phase
def order(spikes, count, done, steps):
    """Order the spikes of a block by stamp, then place: they come tile by tile. Writes: spikes.ordered, spikes.at."""
    at = spikes.at
    for s in range(steps + 1):
        at[s] = 0
    for spike in range(count):
        at[spikes.stamp[spike] - done] += 1  # stamps begin at done + 1
    for s in range(steps):
        at[s + 1] += at[s]
    for spike in range(count):
        s = spikes.stamp[spike] - done - 1
        spikes.ordered[at[s]] = spikes.place[spike]
        at[s] += 1


@phase
def send(spikes, count, done, steps, places, synapses, arrivals):
    """Order, keep and deliver the spikes of a block. Writes: spikes, arrivals, short-term plasticity."""
    order(spikes, count, done, steps)
    first = 0
    for s in range(steps):
        stamp = done + s + 1
        for spike in range(first, spikes.at[s]):
            place = spikes.ordered[spike]
            spikes.kept_place[spikes.count[0]], spikes.kept_stamp[spikes.count[0]] = place, stamp
            spikes.count[0] += 1
            spikes.count[1] += deliver(place, stamp, places, synapses, arrivals)
        first = spikes.at[s]


@phase
def block(places, neurons, arrivals, currents, spikes, done, steps, probes, since):
    """Advance all neurons over a block; return the number of their spikes. Writes: as `neuron_block`."""
    count = tile = 0
    for model, tiles in (
        (IAF_PSC_EXP, neurons.iaf_psc_exp),
        (IAF_PSC_ALPHA, neurons.iaf_psc_alpha),
        (AEIF_COND_ALPHA, neurons.aeif_cond_alpha),
        (PARROT_NEURON, neurons.parrot_neuron),
    ):
        count = neuron_block(model, tiles, tile, places, arrivals, currents, spikes, count, done, steps, probes, since)
        tile += tiles.shape[0]
    return count


@phase
def change_current(neurons, place, value):
    """Set the constant current of a neuron (pA). Writes: a constant of its tile."""
    tile = place // LANES
    for current, tiles in (
        (iaf_psc_exp.CURRENT, neurons.iaf_psc_exp),
        (iaf_psc_alpha.CURRENT, neurons.iaf_psc_alpha),
        (aeif_cond_alpha.CURRENT, neurons.aeif_cond_alpha),
    ):
        if 0 <= tile < tiles.shape[0]:
            tiles[tile, current + place % LANES] = value
        tile -= tiles.shape[0]


@kernel
def run(places, neurons, astrocytes, synapses, currents, junctions, inputs, arrivals, probes, spikes, clock, last):
    """Advance a network to step `last`, or until no room is left for spikes; return DONE, FULL or TOO_MANY.

    Draws: the stream of Poisson trains. Writes: everything that changes; spikes of the stretch, values of the probes.
    """
    since, at = clock.step[0], clock.at
    spikes.count[0] = 0
    while clock.step[0] < last:
        done = clock.step[0]
        steps = min(places.block, last - done)
        if spikes.kept_place.size - spikes.count[0] < spikes.place.size:
            return FULL
        if junctions.rule != gap_junctions.NONE:
            steps = min(steps, junctions.every - done % junctions.every)
            if done % junctions.every == 0:
                couple(astrocytes, junctions)
        while at[1] < inputs.current_stamp.size and inputs.current_stamp[at[1]] <= done:
            change_current(neurons, inputs.current_target[at[1]], inputs.current_value[at[1]])
            at[1] += 1
        if at[1] < inputs.current_stamp.size:
            steps = min(steps, inputs.current_stamp[at[1]] - done)
        feed(inputs, at, arrivals, done + steps, places)
        count = block(places, neurons, arrivals, currents, spikes, done, steps, probes, since)
        if count > spikes.place.size:
            return TOO_MANY
        tile = places.neurons // LANES
        li_rinzel_block(tile, places, astrocytes, junctions, arrivals, currents, done, steps, probes, since)
        tile += astrocytes.li_rinzel.shape[0]
        gchi_block(tile, places, astrocytes, arrivals, synapses.heard, done, steps, probes, since)
        if currents.ring.shape[1] > 0:
            send_currents(currents, done, steps)
        send(spikes, count, done, steps, places, synapses, arrivals)
        clock.step[0] = done + steps
    return DONE
