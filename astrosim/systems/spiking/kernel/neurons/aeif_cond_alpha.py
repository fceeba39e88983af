"""Adaptive exponential neuron, alpha-shaped conductances and a slow inward current (ms, mV, pF, pA, nS).

    C_m dV/dt = -g_L (v - E_L) + g_L Delta_T exp((v - V_th) / Delta_T) - g_ex (v - E_ex) - g_in (v - E_in)
                - w + I_e + I_SIC,   v = min(V, V_peak), V_reset while refractory
    tau_w dw/dt = a (v - E_L) - w,   g'' by an alpha function: an arrival of weight w peaks at w after tau_syn

Brette and Gerstner 2005 (10.1152/jn.00686.2005). A spike as soon as V reaches V_peak inside the step: V = V_reset,
w += b, and the rest of the step is integrated from there. NEST 3.10 finds the crossing to the tolerance of its solver;
here V_peak itself is found. Conductances by their exact propagators; V and w by Dormand and Prince's method of order 5:
all neurons side by side over the whole step, and those whose error is above the `tolerance`, or that fire, in
sub-steps.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp, exp_double, log_double
from astrosim.core.jit import inlined, kernel, phase
from astrosim.systems.spiking.kernel.model import (
    EXCITATION,
    HOLD,
    INHIBITION,
    LANES,
    RECEIVED,
    REFRACTORY,
    SIC,
    Model,
    Parameter,
    Recordable,
    Values,
    rows_from,
    times,
)
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import decays

V, W, DG_EX, G_EX, DG_IN, G_IN = STATES = rows_from(len(RECEIVED), 6)
NEW_V, NEW_W, NEW_DG_EX, NEW_G_EX, NEW_DG_IN, NEW_G_IN, APART = rows_from(len(RECEIVED) + 6, 7)
CONSTANTS = rows_from(len(RECEIVED) + 13, 20)
CAPACITANCE, LEAK, REST, RESET, TH, PEAK, SLOPE, A, B, TAU_W, E_EX, E_IN, TAU_EX, TAU_IN, CURRENT = CONSTANTS[:15]
PART_EX, PART_IN, JUMP_EX, JUMP_IN, TOLERANCE = CONSTANTS[15:]
ROWS = len(RECEIVED) + 33
PARTS = 90.0  # of a step: the stages of Dormand and Prince's method lie at whole numbers of them
BISECTIONS = 60  # halve a step to below the spacing of float64
ORDER = 5.0  # of the error of Dormand and Prince's method
SAFE, LEAST, MOST = 0.9, 0.2, 5.0  # of the next length of a sub-step: usual in solvers
ALMOST = 0.999  # of what is left of a step: taken as all of it
SHORTEST = 1e-12  # of a step; assumed: below it rounding is all that is left of an error


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

    `g_ex`, `g_in`: conductances at the start; `ex`, `inh`: their course. Errors may be as large as the tolerance, and
    above 1 mV/ms grow with the slope of V: what counts is when it fires. Dormand and Prince 1980
    (10.1016/0771-050X(80)90013-3), table 2.
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
    return v + s * dv, w + s * dw, error, cell[TOLERANCE + n] * max(1.0, abs(v1))


@phase
def ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return (V, w) after s ms, the estimated error, the allowed error, and the courses of both conductances."""
    ex = course(dg_ex, g_ex, s, exp(-s / (PARTS * cell[TAU_EX + n])))
    inh = course(dg_in, g_in, s, exp(-s / (PARTS * cell[TAU_IN + n])))
    new_v, new_w, error, allowed = dormand_prince(v, w, g_ex, g_in, ex, inh, s, n, cell)
    return new_v, new_w, error, allowed, ex, inh


@kernel
def crossing(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return the time (ms) at which V reaches V_peak, which it does within s ms."""
    low, high = 0.0, s
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if ahead(v, w, dg_ex, g_ex, dg_in, g_in, middle, n, cell)[0] >= cell[PEAK + n]:
            high = middle
        else:
            low = middle
    return high


@phase
def resized(s, allowed, error):
    """Return the length of a sub-step (ms) that would meet the tolerance."""
    if error <= 0.0:
        return s * MOST
    return s * min(MOST, max(LEAST, SAFE * exp(log_double(allowed / error) / ORDER)))


@kernel
def careful(cell, n, number, step, spikes, count):
    """Advance the neuron of a lane by a step in sub-steps; return the number of spikes so far. No arrivals."""
    v, w = cell[V + n], cell[W + n]
    dg_ex, g_ex, dg_in, g_in = cell[DG_EX + n], cell[G_EX + n], cell[DG_IN + n], cell[G_IN + n]
    left, s = step, step
    while left > 0.0:
        s = s if s < left * ALMOST else left
        held = cell[REFRACTORY + n] > 0.0
        s = left if held else s
        new_v, new_w, error, allowed, ex, inh = ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell)
        proposed = step
        if held:
            new_v, new_w = v, rested(w, s, n, cell)
        elif error > allowed and s > SHORTEST * step:
            s = resized(s, allowed, error)
            continue
        elif new_v >= cell[PEAK + n]:
            s = crossing(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell)
            _, new_w, _, _, ex, inh = ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell)
            new_v, new_w = cell[RESET + n], new_w + cell[B + n]
            cell[REFRACTORY + n] = cell[HOLD + n]
            if count < spikes.size:
                spikes[count] = number + n
            count += 1
        else:
            proposed = resized(s, allowed, error)
        v, w, dg_ex, g_ex, dg_in, g_in = new_v, new_w, ex[5], ex[4], inh[5], inh[4]
        left -= s
        s = proposed
    cell[REFRACTORY + n] = max(cell[REFRACTORY + n] - 1.0, 0.0)
    cell[V + n], cell[W + n] = v, w
    cell[DG_EX + n], cell[G_EX + n], cell[DG_IN + n], cell[G_IN + n] = dg_ex, g_ex, dg_in, g_in
    return count


@phase
def attempt(cell, n, step):
    """Advance a lane by a whole step, into its scratch; mark it APART where that will not do. Writes: scratch."""
    v, w, held, peak = cell[V + n], cell[W + n], cell[REFRACTORY + n], cell[PEAK + n]
    g_ex, g_in = cell[G_EX + n], cell[G_IN + n]
    ex = course(cell[DG_EX + n], g_ex, step, cell[PART_EX + n])
    inh = course(cell[DG_IN + n], g_in, step, cell[PART_IN + n])
    new_v, new_w, error, allowed = dormand_prince(v, w, g_ex, g_in, ex, inh, step, n, cell)
    alike = (error <= allowed) & (new_v < peak) & (held == 0.0)
    cell[APART + n] = 0.0 if alike else 1.0
    cell[NEW_V + n], cell[NEW_W + n] = new_v, new_w
    cell[NEW_DG_EX + n], cell[NEW_G_EX + n] = ex[5], ex[4]
    cell[NEW_DG_IN + n], cell[NEW_G_IN + n] = inh[5], inh[4]


@phase
def end(cell, n):
    """Take over the scratch of a lane unless it is APART, then what arrives. Writes: the state."""
    alike = cell[APART + n] == 0.0
    v, w = cell[NEW_V + n] if alike else cell[V + n], cell[NEW_W + n] if alike else cell[W + n]
    g_ex, g_in = cell[NEW_G_EX + n] if alike else cell[G_EX + n], cell[NEW_G_IN + n] if alike else cell[G_IN + n]
    dg_ex = (cell[NEW_DG_EX + n] if alike else cell[DG_EX + n]) + cell[JUMP_EX + n] * cell[EXCITATION + n]
    dg_in = (cell[NEW_DG_IN + n] if alike else cell[DG_IN + n]) - cell[JUMP_IN + n] * cell[INHIBITION + n]
    cell[V + n], cell[W + n], cell[G_EX + n], cell[G_IN + n] = v, w, g_ex, g_in
    cell[DG_EX + n], cell[DG_IN + n] = dg_ex, dg_in


@kernel
def advance(cell, lanes, number, step, spikes, count):
    """Advance the neurons of the first `lanes` lanes of a tile by a step (ms); return the number of spikes so far.

    Reads: constants. Writes: state and scratch in `cell`, the tile, and spikes (neuron of each spike from `count` on;
    `number` is that of lane 0).
    """
    for n in range(LANES):
        attempt(cell, n, step)
    for n in range(lanes):
        if cell[APART + n] > 0.0:
            count = careful(cell, n, number, step, spikes, count)
    for n in range(LANES):
        end(cell, n)
    return count


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Advance the neuron of one lane by a step (ms); see `advance`."""
    attempt(cell, n, step)
    if cell[APART + n] > 0.0:
        count = careful(cell, n, number, step, spikes, count)
    end(cell, n)
    return count


COLUMNS = {
    "C_m": CAPACITANCE,
    "g_L": LEAK,
    "E_L": REST,
    "V_reset": RESET,
    "V_th": TH,
    "V_peak": PEAK,
    "Delta_T": SLOPE,
    "a": A,
    "b": B,
    "tau_w": TAU_W,
    "E_ex": E_EX,
    "E_in": E_IN,
    "tau_syn_ex": TAU_EX,
    "tau_syn_in": TAU_IN,
    "I_e": CURRENT,
    "tolerance": TOLERANCE,
}


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (neuron,) each."""
    sharp, tau_ex, tau_in = values["Delta_T"] == 0.0, values["tau_syn_ex"], values["tau_syn_in"]
    return {row: values[name] for name, row in COLUMNS.items()} | {
        HOLD: np.where(values["t_ref"] > 0.0, np.rint(values["t_ref"] / step) + 1.0, 0.0),
        PEAK: np.where(sharp, values["V_th"], values["V_peak"]),
        PART_EX: decays(tau_ex, step / PARTS),
        PART_IN: decays(tau_in, step / PARTS),
        JUMP_EX: np.e / tau_ex,
        JUMP_IN: np.e / tau_in,
    }


def start(values: Values) -> np.ndarray:
    """Return the first state: float64, shape (6, neuron)."""
    return np.stack([values[name] for name in ("V_m", "w", "dg_ex", "g_ex", "dg_in", "g_in")])


def remarks(values: Values, step: float) -> dict[int, str]:
    """Return neurons whose reset is not below the peak, with the reason."""
    peak = np.where(values["Delta_T"] == 0.0, values["V_th"], values["V_peak"])
    return {
        int(n): f"V_reset = {values['V_reset'][n]:g} mV is not below the {peak[n]:g} mV of a spike: it would fire "
        "without end. Write a lower V_reset"
        for n in np.flatnonzero(values["V_reset"] >= peak)
    }


AEIF_COND_ALPHA = Model(
    name="aeif_cond_alpha",
    number=2,
    source="Brette and Gerstner 2005",
    parameters=(
        Parameter("C_m", "pF", 281.0, "capacitance of the membrane", least=0.0, above=True),
        Parameter("g_L", "nS", 30.0, "leak conductance", least=0.0, above=True),
        Parameter("E_L", "mV", -70.6, "reversal potential of the leak"),
        Parameter("V_reset", "mV", -60.0, "potential after a spike"),
        Parameter("V_th", "mV", -50.4, "threshold of the exponential"),
        Parameter("V_peak", "mV", 0.0, "potential that counts as a spike"),
        Parameter("Delta_T", "mV", 2.0, "slope of the exponential; 0: a sharp threshold V_th", least=0.0),
        Parameter("a", "nS", 4.0, "adaptation by the potential"),
        Parameter("b", "pA", 80.5, "adaptation by a spike"),
        times("tau_w", 144.0, "time constant of the adaptation"),
        Parameter("E_ex", "mV", 0.0, "reversal potential of excitation"),
        Parameter("E_in", "mV", -85.0, "reversal potential of inhibition"),
        times("tau_syn_ex", 0.2, "time to peak of excitatory conductances"),
        times("tau_syn_in", 2.0, "time to peak of inhibitory conductances"),
        Parameter("t_ref", "ms", 0.0, "refractory period", least=0.0),
        Parameter("I_e", "pA", 0.0, "constant current"),
        Parameter("tolerance", "mV", 1e-10, "error of V allowed in a sub-step", least=1e-12),
    ),
    initial=(
        Parameter("V_m", "mV", -70.6, "membrane potential at the start"),
        Parameter("w", "pA", 0.0, "adaptation current at the start"),
        Parameter("g_ex", "nS", 0.0, "excitatory conductance at the start", least=0.0),
        Parameter("dg_ex", "nS/ms", 0.0, "its rise at the start", least=0.0),
        Parameter("g_in", "nS", 0.0, "inhibitory conductance at the start", least=0.0),
        Parameter("dg_in", "nS/ms", 0.0, "its rise at the start", least=0.0),
    ),
    states=("V_m", "w", "dg_ex", "g_ex", "dg_in", "g_in"),
    rows=ROWS,
    state_rows=STATES,
    constants=constants,
    start=start,
    recordable={
        "V_m": Recordable("mV", V),
        "w": Recordable("pA", W),
        "g_ex": Recordable("nS", G_EX),
        "g_in": Recordable("nS", G_IN),
        "I_SIC": Recordable("pA", SIC),
    },
    current=CURRENT,
    remarks=remarks,
)
