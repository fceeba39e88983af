"""Equations of the adaptive exponential neuron, and one step of Dormand and Prince's method (ms, mV, pF, pA, nS).

The rows of its tile; see `aeif_cond_alpha`. Brette and Gerstner 2005 (10.1152/jn.00686.2005).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import inlined, kernel, phase
from astrosim.systems.spiking.kernel.dormand_prince import AT, STAGES, mean_slope, off
from astrosim.systems.spiking.kernel.exponential import exp2_double
from astrosim.systems.spiking.kernel.model import LANES, RECEIVED, SIC, rows_from

V, W, DG_EX, G_EX, DG_IN, G_IN = STATES = rows_from(len(RECEIVED), 6)
NEW_V, NEW_W, NEW_DG_EX, NEW_G_EX, NEW_DG_IN, NEW_G_IN, APART = rows_from(len(RECEIVED) + 6, 7)
MID_V, MID_W, MID_DG_EX, MID_G_EX, MID_DG_IN, MID_G_IN, FAILED = rows_from(len(RECEIVED) + 13, 7)
SLOPES_V, SLOPES_W = rows_from(len(RECEIVED) + 20, STAGES)[0], rows_from(len(RECEIVED) + 20 + STAGES, STAGES)[0]
CONSTANTS = rows_from(len(RECEIVED) + 20 + 2 * STAGES, 42)
LEAK, REST, RESET, TH, PEAK, A, B, E_EX, E_IN, CURRENT, TAU_W, TAU_EX, TAU_IN = CONSTANTS[:13]
SPIKE, PER_SLOPE, PER_CAPACITANCE, PER_TAU_W, PER_LEAK = CONSTANTS[13:18]  # divisions are what takes time
JUMP_EX, JUMP_IN, NEAR, TOLERANCE = CONSTANTS[18:22]
WHOLE_EX, WHOLE_IN, SHORT_EX, SHORT_IN = (CONSTANTS[22 + 5 * k : 27 + 5 * k] for k in range(4))
"""Decays of conductances up to each stage of a step, and of a quarter of it."""
ROWS = len(RECEIVED) + 20 + 2 * STAGES + 42
PARTS = 90.0  # of a step: the stages of Dormand and Prince's method lie at whole numbers of them
FAR = 100.0  # how much larger errors may be far below the threshold
FROM_STATE = (V, WHOLE_EX[0], WHOLE_IN[0])
FROM_MIDDLE = (MID_V, SHORT_EX[0], SHORT_IN[0])
"""Where a step begins: first row of the state or its copy, and of the decays of conductances."""


@phase
def slope_of(v, w, g_ex, g_in, n, cell):
    """Return dV/dt (mV/ms) at v, below the peak."""
    leak = cell[LEAK + n] * (v - cell[REST + n])
    synaptic = g_ex * (v - cell[E_EX + n]) + g_in * (v - cell[E_IN + n])
    others = (cell[CURRENT + n] + cell[SIC + n]) - (leak + synaptic) - w
    spike = cell[SPIKE + n] * exp2_double((v - cell[TH + n]) * cell[PER_SLOPE + n])  # 0 of slope 0
    return (spike + others) * cell[PER_CAPACITANCE + n]


@phase
def adaptation_of(v, w, n, cell):
    """Return dw/dt (pA/ms)."""
    return (cell[A + n] * (v - cell[REST + n]) - w) * cell[PER_TAU_W + n]


@phase
def rested(w, s, n, cell):
    """Return w after s ms with V held at V_reset: its equation is then linear."""
    end = cell[A + n] * (cell[RESET + n] - cell[REST + n])
    return end + (w - end) * exp(-s / cell[TAU_W + n])


@inlined
def course(dg, g, s, e1):
    """Return the conductance after 1/5, 3/10, 4/5, 8/9 and all of s ms, and its rise then; e1 = e^(-s / 90 tau)."""
    e2 = e1 * e1
    e8 = e2 * e2 * e2 * e2
    e9 = e8 * e1
    e18 = e9 * e9
    e27 = e18 * e9
    e72 = e18 * e27 * e27
    e80 = e72 * e8
    e90 = e80 * e8 * e2
    return (
        (g + AT[0] * dg * s) * e18,
        (g + AT[1] * dg * s) * e27,
        (g + AT[2] * dg * s) * e72,
        (g + AT[3] * dg * s) * e80,
        (g + dg * s) * e90,
        dg * e90,
    )


@phase
def compute(stage, v, w, g_ex, g_in, n, cell):
    """Compute dV/dt and dw/dt of a lane at a stage. Writes: scratch."""
    at = min(v, cell[PEAK + n])
    cell[SLOPES_V + stage * LANES + n] = slope_of(at, w, g_ex, g_in, n, cell)
    cell[SLOPES_W + stage * LANES + n] = adaptation_of(at, w, n, cell)


@phase
def ahead_to(stage, v, w, s, n, cell):
    """Return V and w at a stage of a step of s ms, 1 to 6: the last is the end."""
    return v + s * mean_slope(stage, SLOPES_V, n, cell), w + s * mean_slope(stage, SLOPES_W, n, cell)


@phase
def outcome(v, w, s, n, cell):
    """Return (V, w) after s ms by order 5, the estimated error of V (mV), and the error that is allowed.

    Errors may be as large as the tolerance; above 1 mV/ms they grow with the slope of V, as what counts is when it
    fires, and far below the threshold they may be larger.
    """
    error = s * max(abs(off(SLOPES_V, n, cell)), abs(off(SLOPES_W, n, cell)) * cell[PER_LEAK + n])
    new_v, new_w = ahead_to(6, v, w, s, n, cell)
    allowed = cell[TOLERANCE + n] * max(1.0, abs(cell[SLOPES_V + n])) * (FAR if v < cell[NEAR + n] else 1.0)
    return new_v, new_w, error, allowed


@phase
def conductances(stage, s, n, begun, cell):
    """Return the conductances of a lane at a stage of a step of s ms; `begun`: where, see `FROM_STATE`."""
    place = min(stage, 5) - 1
    since, first = AT[place] * s, begun[0] + n
    ex = (cell[first + 3 * LANES] + cell[first + 2 * LANES] * since) * cell[begun[1] + place * LANES + n]
    return ex, (cell[first + 5 * LANES] + cell[first + 4 * LANES] * since) * cell[begun[2] + place * LANES + n]


@phase
def set_out(cell, n, begun):
    """Compute the slopes of a lane at the start of a step. Writes: scratch."""
    first = begun[0] + n
    compute(0, cell[first], cell[first + LANES], cell[first + 3 * LANES], cell[first + 5 * LANES], n, cell)


@phase
def go_on(stage, cell, n, s, begun):
    """Compute those at a later stage. Writes: scratch."""
    ex, inh = conductances(stage, s, n, begun, cell)
    v, w = ahead_to(stage, cell[begun[0] + n], cell[begun[0] + LANES + n], s, n, cell)
    compute(stage, v, w, ex, inh, n, cell)


@phase
def side_by_side(cell, s, begun):
    """Compute the slopes of all lanes over a step of s ms. Writes: scratch."""
    for n in range(LANES):
        set_out(cell, n, begun)
    for n in range(LANES):
        go_on(1, cell, n, s, begun)
    for n in range(LANES):
        go_on(2, cell, n, s, begun)
    for n in range(LANES):
        go_on(3, cell, n, s, begun)
    for n in range(LANES):
        go_on(4, cell, n, s, begun)
    for n in range(LANES):
        go_on(5, cell, n, s, begun)
    for n in range(LANES):
        go_on(6, cell, n, s, begun)


@phase
def alone(cell, n, s, begun):
    """Compute the slopes of one lane over a step of s ms; see `side_by_side`. Writes: scratch."""
    set_out(cell, n, begun)
    go_on(1, cell, n, s, begun)
    go_on(2, cell, n, s, begun)
    go_on(3, cell, n, s, begun)
    go_on(4, cell, n, s, begun)
    go_on(5, cell, n, s, begun)
    go_on(6, cell, n, s, begun)


@kernel
def ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return (V, w) after any s ms, the estimated error, the allowed error, and the courses of both conductances.

    Writes: scratch.
    """
    ex = course(dg_ex, g_ex, s, exp(-s / (PARTS * cell[TAU_EX + n])))
    inh = course(dg_in, g_in, s, exp(-s / (PARTS * cell[TAU_IN + n])))
    compute(0, v, w, g_ex, g_in, n, cell)
    there_v, there_w = ahead_to(1, v, w, s, n, cell)
    compute(1, there_v, there_w, ex[0], inh[0], n, cell)
    there_v, there_w = ahead_to(2, v, w, s, n, cell)
    compute(2, there_v, there_w, ex[1], inh[1], n, cell)
    there_v, there_w = ahead_to(3, v, w, s, n, cell)
    compute(3, there_v, there_w, ex[2], inh[2], n, cell)
    there_v, there_w = ahead_to(4, v, w, s, n, cell)
    compute(4, there_v, there_w, ex[3], inh[3], n, cell)
    there_v, there_w = ahead_to(5, v, w, s, n, cell)
    compute(5, there_v, there_w, ex[4], inh[4], n, cell)
    there_v, there_w = ahead_to(6, v, w, s, n, cell)
    compute(6, there_v, there_w, ex[4], inh[4], n, cell)
    new_v, new_w, error, allowed = outcome(v, w, s, n, cell)
    return new_v, new_w, error, allowed, ex, inh
