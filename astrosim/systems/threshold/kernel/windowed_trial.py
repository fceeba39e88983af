"""The trial loop that shows a window of patterns per trial, in one or several cycles; phases: `kernel.windowed`."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import DECISION, PART, PERTURBATION
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
    try_window,
)
from astrosim.systems.threshold.network.state import ASTROCYTES, TRIALS


@phase
def perturb(system, rules, state, scratch, deep, trial, by_union, active, blocks):
    """Try a perturbation on the window's patterns and keep it, all or in part, or drop it; returns whether it is kept.

    Writes: state.weight, passes and solved; scratch, deep. Draws: streams `perturbation`, `part`, `decision`.
    """
    found, masks, count = whole_scope(system, scratch, by_union, active, blocks)
    if rules.fraction < 1.0:
        thin(system.keys[PART], rules.fraction, trial, found, masks, count, scratch.part_mask)
        masks = scratch.part_mask
    scale = scale_of(rules, state, scratch, active)
    changes = draw_changes(system, rules, state, deep, trial, scale, found, masks, count)
    after, before = try_window(system, rules, state, deep, changes)
    key, temperature = system.keys[DECISION], rules.temperature
    kept = decision.stands(rules.acceptance, after, before, rules.reward_offset, temperature, key, trial)
    if kept:
        share = consolidation.share_kept(rules.consolidation, rules.rate, after, before)
        if share < 1.0:
            scale = np.float32(scale * share)
            changes = draw_changes(system, rules, state, deep, trial, scale, found, masks, count)
        keep_window(system, rules, state, deep, changes)
        key = system.keys[PERTURBATION]
        apply_steps(rules, state.weight, scratch.step, key, trial, scale, found, masks, count)
    return kept


@kernel
def advance(system, rules, state, scratch, deep, waves, log, measure):
    """Carry out `log.pattern.size` trials.

    Reads: system, rules. Writes: state, waves, scratch, deep, log; with `measure` it also adds to scratch.total. Draws:
    streams `pattern`, `exploration`, `selection`, `cursor`, `scope`, `perturbation`, `part`, `decision`.
    """
    touched = 0
    state.score[:] = 0.0
    scratch.near_kept[:] = -1
    astrocytes = rules.learner == ASTROCYTES
    by_union = astrocytes and rules.scope == scope.TERRITORY
    senses = astrocytes and selection.goes_by_score(rules.selection)
    pattern = 0
    settle_all(system, rules, state, deep)
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = present_window(system, rules, state, deep, trial)
        active = 0
        if waves is not None:
            integrate(waves, rules, system.acts, trial)
        if senses:
            active, touched = activate(system, rules, state, scratch, waves, trial, touched)
        elif astrocytes:
            active = select_uniform(system, rules, scratch, deep, trial)
        for k in range(active):
            scratch.is_active[scratch.active[k]] = True

        blocks = gather(system, rules, state, scratch, trial, by_union, active)
        idle = active == 0 and blocks == 0
        kept = False
        if not idle:
            kept = perturb(system, rules, state, scratch, deep, trial, by_union, active, blocks)
        if measure:
            binary, soft = show_window(system, rules, deep)
            eligible = eligible_synapses(system, scratch, by_union, active, blocks)
            add_to_totals(scratch.total, binary, soft, kept, idle, eligible)
        clear(scratch, blocks)
        if senses:
            stand_window(system, rules, state, deep, pattern)

        count_trial(state.counter, kept, idle)
        if astrocytes:
            adapt(system, rules, state, scratch, waves, deep, pattern, active, kept)
        log_trial(log, row, pattern, kept, idle, scratch.active, active)
        for k in range(active):
            scratch.is_active[scratch.active[k]] = False
    if not senses and log.pattern.size:
        stand_window(system, rules, state, deep, pattern)
