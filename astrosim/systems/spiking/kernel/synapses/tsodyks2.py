"""Tsodyks-Markram synapse, two states (shares of resources; ms).

From the second spike on, what the last spike left, x (1 - u), has recovered to 1 with tau_rec, and u has come back to U
with tau_fac. x u is released. Tsodyks and Markram 1997 (10.1073/pnas.94.2.719); NEST has the model as
`tsodyks2_synapse`.
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import phase
from astrosim.systems.spiking.kernel.synapses.tsodyks import TAU_FAC, TAU_REC, USE, U, X


@phase
def released(row, stamp, step, synapses):
    """Return the share that a spike at a stamp releases. Writes: state and last spike of the row of plasticity."""
    own, state = synapses.parameters, synapses.state
    x, u, use = state[row, X], state[row, U], own[row, USE]
    if synapses.last[row] >= 0:
        s = (stamp - synapses.last[row]) * step
        x = 1.0 - (1.0 - x * (1.0 - u)) * exp(-s / own[row, TAU_REC])
        kept = u * exp(-s / own[row, TAU_FAC]) if own[row, TAU_FAC] > 0.0 else 0.0
        u = use + (1.0 - use) * kept
    state[row, X], state[row, U] = x, u
    synapses.last[row] = stamp
    return x * u
