"""G-ChI astrocyte: receptors, IP3, calcium, its channels, and gliotransmission (uM; parameters per s, steps in ms).

    G' = O_N Y (1 - G) - Omega_N (1 + zeta C / (C + K_KC)) G
    I' = O_beta G + O_delta / (1 + I / kappa_delta) C^2 / (C^2 + K_delta^2)
         - O_3K C^4 / (C^4 + K_D^4) I / (I + K_3K) - Omega_5P I + J_gap
    C' = (Omega_C m^3 h^3 + Omega_L) (C_T - (1 + rho_A) C) - O_P C^2 / (C^2 + K_P^2),  m = I / (I + d_1) C / (C + d_5)
    h' = O_2 (Q - (Q + C) h),  Q = d_2 (I + d_1) / (I + d_3)
    Y' = -Omega_c Y,  and at the end of a step Y += rho_c Y_T (sum of arriving weights)

When C rises above C_Theta: G_A += rho_e G_T U_A x_A, x_A -= U_A x_A; between, G_A' = -Omega_e G_A and
x_A' = Omega_A (1 - x_A). Presynaptic receptors: Gamma' = O_G G_A (1 - Gamma) - Omega_G Gamma.

De Pitta et al. 2009 (10.1007/s10867-009-9155-y), Stimberg et al. 2018 (10.1101/198366). G, I, C, h by Runge and Kutta's
method of order 4, with Y as it is at the start of the step (so it is of first order in Y, as in Brian2); the others in
closed form, Gamma with the G_A of the start.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp, exp_double
from astrosim.core.jit import compiled, kernel, phase
from astrosim.systems.spiking.kernel.model import (
    ARRIVED,
    GAP,
    LANES,
    SENSED,
    Model,
    Parameter,
    Recordable,
    Values,
    rows_from,
)

STATES = rows_from(len(SENSED), 9)
CALCIUM, IP3, GATE, RECEPTORS, TRANSMITTER, GLIOTRANSMITTER, RESOURCES, PRESYNAPTIC, ABOVE = STATES
CONSTANTS = rows_from(len(SENSED) + 9, 31)
O_P, K_P, C_T, RHO_A, OMEGA_C, OMEGA_L, D_1, D_2, D_3, D_5, O_2 = CONSTANTS[:11]
O_BETA, O_DELTA, KAPPA_DELTA, K_DELTA, OMEGA_5P, K_D, O_3K, K_3K = CONSTANTS[11:19]
O_N, OMEGA_N, K_KC, ZETA, PER_WEIGHT, C_THETA, U_A, PER_RELEASE, O_G, OMEGA_G = CONSTANTS[19:29]
KEPT_Y, KEPT_GLIOTRANSMITTER = CONSTANTS[29:]
(KEPT_USED,) = rows_from(len(SENSED) + 40, 1)
ROWS = len(SENSED) + 41
MS_PER_S = 1000.0
LONGEST = 10.0  # ms; spec: longer steps are off by more than 1e-6 uM


@phase
def receptors(g, c, y, n, cell):
    """Return dG/dt (1/s)."""
    return cell[O_N + n] * y * (1.0 - g) - cell[OMEGA_N + n] * (1.0 + cell[ZETA + n] * c / (c + cell[K_KC + n])) * g


@phase
def metabolism(g, i, c, n, cell):
    """Return dI/dt (uM/s)."""
    squared, half = c * c, cell[K_DELTA + n] * cell[K_DELTA + n]
    fourth = squared * squared
    delta = cell[O_DELTA + n] / (1.0 + i / cell[KAPPA_DELTA + n]) * squared / (squared + half)
    degraded_at = cell[K_D + n] * cell[K_D + n]
    kinase = cell[O_3K + n] * fourth / (fourth + degraded_at * degraded_at) * i / (i + cell[K_3K + n])
    return cell[O_BETA + n] * g + delta - kinase - cell[OMEGA_5P + n] * i + MS_PER_S * cell[GAP + n]


@phase
def calcium(i, c, h, n, cell):
    """Return (dC/dt (uM/s), dh/dt (1/s))."""
    open_ = i / (i + cell[D_1 + n]) * c / (c + cell[D_5 + n]) * h
    into = (cell[OMEGA_C + n] * (open_ * open_ * open_) + cell[OMEGA_L + n]) * (
        cell[C_T + n] - (1.0 + cell[RHO_A + n]) * c
    )
    pump = cell[O_P + n] * (c * c) / (c * c + cell[K_P + n] * cell[K_P + n])
    q = cell[D_2 + n] * (i + cell[D_1 + n]) / (i + cell[D_3 + n])
    return into - pump, cell[O_2 + n] * (q - (q + c) * h)


@phase
def slopes(g, i, c, h, y, n, cell):
    """Return the time derivatives (per s) of G, I, C and h."""
    dc, dh = calcium(i, c, h, n, cell)
    return receptors(g, c, y, n, cell), metabolism(g, i, c, n, cell), dc, dh


@phase
def runge_kutta(cell, n, s):
    """Advance G, I, C and h of a lane by s seconds. Writes: its state."""
    g, i, c, h, y = cell[RECEPTORS + n], cell[IP3 + n], cell[CALCIUM + n], cell[GATE + n], cell[TRANSMITTER + n]
    half, sixth = 0.5 * s, s / 6.0
    g1, i1, c1, h1 = slopes(g, i, c, h, y, n, cell)
    g2, i2, c2, h2 = slopes(g + half * g1, i + half * i1, c + half * c1, h + half * h1, y, n, cell)
    g3, i3, c3, h3 = slopes(g + half * g2, i + half * i2, c + half * c2, h + half * h2, y, n, cell)
    g4, i4, c4, h4 = slopes(g + s * g3, i + s * i3, c + s * c3, h + s * h3, y, n, cell)
    cell[RECEPTORS + n] = g + sixth * (g1 + 2.0 * (g2 + g3) + g4)
    cell[IP3 + n] = i + sixth * (i1 + 2.0 * (i2 + i3) + i4)
    cell[CALCIUM + n] = c + sixth * (c1 + 2.0 * (c2 + c3) + c4)
    cell[GATE + n] = h + sixth * (h1 + 2.0 * (h2 + h3) + h4)


@phase
def modulate(cell, n, s):
    """Advance the presynaptic receptors of a lane by s seconds. Writes: its state."""
    bound = cell[O_G + n] * cell[GLIOTRANSMITTER + n]
    rate = bound + cell[OMEGA_G + n]
    end = bound / (rate if rate > 0.0 else 1.0)
    gamma = cell[PRESYNAPTIC + n]
    cell[PRESYNAPTIC + n] = end + (gamma - end) * exp_double(-rate * s)


@phase
def exocytose(cell, n):
    """Let transmitters of a lane decay over a step; release gliotransmitter if calcium has risen. Writes: its state."""
    above = 1.0 if cell[CALCIUM + n] > cell[C_THETA + n] else 0.0
    rising = above > cell[ABOVE + n]
    left = 1.0 + (cell[RESOURCES + n] - 1.0) * cell[KEPT_USED + n]
    used = cell[U_A + n] * left if rising else 0.0
    y = cell[TRANSMITTER + n] * cell[KEPT_Y + n] + cell[PER_WEIGHT + n] * cell[ARRIVED + n]
    released = cell[GLIOTRANSMITTER + n] * cell[KEPT_GLIOTRANSMITTER + n] + cell[PER_RELEASE + n] * used
    cell[RESOURCES + n], cell[GLIOTRANSMITTER + n] = left - used, released
    cell[TRANSMITTER + n], cell[ABOVE + n] = y, above


@kernel
def advance(cell, step):
    """Advance the astrocytes of a tile by a step of the grid (ms).

    Reads: constants, arriving weights, inflow of IP3. Writes: the state in `cell`, the tile.
    """
    s = step / MS_PER_S
    for n in range(LANES):
        runge_kutta(cell, n, s)
    for n in range(LANES):
        modulate(cell, n, s)
    for n in range(LANES):
        exocytose(cell, n)


@kernel
def advance_one(cell, n, step):
    """Advance the astrocyte of one lane; see `advance`."""
    runge_kutta(cell, n, step / MS_PER_S)
    modulate(cell, n, step / MS_PER_S)
    exocytose(cell, n)


@compiled
def kept(rate, step):
    """Return e^(-rate step), of a rate per s and a step in ms: float64, shape (astrocyte,)."""
    out = np.zeros(rate.size)
    for n in range(rate.size):
        out[n] = exp(-rate[n] * step / MS_PER_S)
    return out


COLUMNS = {
    "O_P": O_P,
    "K_P": K_P,
    "C_T": C_T,
    "rho_A": RHO_A,
    "Omega_C": OMEGA_C,
    "Omega_L": OMEGA_L,
    "d_1": D_1,
    "d_2": D_2,
    "d_3": D_3,
    "d_5": D_5,
    "O_2": O_2,
    "O_beta": O_BETA,
    "O_delta": O_DELTA,
    "kappa_delta": KAPPA_DELTA,
    "K_delta": K_DELTA,
    "Omega_5P": OMEGA_5P,
    "K_D": K_D,
    "O_3K": O_3K,
    "K_3K": K_3K,
    "O_N": O_N,
    "Omega_N": OMEGA_N,
    "K_KC": K_KC,
    "zeta": ZETA,
    "C_Theta": C_THETA,
    "U_A": U_A,
    "O_G": O_G,
    "Omega_G": OMEGA_G,
}


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (astrocyte,) each."""
    return {row: values[name] for name, row in COLUMNS.items()} | {
        PER_WEIGHT: values["rho_c"] * values["Y_T"],
        PER_RELEASE: values["rho_e"] * values["G_T"],
        KEPT_Y: kept(values["Omega_c"], step),
        KEPT_GLIOTRANSMITTER: kept(values["Omega_e"], step),
        KEPT_USED: kept(values["Omega_A"], step),
    }


def start(values: Values) -> np.ndarray:
    """Return the first state: float64, shape (9, astrocyte)."""
    first = [values[name] for name in ("Ca_astro", "IP3", "h_IP3R", "Gamma_A", "Y", "G_A", "x_A", "Gamma_S")]
    return np.stack([*first, np.zeros(len(first[0]))])


def remarks(values: Values, step: float) -> dict[int, str]:
    """Return all astrocytes, with the reason, if a step is too long for them."""
    if step <= LONGEST:
        return {}
    why = f"a step of {step:g} ms is too long for its calcium. Write schedule.step_ms of at most {LONGEST:g}"
    return dict.fromkeys(range(len(values["C_T"])), why)


def _above(name: str, unit: str, default: float, meaning: str) -> Parameter:
    return Parameter(name, unit, default, meaning, least=0.0, above=True)


def _least(name: str, unit: str, default: float, meaning: str) -> Parameter:
    return Parameter(name, unit, default, meaning, least=0.0)


SINGLE = {
    "K_P": 0.1,
    "O_beta": 5.0,
    "O_delta": 0.2,
    "K_delta": 0.3,
    "Omega_5P": 0.1,
    "K_D": 0.5,
    "rho_c": 0.001,
    "Ca_astro": 0.0,
    "IP3": 0.0,
}
NETWORK = {
    "K_P": 0.05,
    "O_beta": 0.5,
    "O_delta": 1.2,
    "K_delta": 0.1,
    "Omega_5P": 0.05,
    "K_D": 0.7,
    "rho_c": 0.005,
    "Ca_astro": 0.01,
    "IP3": 0.01,
}
SETS = {"single": SINGLE, "network": NETWORK}
"""Parameters and initial values in which Stimberg et al. 2018, example 2, and examples 5 and 6 differ."""

GCHI = Model(
    name="gchi",
    number=1,
    source="De Pitta et al. 2009; Stimberg et al. 2018",
    parameters=(
        _least("O_P", "uM/s", 0.9, "largest rate of the pump"),
        _above("K_P", "uM", SINGLE["K_P"], "half-activation of the pump"),
        _above("C_T", "uM", 2.0, "total free calcium per volume of the cytosol"),
        _above("rho_A", "1", 0.18, "volume of the reticulum per volume of the cytosol"),
        _least("Omega_C", "1/s", 6.0, "largest rate of the IP3 receptors"),
        _least("Omega_L", "1/s", 0.1, "rate of the leak"),
        _above("d_1", "uM", 0.13, "first dissociation constant of IP3"),
        _above("d_2", "uM", 1.05, "dissociation constant of inhibition by calcium"),
        _above("d_3", "uM", 0.9434, "second dissociation constant of IP3"),
        _above("d_5", "uM", 0.08, "dissociation constant of activation by calcium"),
        _least("O_2", "1/(uM s)", 0.2, "rate of binding of inhibiting calcium"),
        _least("O_beta", "uM/s", SINGLE["O_beta"], "largest production of IP3 by phospholipase C beta"),
        _least("O_delta", "uM/s", SINGLE["O_delta"], "largest production of IP3 by phospholipase C delta"),
        _above("kappa_delta", "uM", 1.5, "inhibition of phospholipase C delta by IP3"),
        _above("K_delta", "uM", SINGLE["K_delta"], "half-activation of phospholipase C delta by calcium"),
        _least("Omega_5P", "1/s", SINGLE["Omega_5P"], "rate of degradation of IP3 by its 5-phosphatase"),
        _above("K_D", "uM", SINGLE["K_D"], "half-activation of the 3-kinase by calcium"),
        _least("O_3K", "uM/s", 4.5, "largest degradation of IP3 by its 3-kinase"),
        _above("K_3K", "uM", 1.0, "half-saturation of the 3-kinase by IP3"),
        _least("O_N", "1/(uM s)", 0.3, "rate of binding of neurotransmitter"),
        _least("Omega_N", "1/s", 0.5, "rate of unbinding of neurotransmitter"),
        _above("K_KC", "uM", 0.5, "half-activation of protein kinase C"),
        _least("zeta", "1", 10.0, "how much protein kinase C speeds up the end of a receptor's activation"),
        _least("rho_c", "1", SINGLE["rho_c"], "vesicles' volume per volume of the extracellular space"),
        _least("Y_T", "uM", 5e5, "neurotransmitter in a vesicle"),
        _least("Omega_c", "1/s", 40.0, "rate of clearance of neurotransmitter"),
        _least("C_Theta", "uM", 0.5, "calcium at whose rise gliotransmitter is released"),
        _least("Omega_A", "1/s", 0.6, "rate of recovery of gliotransmitter"),
        _least("U_A", "1", 0.6, "share of gliotransmitter that a release uses"),
        _least("G_T", "uM", 2e5, "gliotransmitter in a vesicle"),
        _least("rho_e", "1", 6.5e-4, "its vesicles' volume per volume of the extracellular space"),
        _least("Omega_e", "1/s", 60.0, "rate of clearance of gliotransmitter"),
        _least("O_G", "1/(uM s)", 1.5, "rate of binding of gliotransmitter by presynaptic receptors"),
        _least("Omega_G", "1/s", 0.5 / 60.0, "rate of its unbinding"),
    ),
    initial=(
        _least("Ca_astro", "uM", SINGLE["Ca_astro"], "calcium at the start"),
        _least("IP3", "uM", SINGLE["IP3"], "IP3 at the start"),
        _least("h_IP3R", "1", 0.9, "share of receptors not inhibited at the start"),
        _least("Gamma_A", "1", 0.0, "share of its receptors bound at the start"),
        _least("Y", "uM", 0.0, "neurotransmitter at the start"),
        _least("G_A", "uM", 0.0, "gliotransmitter at the start"),
        _least("x_A", "1", 1.0, "share of gliotransmitter that can be released at the start"),
        _least("Gamma_S", "1", 0.0, "share of presynaptic receptors bound at the start"),
    ),
    states=("Ca_astro", "IP3", "h_IP3R", "Gamma_A", "Y", "G_A", "x_A", "Gamma_S", "above"),
    rows=ROWS,
    state_rows=STATES,
    silenced={"rho_c": 0.0, "rho_e": 0.0},
    constants=constants,
    start=start,
    recordable={
        "Ca_astro": Recordable("uM", CALCIUM),
        "IP3": Recordable("uM", IP3),
        "h_IP3R": Recordable("1", GATE),
        "Gamma_A": Recordable("1", RECEPTORS),
        "Y": Recordable("uM", TRANSMITTER),
        "G_A": Recordable("uM", GLIOTRANSMITTER),
        "x_A": Recordable("1", RESOURCES),
        "Gamma_S": Recordable("1", PRESYNAPTIC),
    },
    remarks=remarks,
)
