"""Adaptive exponential neuron, alpha-shaped conductances and a slow inward current (ms, mV, pF, pA, nS).

    C_m dV/dt = -g_L (v - E_L) + g_L Delta_T exp((v - V_th) / Delta_T) - g_ex (v - E_ex) - g_in (v - E_in)
                - w + I_e + I_SIC,   v = min(V, V_peak), V_reset while refractory
    tau_w dw/dt = a (v - E_L) - w,   g'' by an alpha function: an arrival of weight w peaks at w after tau_syn

Brette and Gerstner 2005 (10.1152/jn.00686.2005). A spike as soon as V reaches V_peak inside the step: V = V_reset,
w += b, and the rest of the step is integrated from there. NEST 3.10 finds the crossing to the tolerance of its solver;
here it is the limit of small tolerances. Conductances by their exact propagators; V and w by Runge and Kutta's method
of order 4, in sub-steps of at most `substep` mV near the threshold.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp, exp_double
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
CONSTANTS = rows_from(len(RECEIVED) + 13, 23)
CAPACITANCE, LEAK, REST, RESET, TH, PEAK, SLOPE, A, B, TAU_W, E_EX, E_IN, TAU_EX, TAU_IN, CURRENT = CONSTANTS[:15]
HALF_EX, HALF_IN, JUMP_EX, JUMP_IN, NEAR, LONGEST, STIFFNESS, SUBSTEP = CONSTANTS[15:]
PARTS = LANES * (len(RECEIVED) + 36)
ROWS = len(RECEIVED) + 37
NEAR_SLOPES = 1.3  # Delta_T below V_th: from there on the exponential bends V within a step
STIFF = 0.05  # largest step where `substep` is USUAL, in time constants of the membrane with its conductances: RK4 is
# off by 0.05^5 / 120
BISECTIONS = 60  # halve a step to below the spacing of float64
COURSE = 8.0  # largest step of a conductance, in parts of its time constant, where `substep` is USUAL
USUAL = 0.2  # mV


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
def runge_kutta(v, w, ex, inh, s, n, cell):
    """Return (V, w) after s ms; `ex`, `inh`: conductances at the start, in the middle, at the end."""
    at = kept_below(v, n, cell)
    v1, w1 = slope_of(at, w, ex[0], inh[0], n, cell), adaptation_of(at, w, n, cell)
    half = 0.5 * s
    at, there = kept_below(v + half * v1, n, cell), w + half * w1
    v2, w2 = slope_of(at, there, ex[1], inh[1], n, cell), adaptation_of(at, there, n, cell)
    at, there = kept_below(v + half * v2, n, cell), w + half * w2
    v3, w3 = slope_of(at, there, ex[1], inh[1], n, cell), adaptation_of(at, there, n, cell)
    at, there = kept_below(v + s * v3, n, cell), w + s * w3
    v4, w4 = slope_of(at, there, ex[2], inh[2], n, cell), adaptation_of(at, there, n, cell)
    sixth = s / 6.0
    return v + sixth * (v1 + 2.0 * (v2 + v3) + v4), w + sixth * (w1 + 2.0 * (w2 + w3) + w4)


@inlined
def decayed(dg, g, s, decay):
    """Return (dg, g) after s ms, decay = e^(-s / tau)."""
    return dg * decay, (g + dg * s) * decay


@inlined
def course(dg, g, s, half):
    """Return the conductance now, after s / 2 and after s; half = e^(-s / 2 tau)."""
    return g, (g + 0.5 * dg * s) * half, (g + dg * s) * (half * half)


@phase
def rested(w, s, n, cell):
    """Return w after s ms with V held at V_reset: its equation is then linear."""
    end = cell[A + n] * (cell[RESET + n] - cell[REST + n])
    return end + (w - end) * exp(-s / cell[TAU_W + n])


@kernel
def crossing(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return (time, w) at which V reaches V_peak, which it does within s ms."""
    low, high = 0.0, s
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        ex = course(dg_ex, g_ex, middle, exp(-0.5 * middle / cell[TAU_EX + n]))
        inh = course(dg_in, g_in, middle, exp(-0.5 * middle / cell[TAU_IN + n]))
        if runge_kutta(v, w, ex, inh, middle, n, cell)[0] >= cell[PEAK + n]:
            high = middle
        else:
            low = middle
    ex = course(dg_ex, g_ex, high, exp(-0.5 * high / cell[TAU_EX + n]))
    inh = course(dg_in, g_in, high, exp(-0.5 * high / cell[TAU_IN + n]))
    return high, runge_kutta(v, w, ex, inh, high, n, cell)[1]


@phase
def longest(v, w, dg_ex, g_ex, dg_in, g_in, left, n, cell):
    """Return the length (ms) of the next sub-step, at most what is `left` of the step.

    From near the threshold on, V moves by `substep` mV at most.
    """
    s = min(left, cell[LONGEST + n] if g_ex + g_in + dg_ex + dg_in > 0.0 else left)
    stiff = (cell[LEAK + n] + g_ex + g_in) / cell[CAPACITANCE + n]
    s = min(s, cell[STIFFNESS + n] / stiff) if stiff > 0.0 else s
    slope = abs(slope_of(kept_below(v, n, cell), w, g_ex, g_in, n, cell))
    way = max(cell[NEAR + n] - v, 0.0) + cell[SUBSTEP + n]
    s = min(s, way / slope) if slope > 0.0 else s
    return s if s < left * 0.999 else left


@kernel
def careful(cell, n, number, step, spikes, count):
    """Advance the neuron of a lane by a step in sub-steps; return the number of spikes so far. No arrivals."""
    v, w = cell[V + n], cell[W + n]
    dg_ex, g_ex, dg_in, g_in = cell[DG_EX + n], cell[G_EX + n], cell[DG_IN + n], cell[G_IN + n]
    left = step
    while left > 0.0:
        s = left
        if cell[REFRACTORY + n] > 0.0:
            w = rested(w, s, n, cell)
        else:
            s = longest(v, w, dg_ex, g_ex, dg_in, g_in, left, n, cell)
            ex = course(dg_ex, g_ex, s, exp(-0.5 * s / cell[TAU_EX + n]))
            inh = course(dg_in, g_in, s, exp(-0.5 * s / cell[TAU_IN + n]))
            new_v, new_w = runge_kutta(v, w, ex, inh, s, n, cell)
            if new_v >= cell[PEAK + n]:
                s, new_w = crossing(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell)
                new_v, new_w = cell[RESET + n], new_w + cell[B + n]
                cell[REFRACTORY + n] = cell[HOLD + n]
                if count < spikes.size:
                    spikes[count] = number + n
                count += 1
            v, w = new_v, new_w
        dg_ex, g_ex = decayed(dg_ex, g_ex, s, exp(-s / cell[TAU_EX + n]))
        dg_in, g_in = decayed(dg_in, g_in, s, exp(-s / cell[TAU_IN + n]))
        left -= s
    cell[REFRACTORY + n] = max(cell[REFRACTORY + n] - 1.0, 0.0)
    cell[V + n], cell[W + n] = v, w
    cell[DG_EX + n], cell[G_EX + n], cell[DG_IN + n], cell[G_IN + n] = dg_ex, g_ex, dg_in, g_in
    return count


@phase
def begin(cell, n):
    """Copy the state of a lane to its scratch. Writes: scratch."""
    held = cell[REFRACTORY + n]
    v, w, dg_ex, g_ex = cell[V + n], cell[W + n], cell[DG_EX + n], cell[G_EX + n]
    dg_in, g_in = cell[DG_IN + n], cell[G_IN + n]
    cell[APART + n] = 1.0 if held > 0.0 else 0.0
    cell[NEW_V + n], cell[NEW_W + n], cell[NEW_DG_EX + n], cell[NEW_G_EX + n] = v, w, dg_ex, g_ex
    cell[NEW_DG_IN + n], cell[NEW_G_IN + n] = dg_in, g_in


@phase
def part(cell, n, length):
    """Advance the scratch of a lane by a part of a step (ms); mark it APART if it needs more care. Writes: scratch."""
    v, w, apart = cell[NEW_V + n], cell[NEW_W + n], cell[APART + n]
    dg_ex, g_ex, dg_in, g_in = cell[NEW_DG_EX + n], cell[NEW_G_EX + n], cell[NEW_DG_IN + n], cell[NEW_G_IN + n]
    half_ex, half_in = cell[HALF_EX + n], cell[HALF_IN + n]
    ex, inh = course(dg_ex, g_ex, length, half_ex), course(dg_in, g_in, length, half_in)
    new_v, new_w = runge_kutta(v, w, ex, inh, length, n, cell)
    stiff = length * (cell[LEAK + n] + g_ex + g_in) > cell[STIFFNESS + n] * cell[CAPACITANCE + n]
    near = max(v, new_v) > cell[NEAR + n]
    cell[APART + n] = 1.0 if stiff or near else apart
    cell[NEW_V + n], cell[NEW_W + n] = new_v, new_w
    cell[NEW_DG_EX + n], cell[NEW_G_EX + n] = dg_ex * (half_ex * half_ex), ex[2]
    cell[NEW_DG_IN + n], cell[NEW_G_IN + n] = dg_in * (half_in * half_in), inh[2]


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
    parts = int(cell[PARTS])
    for n in range(LANES):
        begin(cell, n)
    for _ in range(parts):
        for n in range(LANES):
            part(cell, n, step / parts)
    for n in range(lanes):
        if cell[APART + n] > 0.0:
            count = careful(cell, n, number, step, spikes, count)
    for n in range(LANES):
        end(cell, n)
    return count


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Advance the neuron of one lane by a step (ms); see `advance`."""
    parts = int(cell[PARTS])
    begin(cell, n)
    for _ in range(parts):
        part(cell, n, step / parts)
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
    "substep": SUBSTEP,
}


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (neuron,) each."""
    sharp, fine = values["Delta_T"] == 0.0, values["substep"] / USUAL
    tau_ex, tau_in = values["tau_syn_ex"], values["tau_syn_in"]
    longest = np.minimum(tau_ex, tau_in) * np.sqrt(fine) / COURSE
    resting = STIFF * fine * values["C_m"] / values["g_L"]
    # one number of parts for all, so that neurons advance side by side; with room for conductances of half the leak
    parts = np.ceil(step / np.min(np.minimum(longest, resting / 1.5)))
    return {row: values[name] for name, row in COLUMNS.items()} | {
        HOLD: np.where(values["t_ref"] > 0.0, np.rint(values["t_ref"] / step) + 1.0, 0.0),
        PEAK: np.where(sharp, values["V_th"], values["V_peak"]),
        NEAR: np.where(sharp, np.inf, values["V_th"] - NEAR_SLOPES * values["Delta_T"]),
        LONGEST: longest,
        STIFFNESS: STIFF * fine,
        HALF_EX: decays(tau_ex, 0.5 * step / parts),
        HALF_IN: decays(tau_in, 0.5 * step / parts),
        JUMP_EX: np.e / tau_ex,
        JUMP_IN: np.e / tau_in,
        PARTS: np.full(tau_ex.size, parts),
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
        Parameter("substep", "mV", 0.01, "largest way of V in a sub-step near the threshold", least=0.0, above=True),
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
