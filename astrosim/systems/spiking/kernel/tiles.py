"""Ways in and out of a tile of nodes: what arrives at it, and what is recorded of it."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.model import LANES


@phase
def receive(arrivals, stamp, place, weight, neurons):
    """Add a weight to what arrives at a stamp: at neurons, those before place `neurons`, by its sign.

    Writes: arrivals (slot, 2, place).
    """
    arrivals[stamp % arrivals.shape[0], 1 if weight < 0.0 and place < neurons else 0, place] += weight


@phase
def take(arrivals, stamp, sign, place, cell, row):
    """Move what arrives at a tile at a stamp into a row of it. Writes: arrivals, cell."""
    slot = stamp % arrivals.shape[0]
    for n in range(LANES):
        cell[row + n] = arrivals[slot, sign, place + n]
        arrivals[slot, sign, place + n] = 0.0


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
