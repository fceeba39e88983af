"""Adaptation of the astrocytes to a trial's outcome: counts, sigmas and recruitments beside the population's memory."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.rules import perturbation
from astrosim.systems.population.adapt import adapt_thresholds, remember
from astrosim.systems.threshold.kernel.coupling import recruited
from astrosim.systems.threshold.network.state import TRIALS


@phase
def adapt(network, params, state, workspace, waves, cache, pattern, active, kept):
    """Record the outcome with the active astrocytes, and adapt thresholds when they are due.

    Reads: workspace.active, explored and own_score; state.score, state.counter. Writes: the astrocytes' windows,
    counts, sigmas and thresholds.
    """
    own = params.perturbation
    for k in range(active):
        a = workspace.active[k]
        if cache is None:
            state.by_pattern[a, pattern] += 1
        else:
            for shown in cache.window:
                state.by_pattern[a, shown] += 1
            if own.adapt_sigma:
                state.sigma[a] = perturbation.adapted_sigma(
                    state.sigma[a], kept, own.sigma_rise, own.sigma_fall, own.sigma_cap
                )
        if waves is not None:
            state.recruitments[a] += recruited(state, workspace, a)
    remember(state, workspace, active, kept)
    adapt_thresholds(network.acts, params.population, state, state.counter[TRIALS])
