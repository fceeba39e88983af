"""The fused trial loop of neurons and astrocytes that learn together.

Astrocytes compare two whole passes from the same firing, each neuron at its own threshold; what is kept or reverted
stands, and from that pass neurons learn. All weights lie on a grid: sums are exact in any order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel
from astrosim.core.rng import DECISION, PART, PERTURBATION
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
from astrosim.systems.threshold.network.state import BLOCK, NOT_SOLVED, TRIALS, System

AT_THRESHOLD = 0.0  # rewards are given how far outputs lie above thresholds of their own


class Work(NamedTuple):
    """Working memory; holds nothing that a later stretch of trials depends on."""

    before: np.ndarray  # uint8 (neuron,): who fires without the perturbation
    after: np.ndarray  # uint8 (neuron,): and with it
    summed: np.ndarray  # float64 (neuron,)
    above_before: np.ndarray  # float64 (output bit,): summed input less threshold
    above_after: np.ndarray  # float64 (output bit,)
    field: np.ndarray  # float64 (neuron,): ambient field
    eligibility: np.ndarray  # float64 (synapse,)
    snapshot: np.ndarray  # float32 (blocks * 4,): weights before the perturbation
    window: np.ndarray  # int64 (1,): the pattern of the trial
    acting: np.ndarray  # int32 (astrocyte,): those that are not silenced, ascending
    partner: np.ndarray  # uint32
    wrong: np.ndarray  # int64 (1,): a pattern that was wrong at the last look


def make_work(system: System, circuit: Circuit, weights: int) -> Work:
    """Working memory for a system and so many weights; to be made anew when the system changes."""
    neurons, bits = circuit.driven.size, circuit.outputs.size
    return Work(
        before=np.zeros(neurons, np.uint8),
        after=np.zeros(neurons, np.uint8),
        summed=np.zeros(neurons),
        above_before=np.zeros(bits),
        above_after=np.zeros(bits),
        field=np.zeros(neurons),
        eligibility=np.zeros(circuit.post.size),
        snapshot=np.zeros(weights, np.float32),
        window=np.zeros(1, np.int64),
        acting=np.flatnonzero(system.acts).astype(np.int32),
        partner=np.zeros(-(-max(system.acts.size, 1) // BLOCK) * BLOCK, np.uint32),
        wrong=np.zeros(1, np.int64),
    )


@kernel
def evaluate(circuit, numbers, neural, work, weight, pattern, output, above):
    """A pass of a pattern from who fires now, which stays as it is.

    Reads: weight, neural.threshold and output. Writes: output (who fires), above (of the output bits), work.summed.
    """
    copy(neural.output, output)
    settle(circuit, numbers, weight, neural.threshold, pattern, output, work.summed)
    for bit in range(above.size):
        neuron = circuit.outputs[bit]
        above[bit] = work.summed[neuron] - neural.threshold[neuron]


@kernel
def worth(rules, above, targets):
    """The reward that decides."""
    return reward.reward(rules.reward, above, targets, AT_THRESHOLD, rules.reward_gain, rules.margin_cap)


@kernel
def choose(system, rules, state, scratch, waves, work, trial, touched):
    """Find the active astrocytes of a trial, by their scores or at random; returns how many, and how many have a score.

    Reads: state. Writes: state.score, and what waves change; scratch. Draws: streams `exploration`, `selection`.
    """
    if waves is not None:
        integrate(waves, rules, system.acts, trial)
    if not selection.goes_by_score(rules.selection):
        return select_uniform(system, rules, scratch, work, trial), touched
    scratch.near_kept[:] = -1  # neurons have changed weights since
    return activate(system, rules, state, scratch, waves, trial, touched)


@kernel
def perturb(rules, weight, step, key, trial, scale, block, mask, blocks):
    """Perturb the synapses of a scope; see `apply_steps`."""
    apply_steps(rules, weight, step, key, trial, scale, block, mask, blocks)


@kernel
def learn(circuit, numbers, neural, work, weight, output, pattern, trial):
    """What neurons do with the pass that stands.

    Reads: output (uint8, shape (neuron,)). Writes: weight (float32; what follows the synapses is left), neural, work.
    """
    for s in range(neural.weight.size):
        neural.weight[s] = weight[s]
    copy(output, neural.output)
    count_driven(circuit, neural)
    count(circuit, numbers, neural)
    feel(circuit, neural, work.field)
    trace(circuit, numbers, neural, work.field, work.eligibility)
    raise_flags(circuit, numbers, neural, work.eligibility)
    judge(circuit, numbers, neural, pattern, trial)
    release(circuit, numbers, neural, pattern, trial)
    change(circuit, numbers, neural, work.eligibility, trial)
    copy(neural.weight, weight)
    neural.counter[TRIALS] += 1


@kernel
def compare(system, rules, state, scratch, circuit, numbers, neural, work, pattern, trial, blocks, active):
    """Perturb the scope's synapses, pass the pattern again, and keep the perturbation, all or in part, or revert it.

    Reads: work.above_before. Writes: state.weight and passes; work.after, above_after, snapshot; scratch. Draws:
    streams `perturbation`, `part`, `decision`. Returns whether it is kept.
    """
    found, masks, size = whole_scope(system, scratch, rules.scope == scope.TERRITORY, active, blocks)
    if rules.fraction < 1.0:
        thin(system.keys[PART], rules.fraction, trial, found, masks, size, scratch.part_mask)
        masks = scratch.part_mask
    scale = scale_of(rules, state, scratch, active)
    copy(state.weight, work.snapshot)
    perturb(rules, state.weight, scratch.step, system.keys[PERTURBATION], trial, scale, found, masks, size)
    evaluate(circuit, numbers, neural, work, state.weight, pattern, work.after, work.above_after)
    state.passes[0] += 1
    targets = circuit.targets[pattern]
    before, after = worth(rules, work.above_before, targets), worth(rules, work.above_after, targets)
    key, temperature = system.keys[DECISION], rules.temperature
    kept = decision.stands(rules.acceptance, after, before, rules.reward_offset, temperature, key, trial)
    share = consolidation.share_kept(rules.consolidation, rules.rate, after, before)
    if not kept or share < 1.0:
        copy(work.snapshot, state.weight)
    if kept and share < 1.0:
        scale = np.float32(scale * share)
        perturb(rules, state.weight, scratch.step, system.keys[PERTURBATION], trial, scale, found, masks, size)
        evaluate(circuit, numbers, neural, work, state.weight, pattern, work.after, work.above_after)
    return kept


@kernel
def advance(system, rules, state, scratch, waves, circuit, numbers, neural, work, log, measure):
    """Carry out `log.pattern.size` trials.

    Reads: system, rules, circuit, numbers. Writes: state, waves, neural, scratch, work, log; with `measure` it also
    adds to scratch.total. Draws: streams `pattern`, `exploration`, `selection`, `scope`, `perturbation`, `part`,
    `decision`.
    """
    touched = np.int64(0)
    state.score[:] = 0.0
    by_union = rules.scope == scope.TERRITORY
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = shown(circuit, numbers, trial)
        work.window[0] = pattern
        if trial % rules.trials_per_episode == 0:
            drive(circuit, False, pattern, work.before)
            remember_fired(state, work.before)
        active, touched = choose(system, rules, state, scratch, waves, work, trial, touched)
        evaluate(circuit, numbers, neural, work, state.weight, pattern, work.before, work.above_before)
        state.passes[0] += 1
        idle, kept = active == 0, False
        blocks = gather(system, rules, state, scratch, trial, by_union, active)
        if not idle:
            kept = compare(
                system, rules, state, scratch, circuit, numbers, neural, work, pattern, trial, blocks, active
            )
        standing = work.after if kept else work.before
        if measure:
            above, targets = work.above_after if kept else work.above_before, circuit.targets[pattern]
            binary = reward.binary_reward(above, targets, AT_THRESHOLD)
            soft = reward.soft_reward(above, targets, AT_THRESHOLD)
            eligible = eligible_synapses(system, scratch, by_union, active, blocks)
            add_to_totals(scratch.total, binary, soft, kept, idle, eligible)
        clear(scratch, blocks)
        remember_fired(state, standing)
        count_trial(state.counter, kept, idle)
        learn(circuit, numbers, neural, work, state.weight, standing, pattern, trial)
        adapt(system, rules, state, scratch, waves, work, pattern, active, kept)
        if state.solved[0] == NOT_SOLVED and solves(circuit, numbers, neural, work.after, work.summed, work.wrong):
            state.solved[0] = state.counter[TRIALS]
            state.solved[1] = state.passes[0]
        log_trial(log, row, pattern, kept, idle, scratch.active, active)
