"""Ways in and out of a tile of nodes: what arrives at it, and what is recorded of it."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.model import LANES

ONE = np.uint64(1)


@phase
def slot_of(arrivals, stamp):
    """Return the slot of a stamp; their number is a power of 2."""
    return stamp & (arrivals.weight.shape[0] - 1)


@phase
def receive(arrivals, stamp, place, weight, neurons):
    """Add a weight to what arrives at a stamp: at neurons, those before place `neurons`, by its sign.

    Writes: arrivals.
    """
    slot = slot_of(arrivals, stamp)
    if place < neurons:
        arrivals.weight[slot, 1 if weight < 0.0 else 0, place] += weight
    else:
        arrivals.weight[slot, 0, place] += weight
        arrivals.marks[(place - neurons) // LANES, slot] |= ONE << np.uint64(place % LANES)


@phase
def take(arrivals, stamp, sign, place, cell, row):
    """Move what arrives at a tile at a stamp into a row of it. Writes: arrivals, cell."""
    slot = slot_of(arrivals, stamp)
    for n in range(LANES):
        cell[row + n] = arrivals.weight[slot, sign, place + n]
        arrivals.weight[slot, sign, place + n] = 0.0


@phase
def sampled(probes, p, stamp, since):
    """Return where a sample due at a stamp lies; `since`: steps done before the stretch."""
    every = probes.every[p]
    return probes.base[p] + (stamp // every - since // every - 1) * probes.stride[p]


@phase
def probe(tile, cell, stamp, since, probes):
    """Record what is due at a stamp of a tile; `since`: steps done before the stretch. Writes: probes.values."""
    for p in range(probes.first[tile], probes.first[tile + 1]):
        if stamp % probes.every[p] == 0:
            value = cell[probes.row[p]]
            if probes.added[p] >= 0:
                value += cell[probes.added[p]]
            probes.values[sampled(probes, p, stamp, since)] = value
