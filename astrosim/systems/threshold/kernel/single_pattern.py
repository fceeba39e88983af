"""The trial loop that shows one pattern per trial and passes it once. It does only the work that can matter.

A trial draws the steps of those synapses that carry signal to an output; the rest of the scope is drawn when the
perturbation is kept. This is exact because every draw is addressed by (trial, synapse), and every sum of weights is
exact. The cost of a trial follows the size of the territories and the active inputs' fan-out, not the network.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import DECISION
from astrosim.rules import decision, reward, scope
from astrosim.systems.threshold.kernel.adaptation import adapt
from astrosim.systems.threshold.kernel.coupling import integrate
from astrosim.systems.threshold.kernel.eligibility import clear
from astrosim.systems.threshold.kernel.perturbing import apply_steps, thin, try_outputs
from astrosim.systems.threshold.kernel.phases import (
    activate,
    add_to_totals,
    count_trial,
    eligible_synapses,
    gather,
    log_trial,
    whole_scope,
)
from astrosim.systems.threshold.kernel.propagation import present, propagate, stand
from astrosim.systems.threshold.network.state import ASTROCYTES, CURSOR, FIRED, TRIALS
from astrosim.systems.threshold.network.trace import trace_list, trace_rewards


@kernel
def decide_by_rule(params, key, trial, before, after, targets):
    """Return whether the perturbation stands, by the scenario's reward and acceptance.

    Reads: params; the outputs' summed inputs before and after. Draws: stream `decision`.
    """
    own = params.decision
    threshold, gain, cap = params.network.threshold, own.gain, own.cap
    new = reward.reward(own.reward, after, targets, threshold, gain, cap)
    old = reward.reward(own.reward, before, targets, threshold, gain, cap)
    return decision.stands(own.accept, new, old, own.offset, own.temperature, key, trial)


@phase
def decide(params, key, trial, before, after, targets, moved):
    """Return whether the perturbation stands; by the rules of Murray 2026, unmoved outputs need no evaluation.

    Reads: params; the outputs' summed inputs before and after. Draws: stream `decision`, only by other acceptances.
    """
    own = params.decision
    if not own.as_in_paper:
        return decide_by_rule(params, key, trial, before, after, targets)
    if not (moved or own.offset > 0.0):
        return False
    return decision.keeps(
        reward.report_reward(own.reward, after, targets, params.network.threshold),
        reward.report_reward(own.reward, before, targets, params.network.threshold),
        own.offset,
    )


@phase
def read_outputs(outputs, sound, activation, before):
    """Read the summed inputs of the outputs, 0 if silenced. Writes: before (float64, shape (bit,))."""
    for bit in range(outputs.size):
        before[bit] = activation[outputs[bit]] if sound[outputs[bit]] else 0.0


@kernel
def rewards_of(own, threshold, before, after, targets, idle):
    """Return the rewards before and after a perturbation, by the scenario's rule; the latter nan without one.

    Reads: own (the numbers of the decision); the outputs' summed inputs before and after.
    """
    old = reward.reward(own.reward, before, targets, threshold, own.gain, own.cap)
    if idle:
        return old, np.nan
    return old, reward.reward(own.reward, after, targets, threshold, own.gain, own.cap)


@kernel
def advance(network, params, state, workspace, waves, log, traced, measure):
    """Carry out `log.pattern.size` trials.

    Reads: network, params. Writes: state, waves, workspace, log, traced; with `measure` it also adds to
    workspace.total. Draws: streams `pattern`, `exploration`, `cursor`, `scope`, `perturbation`, `part`, `decision`.
    """
    touched = np.int64(0)
    state.score[:] = 0.0
    workspace.near_kept[:] = -1
    astrocytes = params.learner == ASTROCYTES
    by_union = astrocytes and params.perturbation.scope == scope.TERRITORY
    by_neuron = params.learner == CURSOR or by_union
    compares, fires = traced.before.size > 0, traced.fired.shape[0] > 0
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = present(network, params, state, trial)
        targets = network.targets[pattern]
        active = 0
        if waves is not None:
            integrate(waves, params, network.acts, trial)
        if astrocytes:
            active, touched = activate(network, params, state, workspace, waves, trial, touched)
        for k in range(active):
            workspace.is_active[workspace.active[k]] = True
        propagate(network, state, workspace.activation, pattern)
        read_outputs(network.outputs, network.sound, workspace.activation, workspace.before)

        blocks = gather(network, params, state, workspace, trial, by_union, active)
        idle = active == 0 and blocks == 0
        kept = False
        if not idle:
            moved = try_outputs(network, params, state, workspace, trial, pattern, by_neuron)
            key = params.keys[DECISION]
            kept = decide(params, key, trial, workspace.before, workspace.after, targets, moved)
        eligible = np.int64(0)
        if measure or compares:
            eligible = eligible_synapses(network, workspace, by_union, active, blocks)
        if measure:
            standing = workspace.after if kept else workspace.before
            binary = reward.binary_reward(standing, targets, params.network.threshold)
            soft = reward.soft_reward(standing, targets, params.network.threshold)
            add_to_totals(workspace.total, binary, soft, kept, idle, eligible)
        if compares:
            old, new = rewards_of(
                params.decision, params.network.threshold, workspace.before, workspace.after, targets, idle
            )
            trace_rewards(traced, row, old, new, eligible)
        if kept:
            found, masks, count = whole_scope(network, workspace, by_union, active, blocks)
            if params.perturbation.fraction < 1.0:
                thin(params, trial, found, masks, count, workspace.part_mask)
                masks = workspace.part_mask
            apply_steps(params, state.weight, workspace.step, trial, params.perturbation.scale, found, masks, count)
            propagate(network, state, workspace.activation, pattern)
        clear(workspace, blocks)
        stand(network, params, state, workspace.activation, pattern)
        if fires:
            trace_list(traced, row, state.fired, state.counter[FIRED])

        count_trial(state.counter, kept, idle)
        if astrocytes:
            adapt(network, params, state, workspace, waves, None, pattern, active, kept)
        log_trial(log, row, pattern, kept, idle, workspace.active, active)
        for k in range(active):
            workspace.is_active[workspace.active[k]] = False
