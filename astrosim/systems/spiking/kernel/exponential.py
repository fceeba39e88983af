"""Exponentials of float64 for loops over the lanes of a tile: vectorised, short chains of operations (no libm)."""

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

LN2 = 0.6931471805599453  # natural logarithm of 2
Q1, Q2, Q3, Q4, Q5 = LN2, LN2**2 / 2, LN2**3 / 6, LN2**4 / 24, LN2**5 / 120  # LN2^n / n!
Q6, Q7, Q8, Q9 = LN2**6 / 720, LN2**7 / 5040, LN2**8 / 40320, LN2**9 / 362880
Q10, Q11, Q12, Q13 = LN2**10 / 3628800, LN2**11 / 39916800, LN2**12 / 479001600, LN2**13 / 6227020800
LARGEST = 1022.0  # 2 to more overflows, to less than minus this is subnormal


@phase
def exp2_double(x):
    """Return 2 to the x; within 2 units in the last place for |x| <= 1022, clamped beyond.

    The series of the rest is summed in pairs (Estrin 1960): a quarter of the wait of one term after the other.
    """
    x = min(max(x, -LARGEST), LARGEST)
    shifted = x + ROUNDING_DOUBLE
    r = x - (shifted - ROUNDING_DOUBLE)
    r2 = r * r
    r4 = r2 * r2
    low = ((1.0 + Q1 * r) + (Q2 + Q3 * r) * r2) + ((Q4 + Q5 * r) + (Q6 + Q7 * r) * r2) * r4
    high = ((Q8 + Q9 * r) + (Q10 + Q11 * r) * r2) + (Q12 + Q13 * r) * r4
    scale = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)
    return scale * (low + high * (r4 * r4))


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
