"""Sensing and selection of the active astrocytes. Only astrocytes that fired neurons reach are looked at."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import EXPLORATION, UNIT, block_words
from astrosim.rules import exploration, selection, sensing
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.network.state import BLOCK, FIRED, KEPT


@phase
def sense(system, rules, state, scratch, touched):
    """Scores from the last standing pass, 0 for untouched astrocytes. Returns the new number of touched ones.

    Reads: state.fired, state.weight, state.counter. Writes: state.score, scratch.sum, scratch.touched, and what a
    neuron adds to the astrocytes near it (scratch.near_value), which holds until a perturbation is kept.
    """
    for k in range(touched):
        state.score[scratch.touched[k]] = 0.0
    touched = 0
    changes = not sensing.reads_neurons(rules.sensing)
    for k in range(state.counter[FIRED]):
        neuron = state.fired[k]
        if changes and scratch.near_kept[neuron] != state.counter[KEPT]:
            scratch.near_kept[neuron] = state.counter[KEPT]
            _refresh(system, rules.sensing, state.weight, scratch.near_value, neuron)
        for n in range(system.near_start[neuron], system.near_start[neuron + 1]):
            a = system.near[n]
            if scratch.sum[a] == 0.0 and scratch.near_value[n] > 0.0:
                scratch.touched[touched] = a
                touched += 1
            scratch.sum[a] += scratch.near_value[n]
    for k in range(touched):
        a = scratch.touched[k]
        state.score[a] = sensing.score(scratch.sum[a], system.size[a])
        scratch.sum[a] = 0.0
    return touched


@phase
def _refresh(system, rule, weight, value, neuron):
    """Sums that a neuron causes in territories near it: over what reaches a target there, or over all that leaves."""
    start, holding = system.near_start[neuron], system.near_holding[neuron]
    for n in range(start, holding):
        value[n] = sensing.contribution(rule, weight[system.near_synapse[n]])
    for r in range(system.reach_start[neuron], system.reach_start[neuron + 1]):
        value[system.reach_near[r]] += sensing.contribution(rule, weight[system.reach_synapse[r]])
    leaving = _leaving(rule, weight, system.first[neuron], system.first[neuron + 1])
    for n in range(holding, system.near_start[neuron + 1]):
        value[n] = leaving


@phase
def _leaving(rule, weight, start, end):
    """Sum over synapses start .. end - 1: four sums side by side, for the sum is exact in any order."""
    t0, t1, t2, t3 = 0.0, 0.0, 0.0, 0.0
    s = start
    while s + BLOCK <= end:
        t0 += sensing.contribution(rule, weight[s])
        t1 += sensing.contribution(rule, weight[s + 1])
        t2 += sensing.contribution(rule, weight[s + 2])
        t3 += sensing.contribution(rule, weight[s + 3])
        s += BLOCK
    while s < end:
        t0 += sensing.contribution(rule, weight[s])
        s += 1
    return (t0 + t1) + (t2 + t3)


@phase
def select(system, rules, state, scratch, trial, touched):
    """Find the active astrocytes in score order; returns how many (at least one, unless all are silenced).

    Draws are addressed by astrocyte, so nobody need be asked in order: an astrocyte that would come after a full list
    of active ones is passed over.

    Reads: state.score, state.threshold, state.activations, scratch.touched. Writes: scratch.active, explored, word.
    Draws: stream `exploration`, index = astrocyte, only for astrocytes below threshold.
    """
    count = 0
    for k in range(touched):
        a = scratch.touched[k]
        if selection.above_threshold(state.score[a], state.threshold[a]):
            count = _insert(rules, state, scratch, a, False, count)
    if rules.exploration != exploration.NONE:
        for k in range(touched):
            a = scratch.touched[k]
            below = not selection.above_threshold(state.score[a], state.threshold[a])
            candidate = below and _has_place(rules, state, scratch, a, count)
            if candidate and _explores(system, rules, state, scratch, trial, a):
                count = _insert(rules, state, scratch, a, True, count)
        a = 0 if touched < state.score.size else state.score.size
        while count < rules.max_active and a < state.score.size:
            if state.score[a] == 0.0 and _explores(system, rules, state, scratch, trial, a):
                count = _insert(rules, state, scratch, a, True, count)
            a += 1
    if count == 0:
        best = _best(system, state, scratch, touched)
        if best != NOBODY:
            count = _insert(rules, state, scratch, best, False, count)
    return count


@phase
def _best(system, state, scratch, touched):
    """The astrocyte that comes first among those that are not silenced; NOBODY if all are."""
    best = np.int32(NOBODY)
    for k in range(touched):
        a = scratch.touched[k]
        if system.acts[a] and (best == NOBODY or selection.precedes(state.score[a], a, state.score[best], best)):
            best = a
    a = np.int32(0)
    while best == NOBODY and a < system.acts.size:
        if system.acts[a]:
            best = a
        a += np.int32(1)
    return best


@phase
def _has_place(rules, state, scratch, a, count):
    """Whether an astrocyte would be among the first if it were active."""
    if count < rules.max_active:
        return True
    last = scratch.active[count - 1]
    return selection.precedes(state.score[a], a, state.score[last], last)


@phase
def _insert(rules, state, scratch, a, explored, count):
    """Put an astrocyte into its place among the active ones; the last one of a full list drops out."""
    if not _has_place(rules, state, scratch, a, count):
        return count
    place = min(count, rules.max_active - 1)
    while place and selection.precedes(
        state.score[a], a, state.score[scratch.active[place - 1]], scratch.active[place - 1]
    ):
        scratch.active[place] = scratch.active[place - 1]
        scratch.explored[place] = scratch.explored[place - 1]
        place -= 1
    scratch.active[place] = a
    scratch.explored[place] = explored
    return min(count + 1, rules.max_active)


@phase
def _explores(system, rules, state, scratch, trial, a):
    """Whether an astrocyte becomes active spontaneously; a silenced one never does."""
    if not system.acts[a]:
        return False
    rate = exploration.exploration_rate(
        rules.exploration, state.activations[a], rules.flat_rate, rules.initial_rate, rules.maturity
    )
    return exploration.explores(_exploration_draw(system, scratch, trial, a), rate)


@phase
def _exploration_draw(system, scratch, trial, a):
    """The uniform number of astrocyte a; four neighbours share a Philox block."""
    group = a // BLOCK
    if scratch.word_trial[group] != trial:
        scratch.word_trial[group] = trial
        w0, w1, w2, w3 = block_words(system.keys[EXPLORATION], trial, group)
        scratch.word[group * BLOCK] = w0
        scratch.word[group * BLOCK + 1] = w1
        scratch.word[group * BLOCK + 2] = w2
        scratch.word[group * BLOCK + 3] = w3
    return scratch.word[a] * UNIT
