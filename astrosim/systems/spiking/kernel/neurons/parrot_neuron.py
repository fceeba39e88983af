"""Parrot neuron: fires in each step at whose end an excitatory spike arrives (no parameters).

The way in for given spike trains: its spikes bear the stamp of the arrival and reach its targets a synapse's delay
later. NEST has the model under this name; several arrivals in one step are one spike here.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel
from astrosim.systems.spiking.kernel.model import EXCITATION, RECEIVED, Model, Values

ROWS = len(RECEIVED)


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Let the neuron of one lane fire; see `advance`."""
    if cell[EXCITATION + n] <= 0.0:
        return count
    if count < spikes.size:
        spikes[count] = number + n
    return count + 1


@kernel
def advance(cell, lanes, number, step, spikes, count):
    """Let the neurons of the first `lanes` lanes of a tile fire; return the number of spikes so far.

    Reads: what arrives. Writes: spikes (neuron of each spike from `count` on; `number` is that of lane 0).
    """
    for n in range(lanes):
        count = advance_one(cell, n, number, step, spikes, count)
    return count


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return no constants: of no shape."""
    return {}


def start(values: Values) -> np.ndarray:
    """Return an empty state: float64, shape (0, 0)."""
    return np.zeros((0, 0))


PARROT_NEURON = Model(
    name="parrot_neuron",
    number=3,
    source="NEST",
    parameters=(),
    initial=(),
    states=(),
    rows=ROWS,
    state_rows=(),
    constants=constants,
    start=start,
)
