"""Blocks of steps of astrocytes: on the grid, or in leaps from arrival to arrival (steps, uM).

An astrocyte that leaps advances to each stamp at which anything arrives, to the multiples of the longest leap, and to
those of the time over which fluxes of gap junctions are held; never to records nor to the ends of blocks. So its state
depends on none of these; a record is evaluated aside.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel.astrocytes import gchi, li_rinzel
from astrosim.systems.spiking.kernel.model import ARRIVED, GAP, LANES, OUTPUT
from astrosim.systems.spiking.kernel.tiles import ONE, probe, sampled, slot_of, take

NONE = np.uint64(0)
FEW = 2  # astrocytes that leap one by one rather than side by side; measured


@kernel
def send_currents(currents, done, steps):
    """Add the slow inward currents of a block to what neurons get: by stamp, then place of the astrocyte.

    Reads: currents.output (step, place of an astrocyte). Writes: currents.ring.
    """
    slots = currents.ring.shape[1]
    for s in range(steps):
        for place in range(currents.output.shape[1]):
            output = currents.output[s, place]
            if output != 0.0:
                for c in range(currents.first[place], currents.first[place + 1]):
                    slot = (done + s + 1 + currents.delay[c]) % slots
                    currents.ring[currents.target[c], slot] += currents.weight[c] * output


@phase
def on_the_grid(cell, tile, places, arrivals, currents, done, steps, probes, since):
    """Advance the Li-Rinzel astrocytes of a tile over a block. Writes: cell, arrivals, currents, probes."""
    place = tile * LANES
    for stamp in range(done + 1, done + steps + 1):
        take(arrivals, stamp, 0, place, cell, ARRIVED)
        li_rinzel.advance(cell, places.step)
        if currents.ring.shape[1] > 0:
            li_rinzel.slow_current(cell)
            for n in range(LANES):
                currents.output[stamp - done - 1, place - places.neurons + n] = cell[OUTPUT + n]
        probe(tile, cell, stamp, since, probes)


@phase
def next_multiple(stamp, of):
    """Return the next multiple of a number of steps from a stamp on."""
    return (stamp + of - 1) // of * of


@phase
def add_leap(astrocytes, arrivals, stamp, slot, place, n):
    """List the leap of a lane to a stamp. Writes: arrivals, and of astrocytes: leaps, to, arriving."""
    k = astrocytes.leaps[n]
    astrocytes.to[k, n], astrocytes.arriving[k, n] = stamp, arrivals.weight[slot, 0, place + n]
    astrocytes.leaps[n] = k + 1
    arrivals.weight[slot, 0, place + n] = 0.0


@phase
def find_leaps(astrocytes, junctions, places, place, arrivals, first, last):
    """List the leaps of a tile's astrocytes up to a stamp; return the largest number of one.

    Reads: arrivals. Writes: arrivals, and of astrocytes: leaps (lane,), to and arriving (leap, lane).
    """
    tile, most = (place - places.neurons) // LANES, 0
    for n in range(LANES):
        astrocytes.leaps[n] = 0
    leaping, held = next_multiple(first, astrocytes.leap), next_multiple(first, junctions.every)
    for stamp in range(first, last + 1):
        slot = slot_of(arrivals, stamp)
        every = stamp == leaping or (stamp == held and junctions.rule != gap_junctions.NONE)
        leaping += astrocytes.leap if stamp == leaping else 0
        held += junctions.every if stamp == held else 0
        if every:
            for n in range(LANES):
                add_leap(astrocytes, arrivals, stamp, slot, place, n)
        else:
            marks = arrivals.marks[tile, slot]
            while marks != NONE:
                lowest = marks & (~marks + ONE)
                n = int(np.float64(lowest).view(np.int64) >> 52) - 1023  # its exponent
                if arrivals.weight[slot, 0, place + n] != 0.0:
                    add_leap(astrocytes, arrivals, stamp, slot, place, n)
                marks ^= lowest
        arrivals.marks[tile, slot] = NONE
    for n in range(LANES):
        most = max(most, astrocytes.leaps[n])
    return most


@phase
def carry_out(cell, astrocytes, most, step):
    """Carry out the leaps that are listed: the k-th of all astrocytes side by side. Writes: cell."""
    for k in range(most):
        live = 0
        for n in range(LANES):
            due = k < astrocytes.leaps[n]
            live += due
            cell[li_rinzel.TO + n] = astrocytes.to[k, n] if due else cell[li_rinzel.SINCE + n]
            cell[ARRIVED + n] = astrocytes.arriving[k, n] if due else 0.0
        if live > FEW:
            li_rinzel.leap(cell, step)
        else:
            for n in range(LANES):
                if k < astrocytes.leaps[n]:
                    li_rinzel.leap_one(cell, n, step)
    for n in range(LANES):
        cell[ARRIVED + n] = 0.0


@phase
def peek(tile, cell, step, stamp, since, probes):
    """Record what is due at a stamp of a tile that leaps, leaving its state as it is. Writes: probes.values."""
    for p in range(probes.first[tile], probes.first[tile + 1]):
        if stamp % probes.every[p] == 0:
            n = probes.row[p] % LANES
            value = li_rinzel.peeked(cell, n, step, stamp, probes.row[p] - n)
            probes.values[sampled(probes, p, stamp, since)] = value


@phase
def in_leaps(cell, tile, places, astrocytes, junctions, arrivals, done, steps, probes, since):
    """Advance the Li-Rinzel astrocytes of a tile over a block in leaps. Writes: cell, arrivals, probes."""
    place = tile * LANES
    if probes.first[tile] == probes.first[tile + 1]:
        most = find_leaps(astrocytes, junctions, places, place, arrivals, done + 1, done + steps)
        carry_out(cell, astrocytes, most, places.step)
        return
    for stamp in range(done + 1, done + steps + 1):
        most = find_leaps(astrocytes, junctions, places, place, arrivals, stamp, stamp)
        carry_out(cell, astrocytes, most, places.step)
        peek(tile, cell, places.step, stamp, since, probes)


@kernel
def li_rinzel_block(tile, places, astrocytes, junctions, arrivals, currents, done, steps, probes, since):
    """Advance all Li-Rinzel astrocytes over a block; `tile`: number of their first tile.

    Writes: tiles, arrivals, currents, probes.
    """
    tiles = astrocytes.li_rinzel
    for t in range(tiles.shape[0]):
        cell = tiles[t]
        if astrocytes.leaping[t]:
            in_leaps(cell, tile + t, places, astrocytes, junctions, arrivals, done, steps, probes, since)
        else:
            on_the_grid(cell, tile + t, places, arrivals, currents, done, steps, probes, since)


@kernel
def gchi_block(tile, places, astrocytes, arrivals, heard, done, steps, probes, since):
    """Advance all G-ChI astrocytes over a block; `tile`: number of their first tile.

    Writes: tiles, arrivals, probes, and what synapses hear of them, heard (slot, place of an astrocyte).
    """
    tiles = astrocytes.gchi
    for t in range(tiles.shape[0]):
        cell, place = tiles[t], (tile + t) * LANES
        for stamp in range(done + 1, done + steps + 1):
            take(arrivals, stamp, 0, place, cell, ARRIVED)
            gchi.advance(cell, places.step)
            if heard.shape[0] > 0:
                for n in range(LANES):
                    heard[stamp % heard.shape[0], place - places.neurons + n] = cell[gchi.PRESYNAPTIC + n]
            probe(tile + t, cell, stamp, since, probes)


@kernel
def flow(astrocytes, junctions):
    """Compute the inflow of IP3 into all astrocytes by the levels as they were last taken. Writes: rows of tiles."""
    second = astrocytes.li_rinzel.shape[0] * LANES
    gap_junctions.inflow(astrocytes.li_rinzel, 0, GAP, junctions)
    gap_junctions.inflow(astrocytes.gchi, second, GAP, junctions)


@kernel
def couple(astrocytes, junctions):
    """Compute the inflow of IP3 into all astrocytes. Writes: junctions.level, and a row of the tiles."""
    second = astrocytes.li_rinzel.shape[0] * LANES
    gap_junctions.gather(astrocytes.li_rinzel, 0, li_rinzel.IP3, junctions.level)
    gap_junctions.gather(astrocytes.gchi, second, gchi.IP3, junctions.level)
    flow(astrocytes, junctions)
