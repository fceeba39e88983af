"""Synapse whose release gliotransmitter of an astrocyte modulates (shares of resources; parameters per s, times ms).

Between the spikes of the presynaptic neuron du/dt = -Omega_f u and dx/dt = Omega_d (1 - x), in closed form. At a spike,
with Gamma the share of presynaptic receptors that gliotransmitter has bound,

    U = (1 - Gamma) U_0 + alpha Gamma,  u += U (1 - u),  r = u x is released,  x -= r

alpha below U_0: gliotransmission lowers release, above: raises it. Gamma does not depend on the synapse, so the
astrocyte holds it (`astrocytes.gchi`). De Pitta et al. 2011 (10.1371/journal.pcbi.1002293), Stimberg et al. 2018
(10.1101/198366).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.model import Parameter
from astrosim.systems.spiking.kernel.synapses.tsodyks import U, X

U_0, OMEGA_F, OMEGA_D, ALPHA = range(4)
PER_MS = 1e-3  # s per ms


@phase
def bound(row, stamp, synapses):
    """Return the share of presynaptic receptors bound at a stamp of the current block."""
    astrocyte = synapses.astrocyte[row]
    return synapses.heard[stamp % synapses.heard.shape[0], astrocyte] if astrocyte >= 0 else 0.0


@phase
def released(row, stamp, step, synapses):
    """Return the share that a spike at a stamp releases. Writes: state and last spike of the row of plasticity."""
    own, x, u = synapses.parameters, synapses.state[row, X], synapses.state[row, U]
    if synapses.last[row] >= 0:
        s = (stamp - synapses.last[row]) * step * PER_MS
        u = u * exp(-s * own[row, OMEGA_F])
        x = 1.0 + (x - 1.0) * exp(-s * own[row, OMEGA_D])
    gamma = bound(row, stamp, synapses)
    use = (1.0 - gamma) * own[row, U_0] + own[row, ALPHA] * gamma
    u += use * (1.0 - u)
    share = u * x
    synapses.state[row, X], synapses.state[row, U] = x - share, u
    synapses.last[row] = stamp
    return share


PARAMETERS = (
    Parameter("U_0", "1", 0.6, "share of resources that a spike uses without gliotransmission", least=0.0),
    Parameter("Omega_f", "1/s", 3.33, "rate at which facilitation ends", least=0.0),
    Parameter("Omega_d", "1/s", 2.0, "rate of recovery", least=0.0),
    Parameter("alpha", "1", 0.0, "share that a spike uses with all presynaptic receptors bound", least=0.0),
)
