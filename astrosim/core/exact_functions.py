"""Elementary functions without libm: the same bits on every machine and engine (dimensionless).

Plain IEEE operations in a fixed order, no contraction, no reassociation; written so that loops over them vectorise.
Polynomials: Cephes (Moshier 1992), `logf`, `sinf`, `cosf` in float32; `exp` in float64 by range reduction and Taylor
series.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, inlined

F = np.float32

LN2 = F(0.693147180559945309)  # natural logarithm of 2
SQRT_HALF = F(0.707106781186547524)  # sqrt(1/2)
MINUS_TWO = F(-2.0)
ONE = F(1.0)
HALF = F(0.5)

# Cephes logf: ln(1 + f) = f - f^2 / 2 + f^3 P(f) for sqrt(1/2) <= 1 + f < sqrt(2)
L0, L1, L2 = F(7.0376836292e-2), F(-1.1514610310e-1), F(1.1676998740e-1)
L3, L4, L5 = F(-1.2420140846e-1), F(1.4249322787e-1), F(-1.6668057665e-1)
L6, L7, L8 = F(2.0000714765e-1), F(-2.4999993993e-1), F(3.3333331174e-1)

# Cephes sinf and cosf on [-pi/4, pi/4]
S0, S1, S2 = F(-1.9515295891e-4), F(8.3321608736e-3), F(-1.6666654611e-1)
C0, C1, C2 = F(2.443315711809948e-5), F(-1.388731625493765e-3), F(4.166664568298827e-2)

# Cephes expf: e^r = 1 + r + r^2 P(r) for |r| <= ln(2) / 2
X0, X1, X2 = F(1.9875691500e-4), F(1.3981999507e-3), F(8.3334519073e-3)
X3, X4, X5 = F(4.1665795894e-2), F(1.6666665459e-1), F(5.0000001201e-1)
LOG2_E32 = F(1.44269504088896341)  # 1 / ln 2
LN2_HIGH32 = F(0.693359375)  # ln 2 with so few bits that k * LN2_HIGH32 is exact
LN2_LOW32 = F(-2.12194440e-4)  # ln 2 - LN2_HIGH32
EXP_LARGEST32 = F(87.0)  # exp of more comes near the largest float32
# 2^r for |r| <= 1/2: polynomial of degree 5, relative error 7.5e-8, fitted by iterated least squares
P0, P1, P2 = F(1.0), F(0.69314697), F(0.24022120)
P3, P4, P5 = F(0.05550713), F(0.00967554), F(0.00132765)
ROUNDING = F(12_582_912.0)  # 1.5 * 2^23: adding it rounds to a whole number, which its last bits then hold
EXP_LEAST32 = F(-87.0)  # exp of less is taken for exp of this, 1.6e-38
TANH_ONE = F(9.1)  # tanh of more is 1 in float32
TWO = F(2.0)

RADIANS = F(2.0 * np.pi / 2.0**32)  # angle of one step of a 32-bit turn

LOG2_E = 1.4426950408889634  # 1 / ln 2
LN2_HIGH = 6.93147180369123816490e-01  # ln 2 with the last 32 bits cleared, so that k * LN2_HIGH is exact
LN2_LOW = 1.90821492927058770002e-10  # ln 2 - LN2_HIGH
ROUNDING_DOUBLE = 6755399441055744.0  # 1.5 * 2^52, as ROUNDING: this much is vectorised without AVX-512, too
EXP_LARGEST = 708.0  # exp of more overflows, of less than minus this is subnormal
SERIES_TERMS = 16  # of artanh: what follows is below 3^-34
LOG_ITERATIONS = 24  # from 0, the iteration first moves by 2 a time, then triples its digits
E13, E12, E11, E10 = 1 / 6227020800, 1 / 479001600, 1 / 39916800, 1 / 3628800  # 1 / n!
E9, E8, E7, E6 = 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720
E5, E4, E3 = 1 / 120, 1 / 24, 1 / 6
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2) as float64
A21, A19, A17, A15, A13 = 1 / 21, 1 / 19, 1 / 17, 1 / 15, 1 / 13  # of artanh
A11, A9, A7, A5, A3 = 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3
EXPM1_NEAR = 0.35  # below it, e to the x less 1 is summed as a series
EXPM1_TERMS = 18  # 0.35^18 / 18! is below 2^-78


@inlined
def log_scaled(x, halvings):
    """Return ln(x / 2^halvings) of a normal number above 0; float32."""
    bits = np.float32(x).view(np.int32)
    mantissa = np.int32(np.int32(bits & 0x007FFFFF) | 0x3F000000).view(np.float32)  # in [1/2, 1)
    small = mantissa < SQRT_HALF
    exponent = np.int32(np.int32(bits >> 23) - (126 + halvings + np.int32(small)))
    f = (mantissa + mantissa if small else mantissa) - ONE
    square = f * f
    p = ((((((((L0 * f + L1) * f + L2) * f + L3) * f + L4) * f + L5) * f + L6) * f + L7) * f + L8) * f * square
    return f - HALF * square + p + np.float32(exponent) * LN2


@inlined
def minus_two_log(word):
    """Return -2 ln((word + 1/2) / 2^32) for a 32-bit word; float32, never negative, at most 45.8."""
    return MINUS_TWO * log_scaled(np.float32(word) + HALF, 32)


@inlined
def cos_sin_turn(word):
    """Return cosine and sine of word / 2^32 turns, for a 32-bit word; float32."""
    quadrant = np.uint32(np.uint32(word + 0x20000000) >> 30)
    rest = np.int32(np.uint32(word - np.uint32(quadrant << 30)))
    angle = np.float32(rest) * RADIANS
    square = angle * angle
    sine = ((S0 * square + S1) * square + S2) * square * angle + angle
    cosine = ((C0 * square + C1) * square + C2) * square * square - HALF * square + ONE
    odd = np.uint32(quadrant & 1) != 0
    c = sine if odd else cosine
    s = cosine if odd else sine
    c = -c if np.uint32(np.uint32(quadrant + 1) & 2) != 0 else c
    s = -s if quadrant >= 2 else s
    return c, s


@inlined
def exp_parts(x):
    """Return (2^k, e^r - 1) of e^x = 2^k e^r, float32; x is clamped to 87 in size."""
    x = EXP_LARGEST32 if x > EXP_LARGEST32 else x
    x = -EXP_LARGEST32 if x < -EXP_LARGEST32 else x
    k = np.floor(x * LOG2_E32 + HALF)
    r = (x - k * LN2_HIGH32) - k * LN2_LOW32
    series = (((((X0 * r + X1) * r + X2) * r + X3) * r + X4) * r + X5) * (r * r) + r
    return np.int32((np.int32(k) + 127) << 23).view(np.float32), series


@inlined
def exp_single(x):
    """Return e to the x, float32; within 2 units in the last place for |x| <= 87, clamped beyond."""
    scale, series = exp_parts(x)
    return scale * series + scale


@inlined
def expm1_single(x):
    """Return e to the x minus 1, float32; within 3 units in the last place for |x| <= 87, clamped beyond."""
    scale, series = exp_parts(x)
    return scale * series + (scale - ONE)


@inlined
def exp_below_zero(x):
    """Return e to the x of x <= 0, float32; off by at most 3e-7, so made for sums that hold e to the 0."""
    t = (x if x > EXP_LEAST32 else EXP_LEAST32) * LOG2_E32
    shifted = t + ROUNDING
    r = t - (shifted - ROUNDING)
    power = ((((P5 * r + P4) * r + P3) * r + P2) * r + P1) * r + P0
    return np.int32(np.float32(power).view(np.int32) + np.int32(np.float32(shifted).view(np.int32) << 23)).view(
        np.float32
    )


@inlined
def tanh_single(x):
    """Return hyperbolic tangent, float32; within 4 units in the last place."""
    size = -x if x < F(0.0) else x
    size = TANH_ONE if size > TANH_ONE else size
    e = expm1_single(TWO * size)
    t = e / (e + TWO)
    return -t if x < F(0.0) else t


@inlined
def sigmoid_single(x):
    """Return 1 / (1 + exp(-x)), float32; within 4 units in the last place."""
    return ONE / (ONE + exp_single(-x))


@inlined
def exp_double(x):
    """Return e to the x, float64, as `exp`, copied into its caller, so that loops over it vectorise."""
    x = min(max(x, -EXP_LARGEST), EXP_LARGEST)
    shifted = x * LOG2_E + ROUNDING_DOUBLE
    k = shifted - ROUNDING_DOUBLE
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    high = ((((((E13 * r + E12) * r + E11) * r + E10) * r + E9) * r + E8) * r + E7) * r + E6
    series = ((((high * r + E5) * r + E4) * r + E3) * r + 0.5) * r * r + r + 1.0
    return series * np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)


@compiled
def exp(x):
    """Return e to the x, float64; within 1 unit in the last place for |x| <= 708, clamped beyond."""
    return exp_double(x)


@compiled
def sigmoid(x):
    """Return 1 / (1 + exp(-x)), float64."""
    return 1.0 / (1.0 + exp(-x))


@compiled
def log_sigmoid(x):
    """Return logarithm of 1 / (1 + exp(-x)), float64, within 2 units in the last place: x itself far below 0, never
    more.
    """
    e = exp(-abs(x))
    z = e / (2.0 + e)  # ln(1 + e) = 2 artanh(z), z <= 1/3
    squared, series = z * z, 0.0
    for n in range(SERIES_TERMS, -1, -1):
        series = series * squared + 1.0 / (2 * n + 1)
    return min(x, 0.0) - 2.0 * z * series


@compiled
def log(x):
    """Return natural logarithm of 2^-53 <= x <= 2^53, float64: Halley's iteration on `exp`."""
    y = 0.0
    for _ in range(LOG_ITERATIONS):
        e = exp(y)
        y += 2.0 * (x - e) / (x + e)
    return y


@inlined
def log_double(x):
    """Return natural logarithm of a normal number above 0, float64; within 2 units in the last place.

    x = 2^k m with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)); loops over it vectorise.
    """
    bits = np.float64(x).view(np.int64)
    k = (bits - SQRT_HALF_BITS) >> 52
    m = np.int64(bits - (k << 52)).view(np.float64)
    z = (m - 1.0) / (m + 1.0)
    s = z * z
    high = ((((A21 * s + A19) * s + A17) * s + A15) * s + A13) * s + A11
    series = ((((high * s + A9) * s + A7) * s + A5) * s + A3) * s
    return k * LN2_HIGH + (k * LN2_LOW + (2.0 * z * series + 2.0 * z))


@compiled
def expm1(x):
    """Return e to the x minus 1, float64; within 2 units in the last place."""
    if abs(x) >= EXPM1_NEAR:
        return exp(x) - 1.0
    series = 1.0
    for n in range(EXPM1_TERMS, 1, -1):
        series = 1.0 + series * x / n
    return x * series
