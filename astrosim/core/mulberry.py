"""Mulberry32 with its state in a double that is never reduced, by random access. Spec of the program, section 5.

The state grows by `INCREMENT` before each draw. Above 2^53 the sum is rounded to the double's spacing, a power of two
that doubles from binade to binade. Within one binade every step adds the same multiple of the spacing, the increment
rounded to nearest: the increment is odd, so a tie arises only where the spacing is 2, and there the first step ends on
an even multiple of the spacing, from which the tie always falls the same way. So a state far ahead is one
multiplication away (`run`), except across the border of a binade, where draws are counted one by one.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, inlined

INCREMENT = 1831565813.0  # growth of the state a draw; program
EXACT = 2.0**53  # largest double up to which every whole number is one: no rounding below
WORD = 2.0**32  # values of a 32-bit word
EXPONENT = np.int64(52)  # position of the exponent in a double's bits


def initial_state(seed: int) -> float:
    """Return state before the first draw."""
    return float(seed + 1)


@inlined
def counter(state):
    """Return the state modulo 2^32: uint32, exact for every double."""
    return np.uint32(np.int64(state - np.floor(state * (1.0 / WORD)) * WORD))


@inlined
def uniform(count):
    """Return the draw that a counter (uint32) yields: float64 in [0, 1)."""
    s = np.uint32(count)
    t = np.uint32(np.uint32(s ^ np.uint32(s >> 15)) * np.uint32(s | 1))
    t = np.uint32(t ^ np.uint32(t + np.uint32(np.uint32(t ^ np.uint32(t >> 7)) * np.uint32(t | 61))))
    return np.float64(np.uint32(t ^ np.uint32(t >> 14))) * (1.0 / WORD)


@inlined
def draw(generator):
    """Advance the generator (float64, shape (1,)) by one draw and return it."""
    generator[0] += INCREMENT
    return uniform(counter(generator[0]))


@inlined
def exponent(state):
    """Return the binade of a positive double."""
    return np.float64(state).view(np.int64) >> EXPONENT


@inlined
def run(state, draws):
    """Continue the stream of draws.

    Parameters
    ----------
    state : float64
    draws : int
        At least 1, at most 2^21 (so that the product with the stride is exact).

    Returns
    -------
    first : float64
        State of the first draw.
    stride : float64
        Growth from draw to draw.
    regular : bool
        Whether draw k has the state first + k * stride, for all k < draws.
    """
    first = state + INCREMENT
    stride = (first + INCREMENT) - first
    beyond = first + draws * stride
    return first, stride, beyond <= EXACT or exponent(state) == exponent(beyond)


@compiled
def jump(state, draws):
    """Return the state after a number of draws (at most 2^21)."""
    if draws < 1:
        return state
    first, stride, regular = run(state, draws)
    if regular:
        return first + (draws - 1) * stride
    for _ in range(draws):
        state += INCREMENT
    return state


@compiled
def count_one_by_one(state, draws, counters):
    """Write the counters of the next draws, uint32, by the definition; for where `run` is not regular."""
    for k in range(draws):
        state += INCREMENT
        counters[k] = counter(state)


@compiled
def uniforms(state, draws):
    """Return the next draws in a row: float64, shape (draws,), and the state after them."""
    values = np.empty(draws)
    for k in range(draws):
        state += INCREMENT
        values[k] = uniform(counter(state))
    return values, state
