"""Adaptive exponential neuron, alpha-shaped conductances and a slow inward current (ms, mV, pF, pA, nS).

    C_m dV/dt = -g_L (v - E_L) + g_L Delta_T exp((v - V_th) / Delta_T) - g_ex (v - E_ex) - g_in (v - E_in)
                - w + I_e + I_SIC,   v = min(V, V_peak), V_reset while refractory
    tau_w dw/dt = a (v - E_L) - w,   g'' by an alpha function: an arrival of weight w peaks at w after tau_syn

Brette and Gerstner 2005 (10.1152/jn.00686.2005). A spike as soon as V reaches V_peak inside the step: V = V_reset,
w += b, and the rest of the step is integrated from there. NEST 3.10 finds the crossing to the tolerance of its solver;
here V_peak itself is found. Conductances by their exact propagators; V and w by Dormand and Prince's method of order 5:
all neurons side by side over the whole step; those whose error is above the `tolerance`, in quarters of it; and those
that fire, or for which quarters will not do, in sub-steps of their own. Equations and method: `aeif_equations`.
"""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.exact_functions import exp, log_double
from astrosim.core.jit import kernel, phase
from astrosim.systems.spiking.kernel.dormand_prince import AT
from astrosim.systems.spiking.kernel.model import (
    EXCITATION,
    HOLD,
    INHIBITION,
    LANES,
    REFRACTORY,
    SIC,
    Model,
    Parameter,
    Recordable,
    Values,
    times,
)
from astrosim.systems.spiking.kernel.neurons.aeif_equations import (
    APART,
    CURRENT,
    DG_EX,
    DG_IN,
    E_EX,
    E_IN,
    FAILED,
    FROM_MIDDLE,
    FROM_STATE,
    G_EX,
    G_IN,
    JUMP_EX,
    JUMP_IN,
    LEAK,
    MID_DG_EX,
    MID_DG_IN,
    MID_G_EX,
    MID_G_IN,
    MID_V,
    MID_W,
    NEAR,
    NEW_DG_EX,
    NEW_DG_IN,
    NEW_G_EX,
    NEW_G_IN,
    NEW_V,
    NEW_W,
    PEAK,
    PER_CAPACITANCE,
    PER_LEAK,
    PER_SLOPE,
    PER_TAU_W,
    RESET,
    REST,
    ROWS,
    SHORT_EX,
    SHORT_IN,
    SPIKE,
    STATES,
    TAU_EX,
    TAU_IN,
    TAU_W,
    TH,
    TOLERANCE,
    WHOLE_EX,
    WHOLE_IN,
    A,
    B,
    V,
    W,
    ahead,
    alone,
    conductances,
    outcome,
    rested,
    side_by_side,
)
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import decays

NEAR_SLOPES = 2.0  # Delta_T below V_th: errors made farther below decay before they can move a spike
QUARTERS = 4  # sub-steps, all alike, where a whole step will not do
FEW = 16  # neurons that take them one by one rather than side by side; measured
ITERATIONS = 60  # of the search for a spike; more than it takes
CLOSE = 1e-11  # mV; of V to V_peak at a spike, where it moves by more than 1 V/ms
LOG2_E = 1.4426950408889634  # 1 / ln 2
ORDER = 5.0  # of the error of Dormand and Prince's method
SAFE, LEAST, MOST = 0.9, 0.2, 5.0  # of the next length of a sub-step: usual in solvers
ALMOST = 0.999  # of what is left of a step: taken as all of it
SHORTEST = 1e-12  # of a step; assumed: below it rounding is all that is left of an error


@kernel
def crossing(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell):
    """Return the time (ms) at which V reaches V_peak, which it does within s ms. Writes: scratch.

    False position with halved weights (the Illinois method: Dowell and Jarratt 1971, 10.1007/BF01934364).
    """
    low, high, side, peak = 0.0, s, 0, cell[PEAK + n]
    below, above = v - peak, ahead(v, w, dg_ex, g_ex, dg_in, g_in, s, n, cell)[0] - peak
    for _ in range(ITERATIONS):
        if above <= CLOSE or high - low <= SHORTEST * s:
            return high
        at = high - above * ((high - low) / (above - below))
        at = at if low < at < high else 0.5 * (low + high)
        beyond = ahead(v, w, dg_ex, g_ex, dg_in, g_in, at, n, cell)[0] - peak
        if beyond >= 0.0:
            below = 0.5 * below if side == 1 else below
            high, above, side = at, beyond, 1
        elif beyond > -CLOSE:
            return at
        else:
            above = 0.5 * above if side == -1 else above
            low, below, side = at, beyond, -1
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
def judge(cell, n, step):
    """End a whole step of a lane, in its scratch; mark it APART where that will not do. Writes: scratch."""
    new_v, new_w, error, allowed = outcome(cell[V + n], cell[W + n], step, n, cell)
    alike = (error <= allowed) & (new_v < cell[PEAK + n]) & (cell[REFRACTORY + n] == 0.0)
    ex, inh = conductances(6, step, n, FROM_STATE, cell)
    dg_ex, dg_in = cell[DG_EX + n] * cell[WHOLE_EX[4] + n], cell[DG_IN + n] * cell[WHOLE_IN[4] + n]
    cell[APART + n] = 0.0 if alike else 1.0
    cell[NEW_V + n], cell[NEW_W + n] = new_v, new_w
    cell[NEW_DG_EX + n], cell[NEW_G_EX + n], cell[NEW_DG_IN + n], cell[NEW_G_IN + n] = dg_ex, ex, dg_in, inh


@phase
def start_again(cell, n):
    """Copy the state of a lane, for sub-steps. Writes: scratch."""
    v, w, held = cell[V + n], cell[W + n], cell[REFRACTORY + n]
    dg_ex, g_ex, dg_in, g_in = cell[DG_EX + n], cell[G_EX + n], cell[DG_IN + n], cell[G_IN + n]
    cell[MID_V + n], cell[MID_W + n], cell[MID_DG_EX + n], cell[MID_G_EX + n] = v, w, dg_ex, g_ex
    cell[MID_DG_IN + n], cell[MID_G_IN + n] = dg_in, g_in
    cell[FAILED + n] = 0.0 if held == 0.0 else 1.0


@phase
def pass_on(cell, n, length):
    """End a sub-step of the copy of a lane; mark it FAILED where that will not do. Writes: scratch."""
    new_v, new_w, error, allowed = outcome(cell[MID_V + n], cell[MID_W + n], length, n, cell)
    alike, failed = (error <= allowed) & (new_v < cell[PEAK + n]), cell[FAILED + n]
    ex, inh = conductances(6, length, n, FROM_MIDDLE, cell)
    dg_ex, dg_in = cell[MID_DG_EX + n] * cell[SHORT_EX[4] + n], cell[MID_DG_IN + n] * cell[SHORT_IN[4] + n]
    cell[FAILED + n] = failed if alike else 1.0
    cell[MID_V + n], cell[MID_W + n] = new_v, new_w
    cell[MID_DG_EX + n], cell[MID_G_EX + n], cell[MID_DG_IN + n], cell[MID_G_IN + n] = dg_ex, ex, dg_in, inh


@phase
def adopt(cell, n):
    """Take over the sub-steps of a lane whose whole step would not do, if they do. Writes: scratch."""
    v, w, apart, failed = cell[NEW_V + n], cell[NEW_W + n], cell[APART + n], cell[FAILED + n]
    dg_ex, g_ex, dg_in, g_in = cell[NEW_DG_EX + n], cell[NEW_G_EX + n], cell[NEW_DG_IN + n], cell[NEW_G_IN + n]
    mid_v, mid_w = cell[MID_V + n], cell[MID_W + n]
    mid_dg_ex, mid_g_ex = cell[MID_DG_EX + n], cell[MID_G_EX + n]
    mid_dg_in, mid_g_in = cell[MID_DG_IN + n], cell[MID_G_IN + n]
    taken = (apart != 0.0) & (failed == 0.0)
    cell[APART + n] = 0.0 if taken else apart
    cell[NEW_V + n], cell[NEW_W + n] = mid_v if taken else v, mid_w if taken else w
    cell[NEW_DG_EX + n], cell[NEW_G_EX + n] = mid_dg_ex if taken else dg_ex, mid_g_ex if taken else g_ex
    cell[NEW_DG_IN + n], cell[NEW_G_IN + n] = mid_dg_in if taken else dg_in, mid_g_in if taken else g_in


@phase
def in_quarters(cell, n, step):
    """Take the sub-steps of one lane. Writes: scratch."""
    start_again(cell, n)
    for _ in range(QUARTERS):
        alone(cell, n, step / QUARTERS, FROM_MIDDLE)
        pass_on(cell, n, step / QUARTERS)
    adopt(cell, n)


@kernel
def refine(cell, lanes, step):
    """Take sub-steps where a whole step would not do: one by one or side by side, the same bits. Writes: scratch."""
    apart = 0
    for n in range(lanes):
        apart += cell[APART + n] > 0.0
    if apart > FEW:
        for n in range(LANES):
            start_again(cell, n)
        for _ in range(QUARTERS):
            side_by_side(cell, step / QUARTERS, FROM_MIDDLE)
            for n in range(LANES):
                pass_on(cell, n, step / QUARTERS)
        for n in range(LANES):
            adopt(cell, n)
    elif apart > 0:
        for n in range(lanes):
            if cell[APART + n] > 0.0:
                in_quarters(cell, n, step)


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
    side_by_side(cell, step, FROM_STATE)
    for n in range(LANES):
        judge(cell, n, step)
    refine(cell, lanes, step)
    for n in range(lanes):
        if cell[APART + n] > 0.0:
            count = careful(cell, n, number, step, spikes, count)
    for n in range(LANES):
        end(cell, n)
    return count


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Advance the neuron of one lane by a step (ms); see `advance`."""
    alone(cell, n, step, FROM_STATE)
    judge(cell, n, step)
    if cell[APART + n] > 0.0:
        in_quarters(cell, n, step)
    if cell[APART + n] > 0.0:
        count = careful(cell, n, number, step, spikes, count)
    end(cell, n)
    return count


COLUMNS = {
    "g_L": LEAK,
    "E_L": REST,
    "V_reset": RESET,
    "V_th": TH,
    "V_peak": PEAK,
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
        SPIKE: values["g_L"] * values["Delta_T"],
        PER_SLOPE: LOG2_E / np.where(sharp, 1.0, values["Delta_T"]),
        PER_CAPACITANCE: 1.0 / values["C_m"],
        PER_TAU_W: 1.0 / values["tau_w"],
        PER_LEAK: 1.0 / values["g_L"],
        **{row: decays(tau_ex, at * step) for row, at in zip(WHOLE_EX, AT, strict=True)},
        **{row: decays(tau_in, at * step) for row, at in zip(WHOLE_IN, AT, strict=True)},
        **{row: decays(tau_ex, at * step / QUARTERS) for row, at in zip(SHORT_EX, AT, strict=True)},
        **{row: decays(tau_in, at * step / QUARTERS) for row, at in zip(SHORT_IN, AT, strict=True)},
        NEAR: np.where(sharp, -np.inf, values["V_th"] - NEAR_SLOPES * values["Delta_T"]),
        JUMP_EX: math.e / tau_ex,
        JUMP_IN: math.e / tau_in,
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
        Parameter("tolerance", "mV", 1e-12, "error of V allowed in a sub-step", least=1e-14),
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
