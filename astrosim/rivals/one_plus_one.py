"""(1+1) evolution strategy with the 1/5 rule (Rechenberg 1973); sigma's factors after Kern et al. 2004.

All weights take a Gaussian step; it stands unless the reward falls.
"""

from __future__ import annotations

from astrosim.jit import kernel
from astrosim.records import KEPT, REVERTED
from astrosim.rivals.climbing import within
from astrosim.rivals.draws import gaussians
from astrosim.rivals.passing import whole_reward


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """One mutation of all weights; what was decided."""
    if trial == 0:
        memory.standing[0] = whole_reward(circuit, numbers, room, weight)
    gaussians(circuit.key, trial, 0, room.step)
    for s in range(weight.size):
        room.trial[s] = within(weight[s] + memory.sigma[0] * room.step[s], numbers.limit)
    after = whole_reward(circuit, numbers, room, room.trial)
    if after < memory.standing[0]:
        memory.sigma[0] *= numbers.fall
        return REVERTED
    memory.sigma[0] *= numbers.rise
    memory.standing[0] = after
    for s in range(weight.size):
        weight[s] = room.trial[s]
    return KEPT
