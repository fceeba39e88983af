"""Spikes of pixels: what arrives in each step of a window, for images in blocks (steps)."""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.core.rng import below
from astrosim.systems.proposals.likelihood import BLOCK


@kernel
def draw_phases(key, number, block, pixel, pixels, phases, line):
    """Draw the phase of a pixel's train for each image of a block. Draws: `key` at (number, place of pixel in batch).

    Writes: line (uint8, shape (BLOCK,)).
    """
    for b in range(BLOCK):
        line[b] = below(key, number, (block * BLOCK + b) * pixels + pixel, phases)


@kernel
def encode(shown, trains, jitter, key, number, line, arrivals, busy):
    """Compute the spikes of images. Reads: shown (uint8, shape (block, pixel, BLOCK)), trains.

    `trains` (uint8, shape (phase, step, pixel's value)) are the arrivals of each value's train. A pixel's phase is its
    number's, or drawn for each image if `jitter`, with `number` that of the batch. Writes: arrivals (uint8, shape
    (block, pixel, step, BLOCK)), busy (bool, shape (block, pixel, step)), line.
    """
    phases, pixels = trains.shape[0], shown.shape[1]
    for block in range(shown.shape[0]):
        for p in range(pixels):
            if jitter:
                draw_phases(key, number, block, p, pixels, phases, line)
            else:
                for b in range(BLOCK):
                    line[b] = p % phases
            for t in range(trains.shape[1]):
                spikes, found = arrivals[block, p, t], 0
                for b in range(BLOCK):
                    spikes[b] = trains[line[b], t, shown[block, p, b]]
                    found |= spikes[b]
                busy[block, p, t] = found != 0
