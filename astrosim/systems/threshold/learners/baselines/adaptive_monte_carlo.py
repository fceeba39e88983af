"""Adaptive Monte Carlo, aMC (Whitelam, Selin, Benlolo, Casert, Tamblyn 2022), at zero temperature.

All weights take a Gaussian step about a mean that follows the kept steps; a step is kept unless the reward falls.
After many rejections in a row the steps shrink and the mean is forgotten. The paper's scaling of sigma by a neuron's
incoming signal ("signal norm") is left out: all neurons here have similar fan-ins. With ``momentum = 0`` and
``shrink = 1`` it is plain zero-temperature Monte Carlo.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.draws import gaussians
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.systems.threshold.learners.baselines.forward import whole_reward
from astrosim.systems.threshold.learners.baselines.gradient_ascent import clear, within


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Move all weights once; returns the decision.

    Writes: weight (float64, shape (synapse,)), memory, room. Draws: stream `rival`, sheet 0.
    """
    if trial == 0:
        memory.standing[0] = whole_reward(circuit, numbers, room, weight)
    gaussians(circuit.key, trial, 0, room.step)
    for s in range(weight.size):
        room.step[s] = memory.mean[s] + memory.sigma[0] * room.step[s]
        room.trial[s] = within(weight[s] + room.step[s], numbers.limit)
    after = whole_reward(circuit, numbers, room, room.trial)
    if after < memory.standing[0]:
        memory.rejected[0] += 1
        if memory.rejected[0] == numbers.patience:
            memory.rejected[0] = 0
            memory.sigma[0] *= numbers.shrink
            clear(memory.mean)
        return REVERTED
    memory.rejected[0] = 0
    memory.standing[0] = after
    for s in range(weight.size):
        weight[s] = room.trial[s]
        memory.mean[s] += numbers.momentum * (room.step[s] - memory.mean[s])
    return KEPT


LEARNER = Baseline(
    source="Whitelam et al. 2022",
    reads=("sigma", "momentum", "patience", "shrink"),
    update=update,
    perturbed=lambda rival: f"all synapses; sigma {rival.sigma:g} at first, about the mean of kept steps",
    decided=lambda rival: "kept if after >= before",
    before="nothing (the standing reward is remembered)",
    keeps=True,
    refreshed="sigma and mean step",
)
