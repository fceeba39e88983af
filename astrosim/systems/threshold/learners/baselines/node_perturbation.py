"""Node perturbation (Widrow & Lehr 1990; Fiete & Seung 2006): noise on summed inputs, blamed for changed reward.

Estimate for each synapse and pattern: (R with noise - R without) x noise of the post neuron / sigma^2 x output of the
pre neuron, summed over cycles: the gradient of the reward of the noisy network. In the last cycle only outputs are
read, hence only they get noise.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules.draws import gaussians
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.baseline import ASCENT, Baseline, ascends
from astrosim.systems.threshold.learners.baselines.forward import NOISY, one_reward, pass_through, worth
from astrosim.systems.threshold.learners.baselines.gradient_ascent import assign, clear, clear_blame, climb


@kernel
def spread(circuit, numbers, room):
    """Write noise, the drawn numbers x sigma, for the neurons whose summed inputs have an effect; 0 for all others."""
    clear_blame(room.noise)
    cycles, neurons = room.noise.shape
    for c in range(cycles - 1):
        for n in range(neurons):
            if circuit.free[n] and circuit.sound[n]:
                room.noise[c, n] = numbers.sigma * room.drawn[c * neurons + n]
    for n in circuit.outputs:
        room.noise[cycles - 1, n] = numbers.sigma * room.drawn[(cycles - 1) * neurons + n]


@kernel
def estimate(circuit, numbers, room, weight, trial):
    """Estimate the gradient, into `room.gradient`. Draws: stream `rival`, one sheet per noisy pass."""
    clear(room.gradient)
    patterns, (cycles, neurons) = circuit.targets.shape[0], room.noise.shape
    for p in range(patterns):
        before = one_reward(circuit, numbers, room, weight, p)
        for k in range(numbers.population):
            gaussians(circuit.key, trial, p * numbers.population + k, room.drawn)
            spread(circuit, numbers, room)
            pass_through(circuit, numbers, room, weight, p, NOISY)
            rise = worth(circuit, numbers, room, p) - before
            for c in range(cycles):
                for n in range(neurons):
                    room.blame[c, n] = rise * room.noise[c, n] / (numbers.sigma * numbers.sigma)
            assign(circuit, room, 1.0 / (patterns * numbers.population))


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step up the estimate; returns IDLE, as nothing is decided."""
    estimate(circuit, numbers, room, weight, trial)
    climb(numbers, memory, weight, room.gradient, trial)
    return IDLE


LEARNER = Baseline(
    needs_memoryless=True,
    source="Widrow & Lehr 1990; Fiete & Seung 2006",
    reads=("population", "sigma", *ASCENT),
    update=update,
    shown=lambda rival: 1 + rival.population,
    perturbed=lambda rival: f"summed inputs, {rival.population} times per pattern; sigma {rival.sigma:g}",
    decided=ascends("estimate"),
    before="{judged}",
)
