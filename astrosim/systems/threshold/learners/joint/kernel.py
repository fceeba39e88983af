"""The fused trial loop of neurons and astrocytes that learn together.

Astrocytes compare two whole passes from the same firing, each neuron at its own threshold; what is kept or reverted
stands, and from that pass neurons learn. All weights lie on a grid: sums are exact in any order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel
from astrosim.core.rng import DECISION, EXPLORATION
from astrosim.rules import consolidation, decision, reward, scope, selection
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED
from astrosim.systems.population.select import select
from astrosim.systems.threshold.kernel.activation import sense
from astrosim.systems.threshold.kernel.adaptation import adapt
from astrosim.systems.threshold.kernel.coupling import couple, integrate, send_waves
from astrosim.systems.threshold.kernel.eligibility import clear, close_scope, find_union, gather_chance
from astrosim.systems.threshold.kernel.loop import whole_scope
from astrosim.systems.threshold.kernel.perturbing import apply_steps, thin
from astrosim.systems.threshold.kernel.windowed import remember_fired, scale_of, select_uniform
from astrosim.systems.threshold.kernel.workspace import BINARY_SUM, ELIGIBLE_SUM, KEPT_SUM, REVERTED_SUM, SOFT_SUM
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
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS

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
def activate(system, rules, state, scratch, work, trial, touched):
    """Find the active astrocytes of a trial; returns how many, and how many have a score.

    Reads: state. Writes: state.score, and what waves change; scratch. Draws: streams `exploration`, `selection`.
    """
    if rules.coupled:
        integrate(system, rules, state, trial)
    if rules.selection == selection.UNIFORM:
        return select_uniform(system, rules, scratch, work, trial), touched
    scratch.near_kept[:] = -1  # neurons have changed weights since
    touched = sense(system, rules, state, scratch, touched)
    if rules.coupled:
        touched = couple(system, rules, state, scratch)
    active = select(system.acts, system.keys[EXPLORATION], rules, state, scratch, trial, touched)
    if rules.coupled:
        send_waves(system, state, scratch, trial, active)
    return active, touched


@kernel
def perturb(system, rules, state, scratch, trial, scale, block, mask, blocks):
    """Perturb the synapses of a scope; see `apply_steps`."""
    apply_steps(system, rules, state, scratch, trial, scale, block, mask, blocks)


@kernel
def remember(system, rules, state, scratch, work, pattern, active, kept):
    """Note the outcome with the active astrocytes; see `adapt`."""
    if rules.coupled:
        adapt(system, rules, state, scratch, True, work, pattern, active, kept)
    else:
        adapt(system, rules, state, scratch, None, work, pattern, active, kept)


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
def advance(
    system, rules, state, scratch, circuit, numbers, neural, work, measure, log_pattern, log_decision, log_active
):
    """Carry out `log_pattern.size` trials.

    Reads: system, rules, circuit, numbers. Writes: state, neural, scratch, work, the three logs; with `measure` it also
    adds to scratch.total. Draws: streams `pattern`, `exploration`, `selection`, `scope`, `perturbation`, `part`,
    `decision`.
    """
    touched = np.int64(0)
    state.score[:] = 0.0
    by_union = rules.scope == scope.TERRITORY
    for row in range(log_pattern.size):
        trial = state.counter[TRIALS]
        pattern = shown(circuit, numbers, trial)
        targets = circuit.targets[pattern]
        work.window[0] = pattern
        if trial % rules.trials_per_episode == 0:
            drive(circuit, False, pattern, work.before)
            remember_fired(state, work.before)
        active, touched = activate(system, rules, state, scratch, work, trial, touched)
        evaluate(circuit, numbers, neural, work, state.weight, pattern, work.before, work.above_before)
        state.passes[0] += 1
        idle, kept, blocks = active == 0, False, 0
        if not idle:
            if not by_union:
                blocks = gather_chance(system, rules, scratch, trial, active)
            found, masks, size = whole_scope(system, scratch, by_union, active, blocks)
            if rules.fraction < 1.0:
                thin(system, rules, scratch, trial, found, masks, size)
                masks = scratch.part_mask
            scale = scale_of(rules, state, scratch, active)
            copy(state.weight, work.snapshot)
            perturb(system, rules, state, scratch, trial, scale, found, masks, size)
            evaluate(circuit, numbers, neural, work, state.weight, pattern, work.after, work.above_after)
            state.passes[0] += 1
            before, after = worth(rules, work.above_before, targets), worth(rules, work.above_after, targets)
            key, temperature = system.keys[DECISION], rules.temperature
            kept = decision.stands(rules.acceptance, after, before, rules.reward_offset, temperature, key, trial)
            share = consolidation.share_kept(rules.consolidation, rules.rate, after, before)
            if not kept or share < 1.0:
                copy(work.snapshot, state.weight)
            if kept and share < 1.0:
                scale = np.float32(scale * share)
                perturb(system, rules, state, scratch, trial, scale, found, masks, size)
                evaluate(circuit, numbers, neural, work, state.weight, pattern, work.after, work.above_after)
        standing = work.after if kept else work.before
        if measure:
            above = work.above_after if kept else work.above_before
            scratch.total[BINARY_SUM] += reward.binary_reward(above, targets, AT_THRESHOLD)
            scratch.total[SOFT_SUM] += reward.soft_reward(above, targets, AT_THRESHOLD)
            scratch.total[KEPT_SUM] += kept
            scratch.total[REVERTED_SUM] += not (kept or idle)
            if by_union:
                scratch.total[ELIGIBLE_SUM] += scratch.union_size[find_union(system, scratch, active)]
            else:
                scratch.total[ELIGIBLE_SUM] += close_scope(scratch, blocks)
        clear(scratch, blocks)
        remember_fired(state, standing)
        state.counter[TRIALS] += 1
        state.counter[KEPT_TRIALS] += kept
        state.counter[REVERTED_TRIALS] += not (kept or idle)
        learn(circuit, numbers, neural, work, state.weight, standing, pattern, trial)
        remember(system, rules, state, scratch, work, pattern, active, kept)
        if state.solved[0] == NOT_SOLVED and solves(circuit, numbers, neural, work.after, work.summed, work.wrong):
            state.solved[0] = state.counter[TRIALS]
            state.solved[1] = state.passes[0]
        log_pattern[row] = pattern
        log_decision[row] = KEPT if kept else (IDLE if idle else REVERTED)
        for k in range(log_active.shape[1]):
            log_active[row, k] = scratch.active[k] if k < active else NOBODY
