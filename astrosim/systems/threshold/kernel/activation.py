"""Sensing: the astrocytes' scores. Only astrocytes that a fired neuron reaches are evaluated."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.rules import sensing
from astrosim.systems.threshold.network.state import BLOCK, FIRED, KEPT


@phase
def sense(network, params, state, workspace, touched):
    """Compute the scores from the last standing pass, 0 for untouched astrocytes. Returns the number of touched ones.

    Reads: state.fired, state.weight, state.counter. Writes: state.score, workspace.sum, workspace.touched, and
    each neuron's contributions to astrocytes near it (workspace.near_value), valid until a perturbation is kept.
    """
    for k in range(touched):
        state.score[workspace.touched[k]] = 0.0
    touched = 0
    changes = not sensing.reads_neurons(params.sensing)
    for k in range(state.counter[FIRED]):
        neuron = state.fired[k]
        if changes and workspace.near_kept[neuron] != state.counter[KEPT]:
            workspace.near_kept[neuron] = state.counter[KEPT]
            _refresh(network, params.sensing, state.weight, workspace.near_value, neuron)
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
def _refresh(network, rule, weight, value, neuron):
    """Recompute a neuron's contributions: over its synapses onto a territory, and over all of them to its holders."""
    start, holding = network.near_start[neuron], network.near_holding[neuron]
    for n in range(start, holding):
        value[n] = sensing.contribution(rule, weight[network.near_synapse[n]])
    for r in range(network.reach_start[neuron], network.reach_start[neuron + 1]):
        value[network.reach_near[r]] += sensing.contribution(rule, weight[network.reach_synapse[r]])
    leaving = _leaving(rule, weight, network.first[neuron], network.first[neuron + 1])
    for n in range(holding, network.near_start[neuron + 1]):
        value[n] = leaving


@phase
def _leaving(rule, weight, start, end):
    """Return the sum over synapses start .. end - 1: four sums side by side, for the sum is exact in any order."""
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
