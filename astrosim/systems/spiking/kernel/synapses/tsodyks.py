"""Tsodyks-Markram synapse, three states (shares of resources; ms).

x recovered, y active, z inactive, x + y + z = 1; dy/dt = -y / tau_psc, dz/dt = y / tau_psc - z / tau_rec,
du/dt = -u / tau_fac. In closed form between the spikes of the presynaptic neuron; at a spike u += U (1 - u), and u x is
released. Tsodyks, Uziel and Markram 2000 (10.1523/JNEUROSCI.20-01-j0003.2000). NEST has the model as `tsodyks_synapse`,
with its clock starting at 0 ms.
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.model import Parameter, times

X, Y, Z, U = range(4)
USE, TAU_REC, TAU_FAC, TAU_PSC = range(4)


@phase
def released(row, stamp, step, synapses):
    """Return the share that a spike at a stamp releases. Writes: state and last spike of the row of plasticity."""
    own, state = synapses.parameters, synapses.state
    s = (stamp - max(synapses.last[row], 0)) * step
    to_rec, to_psc = exp(-s / own[row, TAU_REC]), exp(-s / own[row, TAU_PSC])
    spread = own[row, TAU_REC] / (own[row, TAU_REC] - own[row, TAU_PSC])
    y, z, u = state[row, Y], state[row, Z], state[row, U]
    z = z * to_rec + y * spread * (to_rec - to_psc)
    y = y * to_psc
    u = u * exp(-s / own[row, TAU_FAC]) if own[row, TAU_FAC] > 0.0 else 0.0
    u = u + own[row, USE] * (1.0 - u)
    x = 1.0 - y - z
    share = u * x
    state[row, X], state[row, Y], state[row, Z], state[row, U] = x - share, y + share, z, u
    synapses.last[row] = stamp
    return share


PARAMETERS = (
    Parameter("U", "1", 0.5, "share of recovered resources that a spike uses", least=0.0),
    times("tau_rec", 800.0, "time constant of recovery"),
    Parameter("tau_fac", "ms", 0.0, "time constant of facilitation; 0: none", least=0.0),
    times("tau_psc", 3.0, "time constant of the postsynaptic current"),
)
