"""Leaky integrate-and-fire neuron, exponential synaptic currents (ms, mV, pF, pA).

    tau_m dV/dt = -(V - E_L) + (tau_m / C_m) (I_syn_ex + I_syn_in + I_e + I_SIC),  tau_syn dI/dt = -I

Exact integration: Rotter and Diesmann 1999 (10.1007/s004220050270). Order inside a step as in NEST 3.10: voltage by the
currents at its start, decay of the currents, arrivals, threshold. Synaptic currents run on during refractoriness.
The voltage is kept relative to E_L.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp, expm1
from astrosim.core.jit import compiled, kernel, phase
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

U, I_EX, I_IN = STATES = rows_from(len(RECEIVED), 3)
P22, P20, CURRENT, THRESHOLD, RESET, REST = MEMBRANE = rows_from(len(RECEIVED) + 3, 6)
P11_EX, P21_EX, P11_IN, P21_IN = rows_from(len(RECEIVED) + 9, 4)
ROWS = len(RECEIVED) + 13


@phase
def voltage(u, ex, inh, current, p22, p21_ex, p21_in, p20):
    """Return the voltage a step later, by the currents at its start (mV; pA)."""
    return p22 * u + (p21_ex * ex + p21_in * inh) + p20 * current


@phase
def decayed(current, p11, arrived):
    """Return a synaptic current at the end of a step (pA)."""
    return current * p11 + arrived


@phase
def waited(held):
    """Return the steps of refractoriness that are left after one."""
    return max(held - 1.0, 0.0)


@phase
def move(cell, n):
    """Advance the neuron of a lane by a step, its threshold left out. Reads: constants. Writes: its state."""
    u, ex, inh, held = cell[U + n], cell[I_EX + n], cell[I_IN + n], cell[REFRACTORY + n]
    current = cell[CURRENT + n] + cell[SIC + n]
    moved = voltage(u, ex, inh, current, cell[P22 + n], cell[P21_EX + n], cell[P21_IN + n], cell[P20 + n])
    new_ex = decayed(ex, cell[P11_EX + n], cell[EXCITATION + n])
    new_in = decayed(inh, cell[P11_IN + n], cell[INHIBITION + n])
    cell[U + n] = moved if held == 0.0 else u
    cell[REFRACTORY + n] = waited(held)
    cell[I_EX + n] = new_ex
    cell[I_IN + n] = new_in


@phase
def waits(cell, n, voltage, threshold):
    """Return whether the neuron of a lane is below its threshold, rows given."""
    return cell[voltage + n] < cell[threshold + n]


@kernel
def any_fires(cell, voltage, threshold):
    """Return whether a neuron of a tile is at its threshold, rows given: vectorised, as the search for it is not."""
    found = np.int64(0)
    for n in range(LANES):
        found |= np.int64(not waits(cell, n, voltage, threshold))
    return found != 0


@phase
def fire(cell, n, number, spikes, count, voltage, threshold, reset):
    """Reset the neuron of a lane if it is at its threshold, rows given; return the number of spikes so far.

    Reads: threshold, reset. Writes: as `advance`.
    """
    if waits(cell, n, voltage, threshold):
        return count
    cell[voltage + n] = cell[reset + n]
    cell[REFRACTORY + n] = cell[HOLD + n]
    if count < spikes.size:
        spikes[count] = number + n
    return count + 1


@kernel
def advance(cell, lanes, number, step, spikes, count):
    """Advance the neurons of the first `lanes` lanes of a tile by a step (ms); return the number of spikes so far.

    Reads: constants. Writes: the state in `cell`, the tile, and spikes (neuron of each spike from `count` on; `number`
    is that of lane 0).
    """
    for n in range(LANES):
        move(cell, n)
    if any_fires(cell, U, THRESHOLD):
        for n in range(lanes):
            count = fire(cell, n, number, spikes, count, U, THRESHOLD, RESET)
    return count


@kernel
def advance_alike(cell, fired):
    """Advance all neurons of a tile by a step, all with the parameters of its first lane, of which many may fire.

    Reads: constants of lane 0. Writes: the state in `cell`; fired (float64, shape (LANES,)): 1 for a spike, else 0.
    """
    p22, p21_ex, p21_in, p20 = cell[P22], cell[P21_EX], cell[P21_IN], cell[P20]
    p11_ex, p11_in, current = cell[P11_EX], cell[P11_IN], cell[CURRENT] + cell[SIC]
    threshold, reset, hold = cell[THRESHOLD], cell[RESET], cell[HOLD]
    for n in range(LANES):
        u, ex, inh, held = cell[U + n], cell[I_EX + n], cell[I_IN + n], cell[REFRACTORY + n]
        moved = voltage(u, ex, inh, current, p22, p21_ex, p21_in, p20)
        new_u = moved if held == 0.0 else u
        spike = 0.0 if new_u < threshold else 1.0
        fired[n] = spike
        cell[U + n] = reset if spike != 0.0 else new_u
        cell[REFRACTORY + n] = hold if spike != 0.0 else waited(held)
        cell[I_EX + n] = decayed(ex, p11_ex, cell[EXCITATION + n])
        cell[I_IN + n] = decayed(inh, p11_in, cell[INHIBITION + n])


@kernel
def advance_one(cell, n, number, step, spikes, count):
    """Advance the neuron of one lane by a step (ms); see `advance`."""
    move(cell, n)
    return fire(cell, n, number, spikes, count, U, THRESHOLD, RESET)


@compiled
def propagators(tau_m, tau_syn, capacitance, step):
    """Return the decay of synaptic currents, and their effect on the voltage: float64, shape (2, neuron)."""
    out = np.zeros((2, tau_m.size))
    for n in range(tau_m.size):
        a = 1.0 / tau_m[n] - 1.0 / tau_syn[n]
        rise = step if a == 0.0 else expm1(a * step) / a
        out[0, n], out[1, n] = exp(-step / tau_syn[n]), exp(-step / tau_m[n]) / capacitance[n] * rise
    return out


@compiled
def decays(tau, step):
    """Return e^(-step / tau): float64, shape (node,)."""
    out = np.zeros(tau.size)
    for n in range(tau.size):
        out[n] = exp(-step / tau[n])
    return out


def membrane(values: Values, step: float, rows: tuple[int, ...]) -> dict[int, np.ndarray]:
    """Return constants of the membrane: float64, shape (neuron,) each.

    By row: steps of refractoriness, then `rows`, in the order of `MEMBRANE`.
    """
    decay = decays(values["tau_m"], step)
    by_current = values["tau_m"] / values["C_m"] * (1.0 - decay)
    threshold, reset = values["V_th"] - values["E_L"], values["V_reset"] - values["E_L"]
    made = (decay, by_current, values["I_e"], threshold, reset, values["E_L"])
    return {HOLD: np.rint(values["t_ref"] / step), **dict(zip(rows, made, strict=True))}


def constants(values: Values, step: float) -> dict[int, np.ndarray]:
    """Return constants of a step by row: float64, shape (neuron,) each."""
    rows = membrane(values, step, MEMBRANE)
    for sign, (p11, p21) in {"ex": (P11_EX, P21_EX), "in": (P11_IN, P21_IN)}.items():
        rows[p11], rows[p21] = propagators(values["tau_m"], values[f"tau_syn_{sign}"], values["C_m"], step)
    return rows


def start(values: Values) -> np.ndarray:
    """Return the first state: float64, shape (3, neuron)."""
    return np.stack([values["V_m"] - values["E_L"], values["I_syn_ex"], values["I_syn_in"]])


def remarks(values: Values, step: float) -> dict[int, str]:
    """Return neurons whose reset is not below the threshold, with the reason."""
    wrong = np.flatnonzero(values["V_reset"] >= values["V_th"])
    return {
        int(n): f"V_reset = {values['V_reset'][n]:g} mV is not below V_th = {values['V_th'][n]:g} mV: it would fire in "
        "every step. Write a lower V_reset"
        for n in wrong
    }


PARAMETERS = (
    Parameter("C_m", "pF", 250.0, "capacitance of the membrane", least=0.0, above=True),
    times("tau_m", 10.0, "time constant of the membrane"),
    Parameter("E_L", "mV", -70.0, "resting potential"),
    Parameter("V_th", "mV", -55.0, "threshold"),
    Parameter("V_reset", "mV", -70.0, "potential after a spike"),
    Parameter("t_ref", "ms", 2.0, "refractory period", least=0.0),
    times("tau_syn_ex", 2.0, "time constant of excitatory synaptic currents"),
    times("tau_syn_in", 2.0, "time constant of inhibitory synaptic currents"),
    Parameter("I_e", "pA", 0.0, "constant current"),
)
IAF_PSC_EXP = Model(
    name="iaf_psc_exp",
    number=0,
    source="Rotter and Diesmann 1999",
    parameters=PARAMETERS,
    initial=(
        Parameter("V_m", "mV", -70.0, "membrane potential at the start"),
        Parameter("I_syn_ex", "pA", 0.0, "excitatory synaptic current at the start"),
        Parameter("I_syn_in", "pA", 0.0, "inhibitory synaptic current at the start"),
    ),
    states=("u", "I_syn_ex", "I_syn_in"),
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
