"""Evolution strategy by antithetic pairs (Salimans et al. 2017): a gradient of the smoothed reward, from rewards alone.

Estimate: mean over pairs of (R(w + sigma e) - R(w - sigma e)) e / (2 sigma), e ~ N(0, 1) for every weight.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.ascent import add_slope
from astrosim.rules.draws import gaussians
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import ASCENT, Baseline, ascends
from astrosim.systems.threshold.learners.baselines.forward import whole_reward
from astrosim.systems.threshold.learners.baselines.gradient_ascent import clear, climb


@kernel
def difference(circuit, numbers, room, weight, size):
    """Return the reward of the weights plus `size` x `room.step`, less that of the weights minus it."""
    for s in range(weight.size):
        room.trial[s] = weight[s] + size * room.step[s]
    up = whole_reward(circuit, numbers, room, room.trial)
    for s in range(weight.size):
        room.trial[s] = weight[s] - size * room.step[s]
    return up - whole_reward(circuit, numbers, room, room.trial)


@kernel
def estimate(circuit, numbers, room, weight, trial):
    """Estimate the gradient, into `room.gradient`. Draws: stream `rival`, one sheet per pair."""
    clear(room.gradient)
    for pair in range(numbers.population):
        gaussians(circuit.key, trial, pair, room.step)
        rise = difference(circuit, numbers, room, weight, numbers.sigma)
        add_slope(room.gradient, room.step, rise, 2.0 * numbers.sigma * numbers.population)


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step up the estimate of a generation; returns IDLE, as nothing is decided."""
    estimate(circuit, numbers, room, weight, trial)
    climb(numbers, memory, weight, room.gradient, trial)
    return IDLE


LEARNER = Baseline(
    source="Salimans et al. 2017",
    reads=("population", "sigma", *ASCENT),
    update=update,
    shown=lambda rival: 2 * rival.population,
    perturbed=lambda rival: f"all synapses, {rival.population} antithetic pairs; sigma {rival.sigma:g}",
    decided=ascends("estimate"),
)
