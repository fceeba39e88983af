"""The fused trial loop. It does only the work that can be seen.

A trial draws the steps of those synapses that carry signal to an output; the rest of the scope is drawn when the
perturbation is kept. This is exact because every draw is addressed by (trial, synapse), and every sum of weights is
exact. The cost of a trial follows the size of the territories and the active inputs' fan-out, not the network.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import CURSOR as CURSOR_STREAM
from astrosim.core.rng import DECISION
from astrosim.rules import adaptation, consolidation, cursor, decision, perturbation, reward, scope, selection
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED
from astrosim.systems.threshold.kernel.activation import select, sense
from astrosim.systems.threshold.kernel.coupling import couple, integrate, recruited, send_waves
from astrosim.systems.threshold.kernel.eligibility import clear, close_scope, find_union, gather_chance, gather_cursor
from astrosim.systems.threshold.kernel.perturbing import apply_steps, thin, try_outputs
from astrosim.systems.threshold.kernel.propagation import present, propagate, stand
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
from astrosim.systems.threshold.kernel.workspace import BINARY_SUM, ELIGIBLE_SUM, KEPT_SUM, REVERTED_SUM, SOFT_SUM
from astrosim.systems.threshold.network.state import ASTROCYTES, CURSOR, TRIALS
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS


@phase
def adapt(system, rules, state, scratch, waves, deep, pattern, active, kept):
    """Note the outcome with the active astrocytes; every so often thresholds move.

    Reads: scratch.active, scratch.explored, scratch.own_score, state.score, state.counter. Writes: the astrocytes'
    windows, counts and thresholds.
    """
    for k in range(active):
        a = scratch.active[k]
        state.outcomes[a], state.recent[a] = adaptation.remember(
            state.outcome[a], state.outcomes[a], state.recent[a], np.uint8(kept)
        )
        state.activations[a] += 1
        state.successes[a] += kept
        state.explorations[a] += scratch.explored[k]
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
    if adaptation.is_due(state.counter[TRIALS], rules.interval):
        for a in range(state.threshold.size):
            if state.outcomes[a] and system.acts[a]:
                state.threshold[a] = adaptation.adapted(
                    state.threshold[a],
                    adaptation.success_rate(state.recent[a], state.outcomes[a], rules.window),
                    rules.adaptation_step,
                    rules.upper_success,
                    rules.lower_success,
                    rules.floor,
                    rules.ceiling,
                )


@phase
def whole_scope(system, scratch, by_union, active, blocks):
    """Blocks, masks and number of blocks of all synapses that the trial may change."""
    if by_union:
        u = find_union(system, scratch, active)
        return scratch.union_block[u], scratch.union_mask[u], scratch.union_blocks[u]
    close_scope(scratch, blocks)
    return scratch.block, scratch.block_mask, np.int64(blocks)


@kernel
def decide(rules, key, trial, before, after, targets):
    """Whether the perturbation stands.

    Reads: rules; the outputs' summed inputs before and after. Draws: stream `decision`.
    """
    threshold, gain, cap = rules.neuron_threshold, rules.reward_gain, rules.margin_cap
    new = reward.reward(rules.reward, after, targets, threshold, gain, cap)
    old = reward.reward(rules.reward, before, targets, threshold, gain, cap)
    return decision.stands(rules.acceptance, new, old, rules.reward_offset, rules.temperature, key, trial)


@kernel
def advance(
    system,
    rules,
    state,
    scratch,
    waves,
    parts,
    decides,
    deep,
    low,
    high,
    measure,
    log_pattern,
    log_decision,
    log_active,
):
    """Carry out `log_pattern.size` trials.

    `waves` is True where astrocytes are coupled, `parts` where only a part of the eligible synapses is perturbed,
    `decides` where reward or acceptance are not the report's, `deep` the working memory of trials that ask more than
    the report's; else they are None: None is a type of its own, and numba leaves out what it rules out, so that none of
    this costs anything elsewhere.

    Reads: system, rules, low and high (the cursor's box). Writes: state, scratch, deep, the three logs; with `measure`
    it also adds to scratch.total. Draws: streams `pattern`, `exploration`, `selection`, `cursor`, `scope`,
    `perturbation`, `part`, `decision`.
    """
    touched = 0
    state.score[:] = 0.0
    scratch.near_kept[:] = -1
    astrocytes = rules.learner == ASTROCYTES
    by_union = astrocytes and rules.scope == scope.TERRITORY
    by_neuron = rules.learner == CURSOR or by_union
    senses = astrocytes and selection.goes_by_score(rules.selection)
    pattern = 0
    if deep is not None:
        settle_all(system, rules, state, deep)
    for row in range(log_pattern.size):
        trial = state.counter[TRIALS]
        if deep is None:
            pattern = present(system, rules, state, trial)
        else:
            pattern = present_window(system, rules, state, deep, trial)
        targets = system.targets[pattern]
        active = 0
        if waves is not None:
            integrate(system, rules, state, trial)
        if deep is not None and astrocytes and not senses:
            active = select_uniform(system, rules, scratch, deep, trial)
        elif astrocytes:
            touched = sense(system, rules, state, scratch, touched)
            if waves is not None:
                touched = couple(system, rules, state, scratch)
            active = select(system, rules, state, scratch, trial, touched)
            if waves is not None:
                send_waves(system, state, scratch, trial, active)
        for k in range(active):
            scratch.is_active[scratch.active[k]] = True
        if deep is None:
            propagate(system, state, scratch.activation, pattern)
            for bit in range(system.outputs.size):
                neuron = system.outputs[bit]
                scratch.before[bit] = scratch.activation[neuron] if system.sound[neuron] else 0.0

        idle = active == 0
        blocks = 0
        if rules.learner == CURSOR:
            key = system.keys[CURSOR_STREAM]
            cursor.move(state.cursor, key, trial, low, high, rules.cursor_jump, rules.cursor_step)
            blocks = gather_cursor(system, rules, state, scratch)
            idle = blocks == 0
        elif active and not by_neuron:
            blocks = gather_chance(system, rules, scratch, trial, active)

        kept = False
        if deep is not None:
            if not idle:
                found, masks, count = whole_scope(system, scratch, by_union, active, blocks)
                if rules.fraction < 1.0:
                    thin(system, rules, scratch, trial, found, masks, count)
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
                    apply_steps(system, rules, state, scratch, trial, scale, found, masks, count)
        elif not idle:
            moved = try_outputs(system, rules, state, scratch, parts, trial, pattern, by_neuron)
            if decides is not None:
                kept = decide(rules, system.keys[DECISION], trial, scratch.before, scratch.after, targets)
            elif moved or rules.reward_offset > 0.0:
                kept = decision.keeps(
                    reward.report_reward(rules.reward, scratch.after, targets, rules.neuron_threshold),
                    reward.report_reward(rules.reward, scratch.before, targets, rules.neuron_threshold),
                    rules.reward_offset,
                )
        if measure:
            if deep is None:
                standing = scratch.after if kept else scratch.before
                scratch.total[BINARY_SUM] += reward.binary_reward(standing, targets, rules.neuron_threshold)
                scratch.total[SOFT_SUM] += reward.soft_reward(standing, targets, rules.neuron_threshold)
            else:
                binary, soft = show_window(system, rules, deep)
                scratch.total[BINARY_SUM] += binary
                scratch.total[SOFT_SUM] += soft
            scratch.total[KEPT_SUM] += kept
            scratch.total[REVERTED_SUM] += not (kept or idle)
            if by_union:
                scratch.total[ELIGIBLE_SUM] += scratch.union_size[find_union(system, scratch, active)]
            else:
                scratch.total[ELIGIBLE_SUM] += close_scope(scratch, blocks)
        if deep is None and kept:
            found, masks, count = whole_scope(system, scratch, by_union, active, blocks)
            if parts is not None:
                thin(system, rules, scratch, trial, found, masks, count)
                masks = scratch.part_mask
            apply_steps(system, rules, state, scratch, trial, rules.scale, found, masks, count)
            propagate(system, state, scratch.activation, pattern)
        clear(scratch, blocks)
        if deep is None:
            stand(system, rules, state, scratch.activation, pattern)
        elif senses:
            stand_window(system, rules, state, deep, pattern)

        state.counter[TRIALS] += 1
        state.counter[KEPT_TRIALS] += kept
        state.counter[REVERTED_TRIALS] += not (kept or idle)
        if astrocytes:
            adapt(system, rules, state, scratch, waves, deep, pattern, active, kept)
        log_pattern[row] = pattern
        log_decision[row] = KEPT if kept else (IDLE if idle else REVERTED)
        for k in range(log_active.shape[1]):
            log_active[row, k] = scratch.active[k] if k < active else NOBODY
        for k in range(active):
            scratch.is_active[scratch.active[k]] = False
    if deep is not None and not senses and log_pattern.size:
        stand_window(system, rules, state, deep, pattern)
