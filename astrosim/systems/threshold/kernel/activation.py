"""Sensing: the astrocytes' scores. Only astrocytes that fired neurons reach are looked at."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.rules import sensing
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
