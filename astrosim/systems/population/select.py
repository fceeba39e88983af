"""Selection of the active astrocytes, by score or by exploration. Murray 2026, section 4.2.

Rules: `astrosim.rules.selection` and `astrosim.rules.exploration`.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import UNIT, block_words
from astrosim.rules import exploration, scope, selection
from astrosim.store.variables import NOBODY
from astrosim.systems.population.state import WORDS


@phase
def select(acts, key, params, state, workspace, trial, touched):
    """Find the active astrocytes in score order; returns how many (at least one, unless all are silenced).

    Draws are indexed by astrocyte, so the order of evaluation is free: an astrocyte that would come after a full list
    of active ones is passed over. The first `touched` places of workspace.touched hold all astrocytes with a score
    above 0.

    Reads: acts (bool, shape (astrocyte,): False where silenced); params; state.score, threshold, activations;
    workspace.touched. Writes: workspace.active, explored, word. Draws: the stream of `key`, index = astrocyte, only for
    astrocytes below threshold.
    """
    # One width of integers throughout: numba compiles a function again for each mix of them.
    count = np.int64(0)
    for k in range(touched):
        a = np.int64(workspace.touched[k])
        if selection.above_threshold(state.score[a], state.threshold[a]):
            count = _insert(params, state, workspace, a, np.bool_(False), count)
    if params.exploration != exploration.NONE:
        for k in range(touched):
            a = np.int64(workspace.touched[k])
            below = not selection.above_threshold(state.score[a], state.threshold[a])
            candidate = below and _has_place(params, state, workspace, a, count)
            if candidate and _explores(acts, key, params, state, workspace, trial, a):
                count = _insert(params, state, workspace, a, np.bool_(True), count)
        a = np.int64(0 if touched < state.score.size else state.score.size)
        while count < params.max_active and a < state.score.size:
            if state.score[a] == 0.0 and _explores(acts, key, params, state, workspace, trial, a):
                count = _insert(params, state, workspace, a, np.bool_(True), count)
            a += 1
    if count == 0:
        best = _best(acts, state, workspace, touched)
        if best != NOBODY:
            count = _insert(params, state, workspace, best, np.bool_(False), count)
    return count


@phase
def select_uniform(key, most, workspace, acting, partner, trial):
    """Draw the active astrocytes, at most `most`, uniformly without replacement; returns how many.

    Reads: acting (int32, shape (astrocyte that is not silenced,)), partner (uint32, room for `most` rounded up to
    blocks of four); both are given back as they were, or hold nothing. Writes: workspace.active, explored. Draws: the
    stream of `key`.
    """
    count = min(most, acting.size)
    scope.sample(key, trial, count, acting, partner)
    for k in range(count):
        workspace.active[k] = acting[k]
        workspace.explored[k] = False
    scope.undo(count, acting, partner)
    return count


@phase
def _best(acts, state, workspace, touched):
    """The astrocyte that comes first among those that are not silenced; NOBODY if all are."""
    best = np.int64(NOBODY)
    for k in range(touched):
        a = np.int64(workspace.touched[k])
        if acts[a] and (best == NOBODY or selection.precedes(state.score[a], a, state.score[best], best)):
            best = a
    a = np.int64(0)
    while best == NOBODY and a < acts.size:
        if acts[a]:
            best = a
        a += 1
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
    group = a // WORDS
    if workspace.word_trial[group] != trial:
        workspace.word_trial[group] = trial
        w0, w1, w2, w3 = block_words(key, trial, group)
        workspace.word[group * WORDS] = w0
        workspace.word[group * WORDS + 1] = w1
        workspace.word[group * WORDS + 2] = w2
        workspace.word[group * WORDS + 3] = w3
    return workspace.word[a] * UNIT
