"""Phases that the trial loops share: scope, totals of an episode, counters and log."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import phase
from astrosim.core.rng import CURSOR as CURSOR_STREAM
from astrosim.core.rng import EXPLORATION
from astrosim.rules import cursor
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED
from astrosim.systems.population.select import select
from astrosim.systems.threshold.kernel.activation import sense
from astrosim.systems.threshold.kernel.coupling import couple, send_waves
from astrosim.systems.threshold.kernel.eligibility import close_scope, find_union, gather_chance, gather_cursor
from astrosim.systems.threshold.kernel.workspace import BINARY_SUM, ELIGIBLE_SUM, KEPT_SUM, REVERTED_SUM, SOFT_SUM
from astrosim.systems.threshold.network.state import CURSOR, TRIALS
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS


@phase
def activate(network, params, state, workspace, waves, trial, touched):
    """Find the active astrocytes by their scores; returns how many, and how many have a score.

    Reads: state. Writes: state.score, and the waves of the active ones; workspace. Draws: stream `exploration`.
    """
    touched = sense(network, params, state, workspace, touched)
    if waves is not None:
        touched = couple(waves, params, network.acts, state.score, workspace.own_score, workspace.touched)
    acts, key = network.acts, params.keys[EXPLORATION]
    active = select(acts, key, params.population, state, workspace, trial, touched)
    if waves is not None:
        send_waves(waves, state, workspace, trial, active)
    return active, touched


@phase
def gather(network, params, state, workspace, trial, by_union, active):
    """Gather the synapses of the trial's scope, unless it is a union of territories; returns the number of blocks.

    Writes: state.cursor, where the cursor learns; workspace. Draws: streams `cursor`, `scope`.
    """
    blocks = np.int64(0)
    if params.learner == CURSOR:
        key = params.keys[CURSOR_STREAM]
        cursor.move(state.cursor, key, trial, network.low, network.high, params.cursor.jump, params.cursor.step)
        blocks = gather_cursor(network, params, state, workspace)
    elif active and not by_union:
        blocks = gather_chance(network, params, workspace, trial, active)
    return blocks


@phase
def whole_scope(network, workspace, by_union, active, blocks):
    """Return blocks, masks and number of blocks of all synapses that the trial may change."""
    if by_union:
        u = find_union(network, workspace, active)
        return workspace.union_block[u], workspace.union_mask[u], workspace.union_blocks[u]
    close_scope(workspace, blocks)
    return workspace.block, workspace.block_mask, np.int64(blocks)


@phase
def eligible_synapses(network, workspace, by_union, active, blocks):
    """Return the number of synapses in the trial's scope."""
    if by_union:
        return workspace.union_size[find_union(network, workspace, active)]
    return close_scope(workspace, blocks)


@phase
def add_to_totals(total, binary, soft, kept, idle, eligible):
    """Add a trial to the totals of the measured episode (float64, shape (5,))."""
    total[BINARY_SUM] += binary
    total[SOFT_SUM] += soft
    total[KEPT_SUM] += kept
    total[REVERTED_SUM] += not (kept or idle)
    total[ELIGIBLE_SUM] += eligible


@phase
def count_trial(counter, kept, idle):
    """Count the trial and its decision. Writes: counter."""
    counter[TRIALS] += 1
    counter[KEPT_TRIALS] += kept
    counter[REVERTED_TRIALS] += not (kept or idle)


@phase
def log_trial(log, row, pattern, kept, idle, chosen, active):
    """Write a trial's row of the log; the first `active` of `chosen` were active. Writes: log."""
    log.pattern[row] = pattern
    log.decision[row] = KEPT if kept else (IDLE if idle else REVERTED)
    for k in range(log.active.shape[1]):
        log.active[row, k] = chosen[k] if k < active else NOBODY
