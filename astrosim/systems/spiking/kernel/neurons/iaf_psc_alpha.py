"""Leaky integrate-and-fire neuron, synaptic currents of the form of an alpha function (ms, mV, pF, pA).

    tau_m dV/dt = -(V - E_L) + (tau_m / C_m) (I_syn_ex + I_syn_in + I_e + I_SIC),  y1' = -y1 / tau, I' = y1 - I / tau

An arrival of weight w adds w e / tau to y1, so that the current peaks at w after tau. Exact integration: Rotter and
Diesmann 1999 (10.1007/s004220050270). Order inside a step as in NEST 3.10, as of `iaf_psc_exp`.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp, expm1
from astrosim.core.jit import compiled, kernel, phase
from astrosim.systems.spiking.kernel.model import (
    EXCITATION,
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
)
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import PARAMETERS, fire, membrane, remarks

U, Y1_EX, I_EX, Y1_IN, I_IN = STATES = rows_from(len(RECEIVED), 5)
P22, P20, CURRENT, THRESHOLD, RESET, REST = MEMBRANE = rows_from(len(RECEIVED) + 5, 6)
P11_EX, P21_EX, P31_EX, P32_EX, JUMP_EX = rows_from(len(RECEIVED) + 11, 5)
P11_IN, P21_IN, P31_IN, P32_IN, JUMP_IN = rows_from(len(RECEIVED) + 16, 5)
ROWS = len(RECEIVED) + 21
NEAR = 0.1  # |a h| below which P31 is summed as a series: its closed form would lose digits
SERIES = 16  # terms: 0.1^16 / 16! is below 2^-97


@phase
def move(cell, n):
    """Advance the neuron of a lane by a step, its threshold left out. Reads: constants. Writes: its state."""
    u, y_ex, ex, y_in, inh = cell[U + n], cell[Y1_EX + n], cell[I_EX + n], cell[Y1_IN + n], cell[I_IN + n]
    held = cell[REFRACTORY + n]
    by_ex = cell[P31_EX + n] * y_ex + cell[P32_EX + n] * ex
    by_in = cell[P31_IN + n] * y_in + cell[P32_IN + n] * inh
    moved = cell[P22 + n] * u + (by_ex + by_in) + cell[P20 + n] * (cell[CURRENT + n] + cell[SIC + n])
    new_ex, new_in = cell[P21_EX + n] * y_ex + cell[P11_EX + n] * ex, cell[P21_IN + n] * y_in + cell[P11_IN + n] * inh
    new_y_ex = cell[P11_EX + n] * y_ex + cell[JUMP_EX + n] * cell[EXCITATION + n]
    new_y_in = cell[P11_IN + n] * y_in + cell[JUMP_IN + n] * cell[INHIBITION + n]
    cell[U + n] = moved if held == 0.0 else u
    cell[REFRACTORY + n] = max(held - 1.0, 0.0)
    cell[I_EX + n], cell[Y1_EX + n] = new_ex, new_y_ex
    cell[I_IN + n], cell[Y1_IN + n] = new_in, new_y_in


@kernel
def advance(cell, lanes, number, step, spikes, count):
    """Advance the neurons of the first `lanes` lanes of a tile by a step (ms); return the number of spikes so far.

    Reads: constants. Writes: the state in `cell`, the tile, and spikes (neuron of each spike from `count` on; `number`
    is that of lane 0).
    """
    for n in range(LANES):
        move(cell, n)
    for n in range(lanes):
        count = fire(cell, n, number, spikes, count, U, THRESHOLD, RESET)
    return count


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Advance the neuron of one lane by a step (ms); see `advance`."""
    move(cell, n)
    return fire(cell, n, number, spikes, count, U, THRESHOLD, RESET)


@compiled
def rises(a, step):
    """Return the integrals over a step of e^(a s) and of s e^(a s)."""
    x = a * step
    if abs(x) >= NEAR:
        return expm1(x) / a, (exp(x) * (x - 1.0) + 1.0) / (a * a)
    first, second, term = 0.0, 0.0, 1.0
    for n in range(SERIES):
        first += term / (n + 1)
        second += term / (n + 2)
        term *= x / (n + 1)
    return step * first, step * step * second


@compiled
def propagators(tau_m, tau_syn, capacitance, step):
    """Return P11, P21, P31, P32 and the jump of a synapse: float64, shape (5, neuron).

    I(s) = (I + y1 s) e^(-s / tau), and V sees the integral of e^(-(h - s) / tau_m) I(s) / C_m.
    """
    out = np.zeros((5, tau_m.size))
    for n in range(tau_m.size):
        by_current, by_rise = rises(1.0 / tau_m[n] - 1.0 / tau_syn[n], step)
        decay, membrane = exp(-step / tau_syn[n]), exp(-step / tau_m[n]) / capacitance[n]
        out[0, n], out[1, n] = decay, step * decay
        out[2, n], out[3, n] = membrane * by_rise, membrane * by_current
        out[4, n] = exp(1.0) / tau_syn[n]
    return out


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (neuron,) each."""
    tau_m, capacitance = values["tau_m"], values["C_m"]
    rows = membrane(values, step, MEMBRANE)
    for sign, first in {"ex": P11_EX, "in": P11_IN}.items():
        made = propagators(tau_m, values[f"tau_syn_{sign}"], capacitance, step)
        rows |= {first + LANES * place: numbers for place, numbers in enumerate(made)}
    return rows


def start(values: Values) -> np.ndarray:
    """Return the first state: float64, shape (5, neuron)."""
    none = np.zeros_like(values["V_m"])
    return np.stack([values["V_m"] - values["E_L"], none, none, none, none])


IAF_PSC_ALPHA = Model(
    name="iaf_psc_alpha",
    number=1,
    source="Rotter and Diesmann 1999",
    parameters=PARAMETERS,
    initial=(Parameter("V_m", "mV", -70.0, "membrane potential at the start"),),
    states=("u", "y1_ex", "I_syn_ex", "y1_in", "I_syn_in"),
    rows=ROWS,
    state_rows=STATES,
    constants=constants,
    start=start,
    recordable={
        "V_m": Recordable("mV", U, REST),
        "I_syn_ex": Recordable("pA", I_EX),
        "I_syn_in": Recordable("pA", I_IN),
        "I_SIC": Recordable("pA", SIC),
    },
    current=CURRENT,
    fixed=("E_L",),
    remarks=remarks,
)
