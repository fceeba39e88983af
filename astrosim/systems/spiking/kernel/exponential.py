"""e to the x minus 1 of float64, so that loops over it vectorise (dimensionless; no libm)."""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import (
    E3,
    E4,
    E5,
    E6,
    E7,
    E8,
    E9,
    E10,
    E11,
    E12,
    E13,
    EXP_LARGEST,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ROUNDING_DOUBLE,
)
from astrosim.core.jit import phase


@phase
def expm1_double(x):
    """Return e to the x minus 1; within 2 units in the last place for |x| <= 708, clamped beyond.

    e^x = 2^k e^r as in `core.exact_functions.exp_double`, hence 2^k (e^r - 1) + (2^k - 1), the first by its series.
    """
    x = min(max(x, -EXP_LARGEST), EXP_LARGEST)
    shifted = x * LOG2_E + ROUNDING_DOUBLE
    k = shifted - ROUNDING_DOUBLE
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    high = ((((((E13 * r + E12) * r + E11) * r + E10) * r + E9) * r + E8) * r + E7) * r + E6
    series = ((((high * r + E5) * r + E4) * r + E3) * r + 0.5) * r * r + r
    scale = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)
    return scale * series + (scale - 1.0)
