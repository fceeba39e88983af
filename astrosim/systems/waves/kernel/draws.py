"""Random numbers of a pass: addressed by (update, row, image) or (update, weight), so that any can be drawn alone.

Streams `wave_values` and `wave_links`, or `wave_values_test` and `wave_links_test` when a network is evaluated. A row
of n images has the blocks row * COLUMNS + k for k < ceil(n / 4): lane l of block k is for image l * ceil(n / 4) + k.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, phase
from astrosim.core.rng import UNIT, block_words
from astrosim.rules.perturbation import gaussian_pair

COLUMNS = 4096  # blocks kept for a row: up to 16,384 images per batch
LANES = 4


@phase
def gaussians(key, trial, row, images, out):
    """Draw N(0, 1) numbers of a row, float32. Writes: out, up to LANES - 1 places more than images."""
    blocks = (images + LANES - 1) // LANES
    for k in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, row * COLUMNS + k)
        g0, g1 = gaussian_pair(w0, w1)
        g2, g3 = gaussian_pair(w2, w3)
        out[k] = g0
        out[k + blocks] = g1
        out[k + 2 * blocks] = g2
        out[k + 3 * blocks] = g3


@phase
def uniforms(key, trial, row, images, out):
    """Draw numbers uniform in [0, 1) of a row, float32. Writes: out, up to LANES - 1 places more than images."""
    blocks = (images + LANES - 1) // LANES
    for k in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, row * COLUMNS + k)
        out[k] = np.float32(w0 >> 8) * np.float32(256.0 * UNIT)
        out[k + blocks] = np.float32(w1 >> 8) * np.float32(256.0 * UNIT)
        out[k + 2 * blocks] = np.float32(w2 >> 8) * np.float32(256.0 * UNIT)
        out[k + 3 * blocks] = np.float32(w3 >> 8) * np.float32(256.0 * UNIT)


@compiled
def row_draws(key, trial, rows, images, normal):
    """Return the numbers of several rows: float32, shape (row, image); N(0, 1) if normal, else uniform in [0, 1)."""
    out = np.empty((len(rows), images), np.float32)
    spare = np.empty(images + LANES, np.float32)
    for number, row in enumerate(rows):
        if normal:
            gaussians(key, trial, row, images, spare)
        else:
            uniforms(key, trial, row, images, spare)
        out[number] = spare[:images]
    return out
