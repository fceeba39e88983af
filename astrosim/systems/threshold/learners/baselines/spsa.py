"""Simultaneous perturbation stochastic approximation (Spall 1992), its gains after Spall 1998.

Estimate: (R(w + c_k d) - R(w - c_k d)) d / (2 c_k), d = -1 or 1 for every weight; w rises by a_k of it, with
a_k = a / (A + k)^0.602 and c_k = c / k^0.101 in update k = 1, 2, ...
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp, log
from astrosim.core.jit import inlined, kernel
from astrosim.rules.draws import signs
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import Baseline
from astrosim.systems.threshold.learners.baselines.evolution import difference
from astrosim.systems.threshold.learners.baselines.gradient_ascent import within

STEP_DECAY = 0.602  # alpha; Spall 1998
WIDTH_DECAY = 0.101  # gamma; Spall 1998


@inlined
def falling(count, decay):
    """Return count^-decay, with the same bits on every machine."""
    return exp(-decay * log(count))


@kernel
def estimate(circuit, numbers, room, weight, trial):
    """Estimate the gradient, into `room.gradient`. Draws: stream `rival`."""
    signs(circuit.key, trial, room.step)
    width = numbers.sigma * falling(trial + 1.0, WIDTH_DECAY)
    slope = difference(circuit, numbers, room, weight, width) / (2.0 * width)
    for s in range(weight.size):
        room.gradient[s] = slope * room.step[s]


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step up the estimate; returns IDLE, as nothing is decided."""
    estimate(circuit, numbers, room, weight, trial)
    rate = numbers.learning_rate * falling(numbers.stability + trial + 1.0, STEP_DECAY)
    for s in range(weight.size):
        weight[s] = within(weight[s] + rate * room.gradient[s], numbers.limit)
    return IDLE


LEARNER = Baseline(
    source="Spall 1992",
    reads=("sigma", "learning_rate", "stability"),
    update=update,
    shown=lambda rival: 2,
    perturbed=lambda rival: f"all synapses by +-c, both ways; c = {rival.sigma:g} / k^0.101",
    decided=lambda rival: f"up the estimate by a / ({rival.stability:g} + k)^0.602, a = {rival.learning_rate:g}",
)
