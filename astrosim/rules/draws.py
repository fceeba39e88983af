"""Random numbers of learners that step all weights at once.

Draws: the stream that is given, trial = update; index by sheet and place, four per block.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.core.rng import UNIT, block_words
from astrosim.rules.perturbation import gaussian_pair


@kernel
def gaussians(key, trial, sheet, drawn):
    """Fill `drawn` (float64, a multiple of four) with N(0, 1) numbers; each sheet of an update has its own."""
    blocks = drawn.size // 4
    for b in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, sheet * blocks + b)
        drawn[4 * b], drawn[4 * b + 1] = gaussian_pair(w0, w1)
        drawn[4 * b + 2], drawn[4 * b + 3] = gaussian_pair(w2, w3)


@kernel
def uniforms(key, trial, sheet, drawn):
    """Fill `drawn` (float64, a multiple of four) with numbers uniform in [0, 1)."""
    blocks = drawn.size // 4
    for b in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, sheet * blocks + b)
        drawn[4 * b], drawn[4 * b + 1], drawn[4 * b + 2], drawn[4 * b + 3] = w0 * UNIT, w1 * UNIT, w2 * UNIT, w3 * UNIT


@kernel
def signs(key, trial, drawn):
    """Fill `drawn` (float64, a multiple of four) with -1 or 1, evenly: the lowest bits of the words."""
    for b in range(drawn.size // 4):
        w0, w1, w2, w3 = block_words(key, trial, b)
        drawn[4 * b] = 1.0 - 2.0 * (w0 & 1)
        drawn[4 * b + 1] = 1.0 - 2.0 * (w1 & 1)
        drawn[4 * b + 2] = 1.0 - 2.0 * (w2 & 1)
        drawn[4 * b + 3] = 1.0 - 2.0 * (w3 & 1)
