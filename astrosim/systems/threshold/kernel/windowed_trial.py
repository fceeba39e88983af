"""The trial loop that shows a window of patterns per trial, in one or several cycles; phases: `kernel.windowed`."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import DECISION
from astrosim.rules import consolidation, decision, scope, selection
from astrosim.systems.threshold.kernel.adaptation import adapt
from astrosim.systems.threshold.kernel.coupling import integrate
from astrosim.systems.threshold.kernel.eligibility import clear
from astrosim.systems.threshold.kernel.perturbing import apply_steps, thin
from astrosim.systems.threshold.kernel.phases import (
    activate,
    add_to_totals,
    count_trial,
    eligible_synapses,
    gather,
    log_trial,
    whole_scope,
)
from astrosim.systems.threshold.kernel.windowed import (
    draw_changes,
    keep_window,
    present_window,
    scale_of,
    select_uniform,
    settle_all,
    show_window,
    stand_window,
    standing_reward,
    try_window,
)
from astrosim.systems.threshold.network.state import ASTROCYTES, FIRED, TRIALS
from astrosim.systems.threshold.network.trace import trace_list, trace_rewards


@phase
def perturb(network, params, state, workspace, cache, trial, by_union, active, blocks):
    """Try a perturbation on the window's patterns and keep it, all or in part, or drop it.

    Returns whether it is kept, and the mean reward under the whole of it, -inf if a race is lost.

    Writes: state.weight, passes and solved; workspace, cache. Draws: streams `perturbation`, `part`, `decision`.
    """
    own = params.decision
    found, masks, count = whole_scope(network, workspace, by_union, active, blocks)
    if params.perturbation.fraction < 1.0:
        thin(params, trial, found, masks, count, workspace.part_mask)
        masks = workspace.part_mask
    scale = scale_of(params, state, workspace, active)
    changes = draw_changes(network, params, state, cache, trial, scale, found, masks, count)
    after, before = try_window(network, params, state, cache, changes)
    key, temperature = params.keys[DECISION], own.temperature
    kept = decision.stands(own.accept, after, before, own.offset, temperature, key, trial)
    if kept:
        share = consolidation.share_kept(own.consolidation, own.rate, after, before)
        if share < 1.0:
            scale = np.float32(scale * share)
            changes = draw_changes(network, params, state, cache, trial, scale, found, masks, count)
        keep_window(network, params, state, cache, changes)
        apply_steps(params, state.weight, workspace.step, trial, scale, found, masks, count)
    return kept, after


@kernel
def advance(network, params, state, workspace, cache, waves, log, traced, measure):
    """Carry out `log.pattern.size` trials.

    Reads: network, params. Writes: state, waves, workspace, cache, log, traced; with `measure` it also adds to
    workspace.total. Draws: streams `pattern`, `exploration`, `selection`, `cursor`, `scope`, `perturbation`, `part`,
    `decision`.
    """
    touched = np.int64(0)
    state.score[:] = 0.0
    workspace.near_kept[:] = -1
    astrocytes = params.learner == ASTROCYTES
    by_union = astrocytes and params.perturbation.scope == scope.TERRITORY
    senses = astrocytes and selection.goes_by_score(params.selection)
    pattern = np.int64(0)
    compares, fires = traced.before.size > 0, traced.fired.shape[0] > 0
    settle_all(network, params, state, cache)
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = present_window(network, params, state, cache, trial)
        active = 0
        if waves is not None:
            integrate(waves, params, network.acts, trial)
        if senses:
            active, touched = activate(network, params, state, workspace, waves, trial, touched)
        elif astrocytes:
            active = select_uniform(network, params, workspace, cache, trial)
        for k in range(active):
            workspace.is_active[workspace.active[k]] = True

        blocks = gather(network, params, state, workspace, trial, by_union, active)
        idle = active == 0 and blocks == 0
        kept, after, before = False, -np.inf, 0.0
        if compares:
            before = standing_reward(cache)
        if not idle:
            kept, after = perturb(network, params, state, workspace, cache, trial, by_union, active, blocks)
        eligible = np.int64(0)
        if measure or compares:
            eligible = eligible_synapses(network, workspace, by_union, active, blocks)
        if compares:
            trace_rewards(traced, row, before, after, eligible)
        if measure:
            binary, soft = show_window(network, params, cache)
            add_to_totals(workspace.total, binary, soft, kept, idle, eligible)
        clear(workspace, blocks)
        if senses or fires:
            stand_window(network, params, state, cache, pattern)
        if fires:
            trace_list(traced, row, state.fired, state.counter[FIRED])

        count_trial(state.counter, kept, idle)
        if astrocytes:
            adapt(network, params, state, workspace, waves, cache, pattern, active, kept)
        log_trial(log, row, pattern, kept, idle, workspace.active, active)
        for k in range(active):
            workspace.is_active[workspace.active[k]] = False
    if not senses and log.pattern.size:
        stand_window(network, params, state, cache, pattern)
