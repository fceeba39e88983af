"""Gap junctions: the flux of IP3 between coupled astrocytes (uM/ms), held constant over `every` steps.

    linear             J_i = -F D,  D = I_i - I_j
    threshold_linear   J_i = -(F / 2) (1 + tanh((|D| - I_Theta) / omega_I)) sign(D)

Linear: Goldberg et al. 2010 (10.1371/journal.pcbi.1000909). Threshold-linear: Stimberg et al. 2018 (10.1101/198366).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import kernel, phase
from astrosim.systems.spiking.kernel.model import LANES

NONE, LINEAR, THRESHOLD_LINEAR = range(3)
RULES = {"none": NONE, "linear": LINEAR, "threshold_linear": THRESHOLD_LINEAR}


@phase
def tanh(x):
    """Return the hyperbolic tangent, float64."""
    e = exp(-2.0 * abs(x))
    t = (1.0 - e) / (1.0 + e)
    return t if x >= 0.0 else -t


@phase
def flux(difference, junctions):
    """Return what an astrocyte gains through a junction; difference: its IP3 less the other's (uM)."""
    if junctions.rule == LINEAR:
        return -junctions.strength * difference
    if difference == 0.0:
        return 0.0
    open_ = 1.0 + tanh((abs(difference) - junctions.threshold) / junctions.width)
    size = 0.5 * junctions.strength * open_
    return -size if difference > 0.0 else size


@kernel
def gather(tiles, place, row, level):
    """Copy IP3 of the astrocytes of a model to `level`, by place; `place`: that of the first. Writes: level."""
    for t in range(tiles.shape[0]):
        for n in range(LANES):
            level[place + t * LANES + n] = tiles[t, row + n]


@kernel
def inflow(tiles, place, gap, junctions):
    """Compute the inflow of each astrocyte of a model; `place`: that of the first.

    Reads: junctions, with the level of each astrocyte. Writes: the row `gap` of the tiles.
    """
    level = junctions.level
    for t in range(tiles.shape[0]):
        for n in range(LANES):
            number, total = place + t * LANES + n, 0.0
            for j in range(junctions.first[number], junctions.first[number + 1]):
                total += flux(level[number] - level[junctions.other[j]], junctions)
            tiles[t, gap + n] = total
