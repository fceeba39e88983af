"""Li-Rinzel astrocyte: calcium by IP3 receptors, pump and leak (ms, uM).

    I' = (IP3_0 - I) / tau_IP3 + J_gap,  and at the end of a step I += delta_IP3 * (sum of arriving weights)
    c' = rate_IP3R m^3 n^3 h^3 L + rate_L L - rate_SERCA c^2 / (Km_SERCA^2 + c^2),  L = Ca_tot - (1 + ratio) c
    h' = k_IP3R (Kd_inh (I + Kd_IP3_1) / (I + Kd_IP3_2) (1 - h) - c h)
    m = I / (I + Kd_IP3_1),  n = c / (c + Kd_act)
    SIC = SIC_scale ln y if y = 1000 (c - SIC_th) > 1, else 0; times the weight of a connection: pA

Li and Rinzel 1994 (10.1006/jtbi.1994.1041), De Young and Keizer 1992 (10.1073/pnas.89.20.9895), output: Nadkarni and
Jung 2003 (10.1103/PhysRevLett.91.268101). NEST has the model as `astrocyte_lr_1994`. I is linear, so exact; c and h by
Runge and Kutta's method of order 4 over steps of the grid, or in leaps from arrival to arrival.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import expm1, log_double
from astrosim.core.jit import compiled, kernel, phase
from astrosim.systems.spiking.kernel.exponential import expm1_double
from astrosim.systems.spiking.kernel.model import (
    ARRIVED,
    GAP,
    LANES,
    OUTPUT,
    SENSED,
    Model,
    Parameter,
    Recordable,
    Values,
    rows_from,
    times,
)

CALCIUM, IP3, GATE = STATES = rows_from(len(SENSED), 3)
CONSTANTS = rows_from(len(SENSED) + 3, 18)
CA_TOT, IP3_0, KD_IP3_1, KD_IP3_2, KD_ACT, KD_INH, KM_SERCA, RATE_IP3R, RATE_L, RATE_SERCA, RATIO = CONSTANTS[:11]
K_IP3R, TAU_IP3, DELTA_IP3, SIC_TH, SIC_SCALE, RISE_HALF, RISE = CONSTANTS[11:]
SINCE, TO = rows_from(len(SENSED) + 21, 2)  # of leaps: stamp that the state belongs to, stamp to leap to
LENGTH, END, MEAN_CALCIUM, MEAN_GATE = rows_from(len(SENSED) + 23, 4)  # scratch: of a step
BOUND, INHIBITED = rows_from(len(SENSED) + 27, 3), rows_from(len(SENSED) + 30, 3)  # at its start, middle and end
RISING_CALCIUM, RISING_GATE = rows_from(len(SENSED) + 33, 2)  # slopes of the last stage
(HALF_RATE,) = rows_from(len(SENSED) + 35, 1)  # -1 / (2 tau_IP3)
ROWS = len(SENSED) + 36
SIXTH = 1.0 / 6.0
PER_MICROMOLAR = 1000.0  # nM: unit of y, Nadkarni and Jung 2003


@phase
def dissociated(ip3, n, cell):
    """Return the product of IP3 plus each of its dissociation constants (uM^2)."""
    return (ip3 + cell[KD_IP3_1 + n]) * (ip3 + cell[KD_IP3_2 + n])


@phase
def bind(cell, n, at, ip3, share):
    """Compute m, and the calcium at which half of the receptors are inhibited (uM), at a concentration of IP3.

    `at`: start, middle or end of the step; `share`: 1 / `dissociated`. Writes: scratch.
    """
    first = ip3 + cell[KD_IP3_1 + n]
    cell[BOUND[0] + at * LANES + n] = ip3 * (ip3 + cell[KD_IP3_2 + n]) * share
    cell[INHIBITED[0] + at * LANES + n] = cell[KD_INH + n] * (first * first) * share


@phase
def fluxes(c, h, m, half_inhibited, n, cell):
    """Return (dc/dt, dh/dt) of the astrocyte in lane n of a tile."""
    stored = cell[CA_TOT + n] - (1.0 + cell[RATIO + n]) * c
    pumped, activating = cell[KM_SERCA + n] * cell[KM_SERCA + n] + c * c, c + cell[KD_ACT + n]
    share = 1.0 / (pumped * activating)
    gate = m * (c * pumped * share) * h
    pump = cell[RATE_SERCA + n] * (c * c) * activating * share
    into = (cell[RATE_IP3R + n] * (gate * gate * gate) + cell[RATE_L + n]) * stored
    return into - pump, cell[K_IP3R + n] * (half_inhibited * (1.0 - h) - c * h)


@phase
def relaxed(ip3, rise, n, cell):
    """Return IP3 after a time s without arrivals; rise = 1 - e^(-s / tau_IP3)."""
    end = cell[IP3_0 + n] + cell[TAU_IP3 + n] * cell[GAP + n]
    return ip3 + (end - ip3) * rise


@phase
def set_out(cell, n, s, middle, end):
    """Prepare a step of s ms, IP3 given in its middle and at its end. Writes: scratch.

    The stages of a step are loops of their own over the lanes of a tile, with their results in rows of scratch: each
    waits for the stage before it, and there is nothing else to do meanwhile in a loop over whole steps.
    """
    ip3 = cell[IP3 + n]
    one, two, three = dissociated(ip3, n, cell), dissociated(middle, n, cell), dissociated(end, n, cell)
    share = 1.0 / (one * two * three)  # divisions are what takes time
    bind(cell, n, 0, ip3, two * three * share)
    bind(cell, n, 1, middle, one * three * share)
    bind(cell, n, 2, end, one * two * share)
    cell[LENGTH + n], cell[END + n] = s, end


@phase
def first_stage(cell, n):
    """Compute the slopes at the start of a step. Writes: scratch."""
    dc, dh = fluxes(cell[CALCIUM + n], cell[GATE + n], cell[BOUND[0] + n], cell[INHIBITED[0] + n], n, cell)
    cell[RISING_CALCIUM + n], cell[RISING_GATE + n] = dc, dh
    cell[MEAN_CALCIUM + n], cell[MEAN_GATE + n] = dc, dh


@phase
def middle_stage(cell, n):
    """Compute the slopes in the middle of a step, by the last ones: the second and the third stage. Writes: scratch."""
    half = 0.5 * cell[LENGTH + n]
    c, h = cell[CALCIUM + n] + half * cell[RISING_CALCIUM + n], cell[GATE + n] + half * cell[RISING_GATE + n]
    dc, dh = fluxes(c, h, cell[BOUND[1] + n], cell[INHIBITED[1] + n], n, cell)
    mean_c, mean_h = cell[MEAN_CALCIUM + n] + 2.0 * dc, cell[MEAN_GATE + n] + 2.0 * dh
    cell[RISING_CALCIUM + n], cell[RISING_GATE + n] = dc, dh
    cell[MEAN_CALCIUM + n], cell[MEAN_GATE + n] = mean_c, mean_h


@phase
def last_stage(cell, n):
    """Return (c, h) at the end of a step."""
    s, c, h = cell[LENGTH + n], cell[CALCIUM + n], cell[GATE + n]
    ahead_c, ahead_h = c + s * cell[RISING_CALCIUM + n], h + s * cell[RISING_GATE + n]
    dc, dh = fluxes(ahead_c, ahead_h, cell[BOUND[2] + n], cell[INHIBITED[2] + n], n, cell)
    sixth = SIXTH * s
    return c + sixth * (cell[MEAN_CALCIUM + n] + dc), h + sixth * (cell[MEAN_GATE + n] + dh)


@phase
def arrive(cell, n):
    """End a step: take over its result, and what arrives. Writes: the state of the lane."""
    c, h = last_stage(cell, n)
    ip3 = cell[END + n] + cell[DELTA_IP3 + n] * cell[ARRIVED + n]
    cell[CALCIUM + n], cell[GATE + n], cell[IP3 + n] = c, h, ip3


@phase
def set_out_on_grid(cell, n, step):
    """Prepare a step of the grid. Writes: scratch."""
    ip3 = cell[IP3 + n]
    middle, end = relaxed(ip3, cell[RISE_HALF + n], n, cell), relaxed(ip3, cell[RISE + n], n, cell)
    set_out(cell, n, step, middle, end)


@phase
def set_out_to_leap(cell, n, step):
    """Prepare a leap to the stamp TO, up to which nothing arrives; of no length if that is now. Writes: scratch."""
    s, ip3 = (cell[TO + n] - cell[SINCE + n]) * step, cell[IP3 + n]
    half = -expm1_double(s * cell[HALF_RATE + n])
    set_out(cell, n, s, relaxed(ip3, half, n, cell), relaxed(ip3, half * (2.0 - half), n, cell))


@kernel
def advance(cell, step):
    """Advance the astrocytes of a tile by a step of the grid (ms).

    Reads: constants, arriving weights, inflow of IP3. Writes: the state and scratch in `cell`, the tile.
    """
    for n in range(LANES):
        set_out_on_grid(cell, n, step)
    for n in range(LANES):
        first_stage(cell, n)
    for _ in range(2):
        for n in range(LANES):
            middle_stage(cell, n)
    for n in range(LANES):
        arrive(cell, n)


@kernel
def advance_one(cell, n, step):
    """Advance the astrocyte of one lane; see `advance`."""
    set_out_on_grid(cell, n, step)
    first_stage(cell, n)
    middle_stage(cell, n)
    middle_stage(cell, n)
    arrive(cell, n)


@kernel
def leap(cell, step):
    """Advance the astrocytes of a tile, each to its stamp TO, where weights arrive.

    Reads: constants, stamps, arriving weights, inflow of IP3. Writes: the state and scratch in `cell`, the tile.
    """
    for n in range(LANES):
        set_out_to_leap(cell, n, step)
    for n in range(LANES):
        first_stage(cell, n)
    for _ in range(2):
        for n in range(LANES):
            middle_stage(cell, n)
    for n in range(LANES):
        arrive(cell, n)
    for n in range(LANES):
        cell[SINCE + n] = cell[TO + n]


@kernel
def leap_one(cell, n, step):
    """Advance the astrocyte of one lane; see `leap`."""
    set_out_to_leap(cell, n, step)
    first_stage(cell, n)
    middle_stage(cell, n)
    middle_stage(cell, n)
    arrive(cell, n)
    cell[SINCE + n] = cell[TO + n]


@kernel
def peeked(cell, n, step, stamp, row):
    """Return a variable of a lane, by its row, at a stamp up to which nothing arrives. Writes: TO and scratch."""
    cell[TO + n] = stamp
    set_out_to_leap(cell, n, step)
    first_stage(cell, n)
    middle_stage(cell, n)
    middle_stage(cell, n)
    c, h = last_stage(cell, n)
    if row == IP3:
        return cell[END + n]
    if row == GATE:
        return h
    if row == CALCIUM:
        return c
    return current_of(c, n, cell)


@phase
def current_of(c, n, cell):
    """Return the slow inward current of a lane per unit of weight (pA) at a concentration of calcium."""
    y = PER_MICROMOLAR * (c - cell[SIC_TH + n])
    above = y > 1.0
    value = cell[SIC_SCALE + n] * log_double(y if above else 1.0)
    return value if above else 0.0


@phase
def release(cell, n):
    """Compute the slow inward current of a lane per unit of weight (pA). Writes: its output."""
    cell[OUTPUT + n] = current_of(cell[CALCIUM + n], n, cell)


@kernel
def slow_current(cell):
    """Compute the slow inward currents of a tile per unit of weight (pA). Writes: the outputs in `cell`."""
    for n in range(LANES):
        release(cell, n)


@kernel
def slow_current_one(cell, n):
    """Compute the slow inward current of one lane; see `slow_current`."""
    release(cell, n)


@compiled
def rises(tau, step):
    """Return 1 - e^(-step / tau): float64, shape (astrocyte,)."""
    out = np.zeros(tau.size)
    for n in range(tau.size):
        out[n] = -expm1(-step / tau[n])
    return out


COLUMNS = {
    "Ca_tot": CA_TOT,
    "IP3_0": IP3_0,
    "Kd_IP3_1": KD_IP3_1,
    "Kd_IP3_2": KD_IP3_2,
    "Kd_act": KD_ACT,
    "Kd_inh": KD_INH,
    "Km_SERCA": KM_SERCA,
    "rate_IP3R": RATE_IP3R,
    "rate_L": RATE_L,
    "rate_SERCA": RATE_SERCA,
    "ratio_ER_cyt": RATIO,
    "k_IP3R": K_IP3R,
    "tau_IP3": TAU_IP3,
    "delta_IP3": DELTA_IP3,
    "SIC_th": SIC_TH,
    "SIC_scale": SIC_SCALE,
}


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (astrocyte,) each."""
    return {row: values[name] for name, row in COLUMNS.items()} | {
        RISE_HALF: rises(values["tau_IP3"], 0.5 * step),
        RISE: rises(values["tau_IP3"], step),
        HALF_RATE: -0.5 / values["tau_IP3"],
    }


def start(values: Values) -> np.ndarray:
    """Return the first state: float64, shape (3, astrocyte)."""
    return np.stack([values["Ca_astro"], values["IP3"], values["h_IP3R"]])


def _above(name: str, unit: str, default: float, meaning: str) -> Parameter:
    return Parameter(name, unit, default, meaning, least=0.0, above=True)


def _least(name: str, unit: str, default: float, meaning: str) -> Parameter:
    return Parameter(name, unit, default, meaning, least=0.0)


LI_RINZEL = Model(
    name="li_rinzel",
    number=0,
    source="Li and Rinzel 1994; Nadkarni and Jung 2003",
    parameters=(
        _above("Ca_tot", "uM", 2.0, "total free calcium per volume of the cytosol"),
        _least("IP3_0", "uM", 0.16, "IP3 at rest"),
        _above("Kd_IP3_1", "uM", 0.13, "first dissociation constant of IP3"),
        _above("Kd_IP3_2", "uM", 0.9434, "second dissociation constant of IP3"),
        _above("Kd_act", "uM", 0.08234, "dissociation constant of activation by calcium"),
        _above("Kd_inh", "uM", 1.049, "dissociation constant of inhibition by calcium"),
        _above("Km_SERCA", "uM", 0.1, "half-activation of the pump"),
        _least("rate_IP3R", "1/ms", 0.006, "largest rate of the IP3 receptors"),
        _least("rate_L", "1/ms", 0.00011, "rate of the leak"),
        _least("rate_SERCA", "uM/ms", 0.0009, "largest rate of the pump"),
        _above("ratio_ER_cyt", "1", 0.185, "volume of the reticulum per volume of the cytosol"),
        _least("k_IP3R", "1/(uM ms)", 0.0002, "rate of binding of inhibiting calcium"),
        times("tau_IP3", 7142.0, "time constant of IP3"),
        _least("delta_IP3", "uM", 0.0002, "IP3 per arriving weight"),
        _least("SIC_th", "uM", 0.19669, "calcium above which a slow inward current flows"),
        Parameter("SIC_scale", "1", 1.0, "scale of the slow inward current"),
    ),
    initial=(
        _least("Ca_astro", "uM", 0.073, "calcium at the start"),
        _least("IP3", "uM", 0.16, "IP3 at the start"),
        _least("h_IP3R", "1", 0.793, "share of receptors not inhibited at the start"),
    ),
    states=("Ca_astro", "IP3", "h_IP3R"),
    rows=ROWS,
    state_rows=STATES,
    kept=(SINCE,),
    silenced={"delta_IP3": 0.0, "SIC_scale": 0.0},
    constants=constants,
    start=start,
    recordable={
        "Ca_astro": Recordable("uM", CALCIUM),
        "IP3": Recordable("uM", IP3),
        "h_IP3R": Recordable("1", GATE),
        "SIC": Recordable("pA", OUTPUT),
    },
)
