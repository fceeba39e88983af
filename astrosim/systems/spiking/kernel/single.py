"""What one agent does of a block: the loop's own phases, for a single neuron or synapse."""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.systems.spiking.kernel import loop, tiles


@kernel
def advance_neuron(model, cell, n, number, step, spikes):
    """Advance the neuron of one lane by a step; return the number of its spikes.

    Writes: its state, spikes. Raises ValueError: no such model.
    """
    if model == loop.IAF_PSC_EXP:
        return loop.iaf_psc_exp.advance_one(cell, n, number, step, spikes, 0)
    if model == loop.IAF_PSC_ALPHA:
        return loop.iaf_psc_alpha.advance_one(cell, n, number, step, spikes, 0)
    if model == loop.AEIF_COND_ALPHA:
        return loop.aeif_cond_alpha.advance_one(cell, n, number, step, spikes, 0)
    if model == loop.PARROT_NEURON:
        return loop.parrot_neuron.advance_one(cell, n, number, step, spikes, 0)
    raise ValueError("network.neurons: a model without a formula")


@kernel
def released(synapse, stamp, step, synapses):
    """Return the weight with which a spike acts through a synapse; see `loop.release`."""
    return loop.release(synapse, stamp, step, synapses)


@kernel
def receive(arrivals, stamp, place, weight, neurons):
    """Add a weight to what arrives at a node at a stamp; see `tiles.receive`."""
    tiles.receive(arrivals, stamp, place, weight, neurons)
