"""What an astrocyte feels of the last standing pass (scores are dimensionless). Murray 2026, section 4.1."""

from __future__ import annotations

from astrosim.core.jit import inlined, kernel

FIRING, TRAFFIC = 0, 1
SENSING = {"firing": FIRING, "traffic": TRAFFIC}


@inlined
def traffic(weight):
    """Traffic of a synapse whose pre neuron fired: |weight|."""
    return abs(float(weight))


@inlined
def score(total, size):
    """Mean over a territory: fired neurons per neuron (`firing`), or traffic per synapse (`traffic`)."""
    return total / size if size > 0 else 0.0


@kernel
def summed_firing(neurons, fired):
    """Number of a territory's neurons that fired; neurons: int32 numbers, fired: bool, shape (neuron,)."""
    total = 0.0
    for n in neurons:
        total += fired[n]
    return total


@kernel
def summed_traffic(weight, synapses, pre, fired):
    """Traffic in a territory, exact in any order; synapses: int32 numbers, fired: bool, shape (neuron,)."""
    total = 0.0
    for s in synapses:
        if fired[pre[s]]:
            total += traffic(weight[s])
    return total
