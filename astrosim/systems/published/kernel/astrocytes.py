"""The astrocytes' trial loop: sense, activate, attempt, adapt. Spec of the program, sections 3 and 4."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import compiled, inlined
from astrosim.core.mulberry import draw
from astrosim.store.variables import KEPT, NOBODY, REVERTED
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.circuit import code_of
from astrosim.systems.published.kernel.pass_cache import refresh
from astrosim.systems.published.kernel.perturbation import attempt
from astrosim.systems.published.kernel.state import note, trace, trace_firing

NO_EXPLORATION, FLAT, MATURITY = 0, 1, 2  # exploration rules
EXPLORATION_RULES = {"none": NO_EXPLORATION, "flat": FLAT, "maturity": MATURITY}
WINDOW_BITS = np.uint32((1 << c.WINDOW) - 1)


@inlined
def exploration_rate(rule, activations):
    """Return probability per trial that an astrocyte below its threshold is active all the same."""
    if rule == MATURITY:
        return c.INITIAL_RATE / (1.0 + activations / c.MATURITY)
    return c.FLAT_RATE if rule == FLAT else 0.0


@compiled
def activate(score, ranking, rule, state, active, explored):
    """Choose the active astrocytes. Reads score, ranking, state. Writes state.generator, active, explored.

    Draws one for each astrocyte that is not above its threshold, in score order, under a rule that explores; also
    when three are active already. Returns how many are active.
    """
    number = 0
    for a in ranking:
        by_score = score[a] > state.threshold[a]
        if not by_score:
            if rule == NO_EXPLORATION:
                continue
            if draw(state.generator) >= exploration_rate(rule, state.activations[a]):
                continue
        if number < c.MAX_ACTIVE:
            active[number] = a
            explored[number] = not by_score
            number += 1
    if number == 0:
        active[0] = ranking[0]
        explored[0] = False
        number = 1
    return number


@compiled
def remember_outcome(state, active, explored, pattern, kept):
    """Note the outcome for active astrocytes. Writes state.window and the counters."""
    for k in range(len(active)):
        a = active[k]
        state.window[a] = (np.uint32(state.window[a] << np.uint32(1)) | np.uint32(kept)) & WINDOW_BITS
        state.activations[a] += 1
        state.activations_by_pattern[a, pattern] += 1
        state.successes[a] += kept
        state.explorations[a] += explored[k]


@compiled
def adapt_thresholds(state):
    """Move the threshold of every astrocyte with outcomes towards a middling success rate. Writes state.threshold."""
    for a in range(c.ASTROCYTES):
        length = min(state.activations[a], c.WINDOW)
        if length == 0:
            continue
        successes = 0
        for k in range(c.WINDOW):
            successes += (state.window[a] >> np.uint32(k)) & np.uint32(1)
        rate = successes / length
        if rate > c.UPPER_SUCCESS:
            state.threshold[a] = max(c.THRESHOLD_FLOOR, state.threshold[a] - c.THRESHOLD_STEP)
        elif rate < c.LOWER_SUCCESS:
            state.threshold[a] = min(c.THRESHOLD_CEILING, state.threshold[a] + c.THRESHOLD_STEP)


@compiled
def learn(
    circuit,
    territories,
    collections,
    traffic,
    rule,
    state,
    standing,
    scratch,
    tally,
    traced,
    patterns,
    decisions,
    actives,
):
    """Carry out one trial for each entry of `patterns`.

    Reads circuit, territories, collections. Writes state, standing, scratch, tally, traced and the log
    (patterns, decisions, actives).
    Draws the pattern, the explorations, then two for each collected synapse.
    """
    active = np.empty(c.MAX_ACTIVE, dtype=np.int64)
    explored = np.empty(c.MAX_ACTIVE, dtype=np.bool_)
    for t in range(len(patterns)):
        pattern = int(draw(state.generator) * c.PATTERNS)
        first_of_episode = state.trial[0] % c.TRIALS_PER_EPISODE == 0
        sensed = c.PATTERNS + pattern if first_of_episode else state.last_pattern[0]
        refresh(circuit, territories, traffic, state.weight, standing, sensed)
        refresh(circuit, territories, traffic, state.weight, standing, pattern)
        tally.score[:] = standing.score[sensed]
        number = activate(tally.score, standing.ranking[sensed], rule, state, active, explored)

        code = code_of(active, number)
        collected = collections.collected[code, : collections.size[code]]
        before, place = standing.soft[pattern], collections.place[code]
        kept, after = attempt(circuit, state, pattern, before, collected, place, scratch)
        if kept:
            standing.valid[:] = False
            refresh(circuit, territories, traffic, state.weight, standing, pattern)
        trace(traced, t, before, after, len(collected))
        trace_firing(traced, t, standing.memory[pattern], circuit.label)

        remember_outcome(state, active[:number], explored, pattern, kept)
        state.last_pattern[0] = pattern
        state.trial[0] += 1
        if state.trial[0] % c.INTERVAL == 0:
            adapt_thresholds(state)
        note(tally, standing.binary[pattern], standing.soft[pattern], len(collected))
        patterns[t] = pattern
        decisions[t] = KEPT if kept else REVERTED
        for k in range(c.MAX_ACTIVE):
            actives[t, k] = active[k] if k < number else NOBODY
