"""The cursor's trial loop: one wandering point instead of astrocytes. Spec of the program, section 4, Cursor."""

from __future__ import annotations

import math

import numpy as np

from astrosim.core.jit import compiled
from astrosim.core.mulberry import draw
from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.circuit import find_direct
from astrosim.systems.published.kernel.pass_cache import refresh
from astrosim.systems.published.kernel.perturbation import attempt
from astrosim.systems.published.kernel.state import note, trace, trace_firing


@compiled
def move(generator, cursor, low, high):
    """Move: jump or step. Reads the box (low, high). Writes cursor, generator. Draws four."""
    jumps = draw(generator) < c.CURSOR_JUMP
    for d in range(3):
        u = draw(generator)
        if jumps:
            cursor[d] = low[d] + u * (high[d] - low[d])
        else:
            cursor[d] = max(low[d], min(high[d], cursor[d] + (u - 0.5) * 2.0 * c.CURSOR_STEP))


@compiled
def flag_neurons(circuit, cursor, flag, radius):
    """Write flags by label, in index order: a later neuron overwrites an earlier one of its label, with false too.

    Returns whether any flag is set.
    """
    for k in range(c.NEURONS):
        dx = circuit.position[k, 0] - cursor[0]
        dy = circuit.position[k, 1] - cursor[1]
        dz = circuit.position[k, 2] - cursor[2]
        flag[circuit.label[k]] = math.sqrt(dx * dx + dy * dy + dz * dz) <= radius
    return flag.any()


@compiled
def collect_flagged(circuit, flag, collected, place_of):
    """Write the synapses with a flag at their pre or post index, and each synapse's place; returns their count."""
    n = 0
    for j in range(len(circuit.pre)):
        eligible = flag[circuit.pre[j]] or flag[circuit.post[j]]
        collected[n] = j
        place_of[j] = n if eligible else -1
        n += eligible
    return n


@compiled
def wander(circuit, territories, state, standing, scratch, tally, traced, patterns, decisions):
    """Carry out one trial for each entry of `patterns`.

    Reads circuit. Writes state, standing, scratch, tally, traced and the log (patterns, decisions).
    Draws the pattern, four for the move, then two for each eligible synapse.
    """
    low, high = np.empty(3), np.empty(3)
    for d in range(3):
        low[d], high[d] = circuit.position[:, d].min(), circuit.position[:, d].max()
    flag = np.zeros(c.NEURONS, dtype=np.bool_)
    collected = np.empty(len(circuit.pre) + 1, dtype=np.int16)
    place_of = np.empty(len(circuit.pre), dtype=np.int16)
    place = np.empty((c.INPUTS, c.OUTPUTS), dtype=np.int16)
    for t in range(len(patterns)):
        pattern = int(draw(state.generator) * c.PATTERNS)
        refresh(circuit, territories, False, state.weight, standing, pattern)
        move(state.generator, state.cursor, low, high)
        n = 0
        if flag_neurons(circuit, state.cursor, flag, c.CURSOR_RADIUS):
            n = collect_flagged(circuit, flag, collected, place_of)
        decisions[t] = IDLE
        before, after = standing.soft[pattern], np.nan
        if n > 0:
            find_direct(circuit.direct, place_of, place)
            kept, after = attempt(circuit, state, pattern, before, collected[:n], place, scratch)
            decisions[t] = KEPT if kept else REVERTED
            if kept:
                standing.valid[:] = False
                refresh(circuit, territories, False, state.weight, standing, pattern)
        trace(traced, t, before, after, n)
        trace_firing(traced, t, standing.memory[pattern], circuit.label)
        state.last_pattern[0] = pattern
        state.trial[0] += 1
        note(tally, standing.binary[pattern], standing.soft[pattern], n)
        patterns[t] = pattern
