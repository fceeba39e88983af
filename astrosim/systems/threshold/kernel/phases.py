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
def activate(system, rules, state, scratch, waves, trial, touched):
    """Find the active astrocytes by their scores; returns how many, and how many have a score.

    Reads: state. Writes: state.score, and the waves that the active ones send; scratch. Draws: stream `exploration`.
    """
    touched = sense(system, rules, state, scratch, touched)
    if waves is not None:
        touched = couple(waves, rules, system.acts, state.score, scratch.own_score, scratch.touched)
    active = select(system.acts, system.keys[EXPLORATION], rules, state, scratch, trial, touched)
    if waves is not None:
        send_waves(waves, state, scratch, trial, active)
    return active, touched


@phase
def gather(system, rules, state, scratch, trial, by_union, active):
    """Gather the synapses of the trial's scope, unless it is a union of territories; returns the number of blocks.

    Writes: state.cursor, where the cursor learns; scratch. Draws: streams `cursor`, `scope`.
    """
    blocks = np.int64(0)
    if rules.learner == CURSOR:
        key = system.keys[CURSOR_STREAM]
        cursor.move(state.cursor, key, trial, system.low, system.high, rules.cursor_jump, rules.cursor_step)
        blocks = gather_cursor(system, rules, state, scratch)
    elif active and not by_union:
        blocks = gather_chance(system, rules, scratch, trial, active)
    return blocks


@phase
def whole_scope(system, scratch, by_union, active, blocks):
    """Blocks, masks and number of blocks of all synapses that the trial may change."""
    if by_union:
        u = find_union(system, scratch, active)
        return scratch.union_block[u], scratch.union_mask[u], scratch.union_blocks[u]
    close_scope(scratch, blocks)
    return scratch.block, scratch.block_mask, np.int64(blocks)


@phase
def eligible_synapses(system, scratch, by_union, active, blocks):
    """Number of synapses in the trial's scope."""
    if by_union:
        return scratch.union_size[find_union(system, scratch, active)]
    return close_scope(scratch, blocks)


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
