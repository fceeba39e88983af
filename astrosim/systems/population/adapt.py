"""Memory of outcomes and adaptation of thresholds. Rules: `astrosim.rules.adaptation`. Murray 2026, section 4.6."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.rules import adaptation


@phase
def remember(state, workspace, active, kept):
    """Note the outcome of a trial with its active astrocytes.

    Reads: workspace.active, explored. Writes: state.outcome, outcomes, recent, activations, successes, explorations.
    """
    for k in range(active):
        a = workspace.active[k]
        state.outcomes[a], state.recent[a] = adaptation.remember(
            state.outcome[a], state.outcomes[a], state.recent[a], np.uint8(kept)
        )
        state.activations[a] += 1
        state.successes[a] += kept
        state.explorations[a] += workspace.explored[k]


@phase
def adapt_thresholds(acts, params, state, trials):
    """Move the thresholds by recent success, if they are due after this many trials.

    An astrocyte that is silenced (`acts`, bool, shape (astrocyte,)) or has no outcome yet keeps its threshold.

    Reads: acts, params, state.recent, outcomes. Writes: state.threshold.
    """
    if adaptation.is_due(trials, params.interval):
        for a in range(state.threshold.size):
            if state.outcomes[a] and acts[a]:
                state.threshold[a] = adaptation.adapted(
                    state.threshold[a],
                    adaptation.success_rate(state.recent[a], state.outcomes[a], params.window),
                    params.adaptation_step,
                    params.upper_success,
                    params.lower_success,
                    params.floor,
                    params.ceiling,
                )
