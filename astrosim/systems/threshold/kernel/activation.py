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
    for k in range(state.counter[FIRED]):
        neuron = state.fired[k]
        if rules.sensing == sensing.TRAFFIC and scratch.near_kept[neuron] != state.counter[KEPT]:
            scratch.near_kept[neuron] = state.counter[KEPT]
            _refresh(system, state.weight, scratch.near_value, neuron)
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
def _refresh(system, weight, value, neuron):
    """Traffic that a neuron causes in the territories near it: what reaches a target there, or all that leaves it."""
    start, holding = system.near_start[neuron], system.near_holding[neuron]
    for n in range(start, holding):
        value[n] = sensing.traffic(weight[system.near_synapse[n]])
    for r in range(system.reach_start[neuron], system.reach_start[neuron + 1]):
        value[system.reach_near[r]] += sensing.traffic(weight[system.reach_synapse[r]])
    leaving = _leaving_traffic(weight, system.first[neuron], system.first[neuron + 1])
    for n in range(holding, system.near_start[neuron + 1]):
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
