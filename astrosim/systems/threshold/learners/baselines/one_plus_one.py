"""(1+1) evolution strategy with the 1/5 rule (Rechenberg 1973); sigma's factors after Kern et al. 2004.

All weights take a Gaussian step, which is kept unless the reward falls.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.draws import gaussians
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.systems.threshold.learners.baselines.forward import whole_reward
from astrosim.systems.threshold.learners.baselines.gradient_ascent import within


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Mutate all weights once; returns the decision.

    Writes: weight (float64, shape (synapse,)), memory, room. Draws: stream `rival`, sheet 0.
    """
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


LEARNER = Baseline(
    source="Rechenberg 1973",
    reads=("sigma", "rise"),
    update=update,
    perturbed=lambda rival: f"all synapses; sigma {rival.sigma:g} at first",
    decided=lambda rival: "kept if after >= before",
    before="nothing (the standing reward is remembered)",
    keeps=True,
    refreshed="sigma",
)
