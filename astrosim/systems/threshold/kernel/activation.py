"""Sensing and selection of the active astrocytes. Only astrocytes that fired neurons reach are looked at."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import UNIT, block_words
from astrosim.rules import exploration, selection, sensing
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.network.state import BLOCK, FIRED, KEPT


@phase
def sense(network, params, state, workspace, touched):
    """Scores from the last standing pass, 0 for untouched astrocytes. Returns the new number of touched ones.

    Reads: state.fired, state.weight, state.counter. Writes: state.score, workspace.sum, workspace.touched, and what a
    neuron adds to the astrocytes near it (workspace.near_value), which holds until a perturbation is kept.
    """
    for k in range(touched):
        state.score[workspace.touched[k]] = 0.0
    touched = 0
    for k in range(state.counter[FIRED]):
        neuron = state.fired[k]
        if params.sensing == sensing.TRAFFIC and workspace.near_kept[neuron] != state.counter[KEPT]:
            workspace.near_kept[neuron] = state.counter[KEPT]
            _refresh(network, state.weight, workspace.near_value, neuron)
        for n in range(network.near_start[neuron], network.near_start[neuron + 1]):
            a = network.near[n]
            if workspace.sum[a] == 0.0 and workspace.near_value[n] > 0.0:
                workspace.touched[touched] = a
                touched += 1
            workspace.sum[a] += workspace.near_value[n]
    for k in range(touched):
        a = workspace.touched[k]
        state.score[a] = sensing.score(workspace.sum[a], network.size[a])
        workspace.sum[a] = 0.0
    return touched


@phase
def _refresh(network, weight, value, neuron):
    """Traffic that a neuron causes in the territories near it: what reaches a target there, or all that leaves it."""
    start, holding = network.near_start[neuron], network.near_holding[neuron]
    for n in range(start, holding):
        value[n] = sensing.traffic(weight[network.near_synapse[n]])
    for r in range(network.reach_start[neuron], network.reach_start[neuron + 1]):
        value[network.reach_near[r]] += sensing.traffic(weight[network.reach_synapse[r]])
    leaving = _leaving_traffic(weight, network.first[neuron], network.first[neuron + 1])
    for n in range(holding, network.near_start[neuron + 1]):
        value[n] = leaving


@phase
def _leaving_traffic(weight, start, end):
    """Traffic of synapses start .. end - 1: four sums side by side, for the sum is exact in any order."""
    t0, t1, t2, t3 = 0.0, 0.0, 0.0, 0.0
    s = start
    while s + BLOCK <= end:
        t0 += sensing.traffic(weight[s])
        t1 += sensing.traffic(weight[s + 1])
        t2 += sensing.traffic(weight[s + 2])
        t3 += sensing.traffic(weight[s + 3])
        s += BLOCK
    while s < end:
        t0 += sensing.traffic(weight[s])
        s += 1
    return (t0 + t1) + (t2 + t3)


@phase
def select(acts, key, params, state, workspace, trial, touched):
    """Find the active astrocytes in score order; returns how many (at least one, unless all are silenced).

    Draws are addressed by astrocyte, so nobody need be asked in order: an astrocyte that would come after a full list
    of active ones is passed over.

    Reads: acts (bool, shape (astrocyte,)), params, state.score, threshold and activations, workspace.touched. Writes:
    workspace.active, explored, word.
    Draws: the stream of `key`, index = astrocyte, only for astrocytes below threshold.
    """
    count = 0
    for k in range(touched):
        a = workspace.touched[k]
        if selection.above_threshold(state.score[a], state.threshold[a]):
            count = _insert(params, state, workspace, a, False, count)
    if params.exploration != exploration.NONE:
        for k in range(touched):
            a = workspace.touched[k]
            below = not selection.above_threshold(state.score[a], state.threshold[a])
            candidate = below and _has_place(params, state, workspace, a, count)
            if candidate and _explores(acts, key, params, state, workspace, trial, a):
                count = _insert(params, state, workspace, a, True, count)
        a = 0 if touched < state.score.size else state.score.size
        while count < params.max_active and a < state.score.size:
            if state.score[a] == 0.0 and _explores(acts, key, params, state, workspace, trial, a):
                count = _insert(params, state, workspace, a, True, count)
            a += 1
    if count == 0:
        best = _best(acts, state, workspace, touched)
        if best != NOBODY:
            count = _insert(params, state, workspace, best, False, count)
    return count


@phase
def _best(acts, state, workspace, touched):
    """The astrocyte that comes first among those that are not silenced; NOBODY if all are."""
    best = np.int32(NOBODY)
    for k in range(touched):
        a = workspace.touched[k]
        if acts[a] and (best == NOBODY or selection.precedes(state.score[a], a, state.score[best], best)):
            best = a
    a = np.int32(0)
    while best == NOBODY and a < acts.size:
        if acts[a]:
            best = a
        a += np.int32(1)
    return best


@phase
def _has_place(params, state, workspace, a, count):
    """Whether an astrocyte would be among the first if it were active."""
    if count < params.max_active:
        return True
    last = workspace.active[count - 1]
    return selection.precedes(state.score[a], a, state.score[last], last)


@phase
def _insert(params, state, workspace, a, explored, count):
    """Put an astrocyte into its place among the active ones; the last one of a full list drops out."""
    if not _has_place(params, state, workspace, a, count):
        return count
    place = min(count, params.max_active - 1)
    while place and selection.precedes(
        state.score[a], a, state.score[workspace.active[place - 1]], workspace.active[place - 1]
    ):
        workspace.active[place] = workspace.active[place - 1]
        workspace.explored[place] = workspace.explored[place - 1]
        place -= 1
    workspace.active[place] = a
    workspace.explored[place] = explored
    return min(count + 1, params.max_active)


@phase
def _explores(acts, key, params, state, workspace, trial, a):
    """Whether an astrocyte becomes active spontaneously; a silenced one never does."""
    if not acts[a]:
        return False
    rate = exploration.exploration_rate(
        params.exploration, state.activations[a], params.flat_rate, params.initial_rate, params.maturity
    )
    return exploration.explores(_exploration_draw(key, workspace, trial, a), rate)


@phase
def _exploration_draw(key, workspace, trial, a):
    """The uniform number of astrocyte a; four neighbours share a Philox block."""
    group = a // BLOCK
    if workspace.word_trial[group] != trial:
        workspace.word_trial[group] = trial
        w0, w1, w2, w3 = block_words(key, trial, group)
        workspace.word[group * BLOCK] = w0
        workspace.word[group * BLOCK + 1] = w1
        workspace.word[group * BLOCK + 2] = w2
        workspace.word[group * BLOCK + 3] = w3
    return workspace.word[a] * UNIT
