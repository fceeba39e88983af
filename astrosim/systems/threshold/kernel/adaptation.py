"""Adaptation of the astrocytes to a trial's outcome: counts, sigmas and recruitments beside the population's memory."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.rules import perturbation
from astrosim.systems.population.adapt import adapt_thresholds, remember
from astrosim.systems.threshold.kernel.coupling import recruited
from astrosim.systems.threshold.network.state import TRIALS


@phase
def adapt(system, rules, state, scratch, waves, deep, pattern, active, kept):
    """Note the outcome with the active astrocytes; every so often thresholds move.

    Reads: scratch.active, scratch.explored, scratch.own_score, state.score, state.counter. Writes: the astrocytes'
    windows, counts, sigmas and thresholds.
    """
    for k in range(active):
        a = scratch.active[k]
        if deep is None:
            state.by_pattern[a, pattern] += 1
        else:
            for shown in deep.window:
                state.by_pattern[a, shown] += 1
            if rules.adapts_sigma:
                state.sigma[a] = perturbation.adapted_sigma(
                    state.sigma[a], kept, rules.sigma_rise, rules.sigma_fall, rules.sigma_cap
                )
        if waves is not None:
            state.recruitments[a] += recruited(state, scratch, a)
    remember(state, scratch, active, kept)
    adapt_thresholds(system.acts, rules, state, state.counter[TRIALS])
