"""log, cos and exp as the published program's runtime computes them, to the last bit, on every machine (dimensionless).

The runtime (Node 20) carries the algorithms of fdlibm 5.3: with them the golden weights come out bit for bit; a libm
differs in the last place now and then. Arguments are those that the system needs, see each function. Plain IEEE
operations without branches where possible, so that loops over them vectorise.

fdlibm 5.3 is Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and
distribute this software is freely granted, provided that this notice is preserved.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, inlined

HIGH = np.int64(32)  # position of the upper half of a double's bits
LN2_HIGH = 6.93147180369123816490e-01  # ln 2, upper bits; fdlibm e_log.c
LN2_LOW = 1.90821492927058770002e-10  # ln 2, the rest; fdlibm e_log.c

# ln(1 + f) = f - f^2 / 2 + s (f^2 / 2 + R(s^2)) with s = f / (2 + f); fdlibm e_log.c
L1, L2, L3, L4 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01
L5, L6, L7 = 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01

# cos x = 1 - x^2 / 2 + x^4 C(x^2) on [-pi/4, pi/4]; fdlibm k_cos.c
C1, C2, C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
C4, C5, C6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11

# sin x = x + x^3 S(x^2) on [-pi/4, pi/4]; fdlibm k_sin.c
S1, S2, S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
S4, S5, S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10

# r (e^r + 1) / (e^r - 1) = 2 + t E(t) with t = r^2, for |r| <= ln(2) / 2; fdlibm e_exp.c
E1, E2, E3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
E4, E5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08
LOG2_E = 1.44269504088896338700  # 1 / ln 2; fdlibm e_exp.c

TWO_OVER_PI = 6.36619772367581382433e-01  # fdlibm e_rem_pio2.c
HALF_PI_1, HALF_PI_1_REST = 1.57079632673412561417e00, 6.07710050650619224932e-11  # pi/2 in 33 bits, and the rest
HALF_PI_2, HALF_PI_2_REST = 6.07710050630396597660e-11, 2.02226624879595063154e-21  # the next 33 bits, and the rest
HALF_PI_3, HALF_PI_3_REST = 2.02226624871116645580e-21, 8.47842766036889956997e-32  # the next 33 bits, and the rest
QUARTER_PI_WORD = 0x3FE921FB  # upper half of pi/4's bits
QUARTER_TURN_WORDS = (0x3FF921FB, 0x400921FB, 0x4012D97C, 0x401921FB)  # upper halves of pi/2, pi, 3 pi/2, 2 pi


@inlined
def upper(x):
    """Return the upper half of a double's bits."""
    return np.float64(x).view(np.int64) >> HIGH


@inlined
def log(x):
    """Return natural logarithm of a normal positive double."""
    bits = np.float64(x).view(np.int64)
    word = (bits >> HIGH) & 0xFFFFF
    carry = (word + 0x95F64) & 0x100000
    mantissa = np.int64((bits & 0xFFFFFFFF) | ((word | (carry ^ 0x3FF00000)) << HIGH)).view(np.float64)
    k = np.float64(np.int32((bits >> 52) - 1023 + (carry >> 20)))
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6))
    half = 0.5 * f * f
    away = k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
    close = k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f)
    third = f * f * (0.5 - 0.33333333333333333 * f)
    closest = k * LN2_HIGH - ((third - k * LN2_LOW) - f)
    result = away if ((word - 0x6147A) | (0x6B851 - word)) > 0 else close
    return closest if (0xFFFFF & (2 + word)) < 3 else result


@inlined
def quadrant_of(x):
    """Return nearest multiple of pi/2, for x in [0, 2 pi]: float64."""
    return 0.0 if upper(x) <= QUARTER_PI_WORD else np.floor(x * TWO_OVER_PI + 0.5)


@inlined
def near_quarter_turn(x):
    """Return whether x lies so near to a multiple of pi/2 that subtracting it takes more digits of pi."""
    word = upper(x)
    first, second, third, fourth = QUARTER_TURN_WORDS
    return (word == first) | (word == second) | (word == third) | (word == fourth)


@inlined
def cos_in_quadrant(n, y, rest):
    """Return cos(n pi/2 + y + rest) for |y| <= pi/4."""
    z = y * y
    word = upper(y) & 0x7FFFFFFF
    r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))))
    quarter = np.int64((word - 0x200000) << HIGH).view(np.float64)
    q = 0.0 if word < 0x3FD33333 else (0.28125 if word > 0x3FE90000 else quarter)
    cosine = (1.0 - q) - ((0.5 * z - q) - (z * r - y * rest))
    v = z * y
    sine = y - ((z * (0.5 * rest - v * (S2 + z * (S3 + z * (S4 + z * (S5 + z * S6))))) - rest) - v * S1)
    quadrant = np.int32(n)
    value = sine if quadrant & 1 else cosine
    return -value if (quadrant + 1) & 2 else value


@inlined
def cos_away(x):
    """Return cosine for x in [0, 2 pi] that is not `near_quarter_turn`."""
    n = quadrant_of(x)
    r = x - n * HALF_PI_1
    w = n * HALF_PI_1_REST
    y = r - w
    return cos_in_quadrant(n, y, (r - y) - w)


@compiled
def cos_near(x):
    """Return cosine for x in (0, 2 pi] that is `near_quarter_turn`: as many digits of pi as the cancellation takes."""
    n = quadrant_of(x)
    r = x - n * HALF_PI_1
    w = n * HALF_PI_1_REST
    y = r - w
    if n == 1:
        r, w = r - HALF_PI_2, HALF_PI_2_REST
        y = r - w
    elif lost_bits(x, y) > 16:
        t, w = r, n * HALF_PI_2
        r = t - w
        w = n * HALF_PI_2_REST - ((t - r) - w)
        y = r - w
        if lost_bits(x, y) > 49:
            t, w = r, n * HALF_PI_3
            r = t - w
            w = n * HALF_PI_3_REST - ((t - r) - w)
            y = r - w
    return cos_in_quadrant(n, y, (r - y) - w)


@inlined
def lost_bits(x, y):
    """Return by how many binades |y| is smaller than x > 0."""
    return (upper(x) >> 20) - ((upper(y) >> 20) & 0x7FF)


@inlined
def cos(x):
    """Return cosine for x in [0, 2 pi]."""
    return cos_near(x) if near_quarter_turn(x) else cos_away(x)


@inlined
def exp(x):
    """Return e to the x for |x| <= 700."""
    if x == 1.0:
        return np.e
    k = 0.0
    if (upper(x) & 0x7FFFFFFF) > 0x3FD62E42:
        k = np.trunc(LOG2_E * x + (0.5 if x > 0 else -0.5))
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (E1 + t * (E2 + t * (E3 + t * (E4 + t * E5))))
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return y * np.int64((np.int64(k) + 1023) << 52).view(np.float64)
