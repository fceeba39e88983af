"""Fused trial loop of neurons and astrocytes that learn together.

Astrocytes compare two whole passes from the same firing, each neuron at its own threshold. Neurons then learn from the
pass with the perturbation if it is kept, else from the pass without it. All weights lie on a grid: sums are exact in
any order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel
from astrosim.core.rng import DECISION
from astrosim.rules import consolidation, decision, reward, scope, selection
from astrosim.systems.threshold.kernel.adaptation import adapt
from astrosim.systems.threshold.kernel.coupling import integrate
from astrosim.systems.threshold.kernel.eligibility import clear
from astrosim.systems.threshold.kernel.perturbing import apply_steps, thin
from astrosim.systems.threshold.kernel.phases import (
    activate,
    add_to_totals,
    count_trial,
    eligible_synapses,
    gather,
    log_trial,
    whole_scope,
)
from astrosim.systems.threshold.kernel.windowed import remember_fired, scale_of, select_uniform
from astrosim.systems.threshold.learners.neurons.kernel import (
    change,
    copy,
    count,
    count_driven,
    drive,
    feel,
    judge,
    raise_flags,
    release,
    settle,
    shown,
    solves,
    trace,
)
from astrosim.systems.threshold.learners.neurons.state import Circuit
from astrosim.systems.threshold.network.state import BLOCK, NOT_SOLVED, TRIALS, KernelNetwork
from astrosim.systems.threshold.network.trace import trace_firing, trace_rewards

AT_THRESHOLD = 0.0  # rewards take the distance of outputs from their own thresholds


class JointWorkspace(NamedTuple):
    """Workspace; holds nothing that a later stretch of trials depends on."""

    before: np.ndarray  # uint8 (neuron,): firing without the perturbation
    after: np.ndarray  # uint8 (neuron,): firing with it
    summed: np.ndarray  # float64 (neuron,)
    above_before: np.ndarray  # float64 (output bit,): summed input less threshold
    above_after: np.ndarray  # float64 (output bit,)
    field: np.ndarray  # float64 (neuron,): ambient field
    eligibility: np.ndarray  # float64 (synapse,)
    snapshot: np.ndarray  # float32 (blocks * 4,): weights before the perturbation
    window: np.ndarray  # int64 (1,): the pattern of the trial
    acting: np.ndarray  # int32 (astrocyte,): those that are not silenced, ascending
    partner: np.ndarray  # uint32 (astrocytes rounded up to blocks,): see `rules.scope.sample`
    wrong: np.ndarray  # int64 (1,): a pattern whose outputs were wrong at the last check


def make_joint_workspace(network: KernelNetwork, circuit: Circuit, weights: int) -> JointWorkspace:
    """Allocate the workspace for a network and `weights` weights. Re-allocate after an intervention on the network."""
    neurons, bits = circuit.driven.size, circuit.outputs.size
    return JointWorkspace(
        before=np.zeros(neurons, np.uint8),
        after=np.zeros(neurons, np.uint8),
        summed=np.zeros(neurons),
        above_before=np.zeros(bits),
        above_after=np.zeros(bits),
        field=np.zeros(neurons),
        eligibility=np.zeros(circuit.post.size),
        snapshot=np.zeros(weights, np.float32),
        window=np.zeros(1, np.int64),
        acting=np.flatnonzero(network.acts).astype(np.int32),
        partner=np.zeros(-(-max(network.acts.size, 1) // BLOCK) * BLOCK, np.uint32),
        wrong=np.zeros(1, np.int64),
    )


@kernel
def evaluate(circuit, numbers, neural, joint, weight, pattern, output, above):
    """Run a pass of a pattern from the present firing, which is left as it is.

    Reads: weight, neural.threshold and output. Writes: output (firing: uint8, shape (neuron,)), above
    (summed input less threshold: float64, shape (output bit,)), joint.summed.
    """
    copy(neural.output, output)
    settle(circuit, numbers, weight, neural.threshold, pattern, output, joint.summed)
    for bit in range(above.size):
        neuron = circuit.outputs[bit]
        above[bit] = joint.summed[neuron] - neural.threshold[neuron]


@kernel
def worth(params, above, targets):
    """Return the reward by the rule of the decision; above: float64, targets: uint8, both of shape (output bit,)."""
    own = params.decision
    return reward.reward(own.reward, above, targets, AT_THRESHOLD, own.gain, own.cap)


@kernel
def choose(network, params, state, workspace, waves, joint, trial, touched):
    """Find the active astrocytes of a trial, by their scores or at random; returns how many, and how many have a score.

    Reads: state. Writes: state.score, and the arrays of waves; workspace. Draws: streams `exploration`, `selection`.
    """
    if waves is not None:
        integrate(waves, params, network.acts, trial)
    if not selection.goes_by_score(params.selection):
        return select_uniform(network, params, workspace, joint, trial), touched
    workspace.near_kept[:] = -1  # neurons have changed weights since
    return activate(network, params, state, workspace, waves, trial, touched)


@kernel
def perturb(params, weight, step, trial, scale, block, mask, blocks):
    """Perturb the synapses of a scope; see `apply_steps`."""
    apply_steps(params, weight, step, trial, scale, block, mask, blocks)


@kernel
def learn(circuit, numbers, neural, joint, output, pattern, trial):
    """Train the neurons on the standing pass.

    Reads: output (uint8, shape (neuron,)). Writes: neural, joint.
    """
    copy(output, neural.output)
    count_driven(circuit, neural)
    count(circuit, numbers, neural)
    feel(circuit, neural, joint.field)
    trace(circuit, numbers, neural, joint.field, joint.eligibility)
    raise_flags(circuit, numbers, neural, joint.eligibility)
    judge(circuit, numbers, neural, pattern, trial)
    release(circuit, numbers, neural, pattern, trial)
    change(circuit, numbers, neural, joint.eligibility, trial)
    neural.counter[TRIALS] += 1


@kernel
def compare(network, params, state, workspace, circuit, numbers, neural, joint, pattern, trial, blocks, active):
    """Perturb the scope's synapses, pass the pattern again, and keep the perturbation, all or in part, or revert it.

    Reads: joint.above_before. Writes: state.weight and passes; joint.after, above_after, snapshot; workspace. Draws:
    streams `perturbation`, `part`, `decision`. Returns whether it is kept, and the reward after.
    """
    own = params.decision
    found, masks, size = whole_scope(network, workspace, params.perturbation.scope == scope.TERRITORY, active, blocks)
    if params.perturbation.fraction < 1.0:
        thin(params, trial, found, masks, size, workspace.part_mask)
        masks = workspace.part_mask
    scale = scale_of(params, state, workspace, active)
    copy(state.weight, joint.snapshot)
    perturb(params, state.weight, workspace.step, trial, scale, found, masks, size)
    evaluate(circuit, numbers, neural, joint, state.weight, pattern, joint.after, joint.above_after)
    state.passes[0] += 1
    targets = circuit.targets[pattern]
    before, after = worth(params, joint.above_before, targets), worth(params, joint.above_after, targets)
    key, temperature = params.keys[DECISION], own.temperature
    kept = decision.stands(own.accept, after, before, own.offset, temperature, key, trial)
    share = consolidation.share_kept(own.consolidation, own.rate, after, before)
    if not kept or share < 1.0:
        copy(joint.snapshot, state.weight)
    if kept and share < 1.0:
        scale = np.float32(scale * share)
        perturb(params, state.weight, workspace.step, trial, scale, found, masks, size)
        evaluate(circuit, numbers, neural, joint, state.weight, pattern, joint.after, joint.above_after)
    return kept, after


@kernel
def advance(network, params, state, workspace, waves, circuit, numbers, neural, joint, log, traced, measure):
    """Carry out `log.pattern.size` trials.

    Reads: network, params, circuit, numbers. Writes: state, waves, neural, workspace, joint, log, traced; with
    `measure` it also adds to workspace.total. Draws: streams `pattern`, `exploration`, `selection`, `scope`,
    `perturbation`, `part`, `decision`.
    """
    touched = np.int64(0)
    state.score[:] = 0.0
    by_union = params.perturbation.scope == scope.TERRITORY
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = shown(circuit, numbers, trial)
        joint.window[0] = pattern
        if trial % params.trials_per_episode == 0:
            drive(circuit, False, pattern, joint.before)
            remember_fired(state, joint.before)
        active, touched = choose(network, params, state, workspace, waves, joint, trial, touched)
        evaluate(circuit, numbers, neural, joint, state.weight, pattern, joint.before, joint.above_before)
        state.passes[0] += 1
        idle, kept = active == 0, False
        blocks = gather(network, params, state, workspace, trial, by_union, active)
        after = np.nan
        if not idle:
            kept, after = compare(
                network, params, state, workspace, circuit, numbers, neural, joint, pattern, trial, blocks, active
            )
        standing = joint.after if kept else joint.before
        if measure:
            above, targets = joint.above_after if kept else joint.above_before, circuit.targets[pattern]
            binary = reward.binary_reward(above, targets, AT_THRESHOLD)
            soft = reward.soft_reward(above, targets, AT_THRESHOLD)
            eligible = eligible_synapses(network, workspace, by_union, active, blocks)
            add_to_totals(workspace.total, binary, soft, kept, idle, eligible)
        if traced.before.size:
            before = worth(params, joint.above_before, circuit.targets[pattern])
            eligible = eligible_synapses(network, workspace, by_union, active, blocks)
            trace_rewards(traced, row, before, after, eligible)
        trace_firing(traced, row, standing)
        clear(workspace, blocks)
        remember_fired(state, standing)
        count_trial(state.counter, kept, idle)
        learn(circuit, numbers, neural, joint, standing, pattern, trial)
        adapt(network, params, state, workspace, waves, joint, pattern, active, kept)
        if state.solved[0] == NOT_SOLVED and solves(circuit, numbers, neural, joint.after, joint.summed, joint.wrong):
            state.solved[0] = state.counter[TRIALS]
            state.solved[1] = state.passes[0]
        log_trial(log, row, pattern, kept, idle, workspace.active, active)
