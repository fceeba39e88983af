"""Equations of the adaptive exponential neuron, and one step of Dormand and Prince's method (ms, mV, pF, pA, nS).

The rows of its tile; see `aeif_cond_alpha`. Brette and Gerstner 2005 (10.1152/jn.00686.2005).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp, exp_double
from astrosim.core.jit import inlined, phase
from astrosim.systems.spiking.kernel.model import RECEIVED, SIC, rows_from

V, W, DG_EX, G_EX, DG_IN, G_IN = STATES = rows_from(len(RECEIVED), 6)
NEW_V, NEW_W, NEW_DG_EX, NEW_G_EX, NEW_DG_IN, NEW_G_IN, APART = rows_from(len(RECEIVED) + 6, 7)
MID_V, MID_W, MID_DG_EX, MID_G_EX, MID_DG_IN, MID_G_IN, FAILED = rows_from(len(RECEIVED) + 13, 7)
CONSTANTS = rows_from(len(RECEIVED) + 20, 23)
CAPACITANCE, LEAK, REST, RESET, TH, PEAK, SLOPE, A, B, TAU_W, E_EX, E_IN, TAU_EX, TAU_IN, CURRENT = CONSTANTS[:15]
PART_EX, PART_IN, JUMP_EX, JUMP_IN, NEAR, TOLERANCE, SHORT_EX, SHORT_IN = CONSTANTS[15:]
ROWS = len(RECEIVED) + 43
PARTS = 90.0  # of a step: the stages of Dormand and Prince's method lie at whole numbers of them
FAR = 100.0  # how much larger they may be there


@phase
def slope_of(v, w, g_ex, g_in, n, cell):
    """Return dV/dt (mV/ms) at v, below the peak."""
    slope = cell[SLOPE + n]
    spike = cell[LEAK + n] * slope * exp_double((v - cell[TH + n]) / (slope if slope > 0.0 else 1.0))  # 0 of slope 0
    leak = cell[LEAK + n] * (v - cell[REST + n])
    synaptic = g_ex * (v - cell[E_EX + n]) + g_in * (v - cell[E_IN + n])
    return (spike - leak - synaptic - w + cell[CURRENT + n] + cell[SIC + n]) / cell[CAPACITANCE + n]


@phase
def adaptation_of(v, w, n, cell):
    """Return dw/dt (pA/ms)."""
    return (cell[A + n] * (v - cell[REST + n]) - w) / cell[TAU_W + n]


@phase
def kept_below(v, n, cell):
    """Return v, at most V_peak."""
    return min(v, cell[PEAK + n])


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
        (g + 0.2 * dg * s) * e18,
        (g + 0.3 * dg * s) * e27,
        (g + 0.8 * dg * s) * e72,
        (g + 8.0 / 9.0 * dg * s) * e80,
        (g + dg * s) * e90,
        dg * e90,
    )


@phase
def stage(v, w, dv, dw, s, ex, inh, n, cell):
    """Return (dV/dt, dw/dt) at the state that lies s (dv, dw) ahead."""
    at, there = kept_below(v + s * dv, n, cell), w + s * dw
    return slope_of(at, there, ex, inh, n, cell), adaptation_of(at, there, n, cell)


@phase
def dormand_prince(v, w, g_ex, g_in, ex, inh, s, n, cell):
    """Return (V, w) after s ms by order 5, the estimated error of V (mV), and the error that is allowed.

    `g_ex`, `g_in`: conductances at the start; `ex`, `inh`: their course. Errors may be as large as the tolerance; above
    1 mV/ms they grow with the slope of V, as what counts is when it fires, and far below the threshold they may be
    larger. Dormand and Prince 1980 (10.1016/0771-050X(80)90013-3), table 2.
    """
    v1, w1 = stage(v, w, 0.0, 0.0, s, g_ex, g_in, n, cell)
    v2, w2 = stage(v, w, v1 / 5, w1 / 5, s, ex[0], inh[0], n, cell)
    v3, w3 = stage(v, w, 3 / 40 * v1 + 9 / 40 * v2, 3 / 40 * w1 + 9 / 40 * w2, s, ex[1], inh[1], n, cell)
    dv, dw = 44 / 45 * v1 - 56 / 15 * v2 + 32 / 9 * v3, 44 / 45 * w1 - 56 / 15 * w2 + 32 / 9 * w3
    v4, w4 = stage(v, w, dv, dw, s, ex[2], inh[2], n, cell)
    dv = 19372 / 6561 * v1 - 25360 / 2187 * v2 + 64448 / 6561 * v3 - 212 / 729 * v4
    dw = 19372 / 6561 * w1 - 25360 / 2187 * w2 + 64448 / 6561 * w3 - 212 / 729 * w4
    v5, w5 = stage(v, w, dv, dw, s, ex[3], inh[3], n, cell)
    dv = 9017 / 3168 * v1 - 355 / 33 * v2 + 46732 / 5247 * v3 + 49 / 176 * v4 - 5103 / 18656 * v5
    dw = 9017 / 3168 * w1 - 355 / 33 * w2 + 46732 / 5247 * w3 + 49 / 176 * w4 - 5103 / 18656 * w5
    v6, w6 = stage(v, w, dv, dw, s, ex[4], inh[4], n, cell)
    dv = 35 / 384 * v1 + 500 / 1113 * v3 + 125 / 192 * v4 - 2187 / 6784 * v5 + 11 / 84 * v6
    dw = 35 / 384 * w1 + 500 / 1113 * w3 + 125 / 192 * w4 - 2187 / 6784 * w5 + 11 / 84 * w6
    v7, w7 = stage(v, w, dv, dw, s, ex[4], inh[4], n, cell)
    off_v = 71 / 57600 * v1 - 71 / 16695 * v3 + 71 / 1920 * v4 - 17253 / 339200 * v5 + 22 / 525 * v6 - v7 / 40
    off_w = 71 / 57600 * w1 - 71 / 16695 * w3 + 71 / 1920 * w4 - 17253 / 339200 * w5 + 22 / 525 * w6 - w7 / 40
    error = s * max(abs(off_v), abs(off_w) / cell[LEAK + n])
    allowed = cell[TOLERANCE + n] * max(1.0, abs(v1)) * (FAR if v < cell[NEAR + n] else 1.0)
    return v + s * dv, w + s * dw, error, allowed


@phase
def ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return (V, w) after s ms, the estimated error, the allowed error, and the courses of both conductances."""
    ex = course(dg_ex, g_ex, s, exp(-s / (PARTS * cell[TAU_EX + n])))
    inh = course(dg_in, g_in, s, exp(-s / (PARTS * cell[TAU_IN + n])))
    new_v, new_w, error, allowed = dormand_prince(v, w, g_ex, g_in, ex, inh, s, n, cell)
    return new_v, new_w, error, allowed, ex, inh
