"""The trial loop that shows one pattern per trial and passes it once. It does only the work that can be seen.

A trial draws the steps of those synapses that carry signal to an output; the rest of the scope is drawn when the
perturbation is kept. This is exact because every draw is addressed by (trial, synapse), and every sum of weights is
exact. The cost of a trial follows the size of the territories and the active inputs' fan-out, not the network.
"""

from __future__ import annotations

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import DECISION, PART, PERTURBATION
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
from astrosim.systems.threshold.network.state import ASTROCYTES, CURSOR, TRIALS


@kernel
def decide_by_rule(rules, key, trial, before, after, targets):
    """Whether the perturbation stands, by the scenario's reward and acceptance.

    Reads: rules; the outputs' summed inputs before and after. Draws: stream `decision`.
    """
    threshold, gain, cap = rules.neuron_threshold, rules.reward_gain, rules.margin_cap
    new = reward.reward(rules.reward, after, targets, threshold, gain, cap)
    old = reward.reward(rules.reward, before, targets, threshold, gain, cap)
    return decision.stands(rules.acceptance, new, old, rules.reward_offset, rules.temperature, key, trial)


@phase
def decide(rules, key, trial, before, after, targets, moved):
    """Whether the perturbation stands; with the paper's reward and acceptance, unmoved outputs need no look.

    Reads: rules; the outputs' summed inputs before and after. Draws: stream `decision`, by other acceptances alone.
    """
    if not rules.paper_decision:
        return decide_by_rule(rules, key, trial, before, after, targets)
    if not (moved or rules.reward_offset > 0.0):
        return False
    return decision.keeps(
        reward.report_reward(rules.reward, after, targets, rules.neuron_threshold),
        reward.report_reward(rules.reward, before, targets, rules.neuron_threshold),
        rules.reward_offset,
    )


@phase
def read_outputs(outputs, sound, activation, before):
    """Summed inputs of the outputs, 0 where silenced. Writes: before."""
    for bit in range(outputs.size):
        before[bit] = activation[outputs[bit]] if sound[outputs[bit]] else 0.0


@kernel
def advance(system, rules, state, scratch, waves, log, measure):
    """Carry out `log.pattern.size` trials.

    Reads: system, rules. Writes: state, waves, scratch, log; with `measure` it also adds to scratch.total. Draws:
    streams `pattern`, `exploration`, `cursor`, `scope`, `perturbation`, `part`, `decision`.
    """
    touched = 0
    state.score[:] = 0.0
    scratch.near_kept[:] = -1
    astrocytes = rules.learner == ASTROCYTES
    by_union = astrocytes and rules.scope == scope.TERRITORY
    by_neuron = rules.learner == CURSOR or by_union
    for row in range(log.pattern.size):
        trial = state.counter[TRIALS]
        pattern = present(system, rules, state, trial)
        targets = system.targets[pattern]
        active = 0
        if waves is not None:
            integrate(waves, rules, system.acts, trial)
        if astrocytes:
            active, touched = activate(system, rules, state, scratch, waves, trial, touched)
        for k in range(active):
            scratch.is_active[scratch.active[k]] = True
        propagate(system, state, scratch.activation, pattern)
        read_outputs(system.outputs, system.sound, scratch.activation, scratch.before)

        blocks = gather(system, rules, state, scratch, trial, by_union, active)
        idle = active == 0 and blocks == 0
        kept = False
        if not idle:
            moved = try_outputs(system, rules, state, scratch, trial, pattern, by_neuron)
            key = system.keys[DECISION]
            kept = decide(rules, key, trial, scratch.before, scratch.after, targets, moved)
        if measure:
            standing = scratch.after if kept else scratch.before
            binary = reward.binary_reward(standing, targets, rules.neuron_threshold)
            soft = reward.soft_reward(standing, targets, rules.neuron_threshold)
            eligible = eligible_synapses(system, scratch, by_union, active, blocks)
            add_to_totals(scratch.total, binary, soft, kept, idle, eligible)
        if kept:
            found, masks, count = whole_scope(system, scratch, by_union, active, blocks)
            if rules.fraction < 1.0:
                thin(system.keys[PART], rules.fraction, trial, found, masks, count, scratch.part_mask)
                masks = scratch.part_mask
            key = system.keys[PERTURBATION]
            apply_steps(rules, state.weight, scratch.step, key, trial, rules.scale, found, masks, count)
            propagate(system, state, scratch.activation, pattern)
        clear(scratch, blocks)
        stand(system, rules, state, scratch.activation, pattern)

        count_trial(state.counter, kept, idle)
        if astrocytes:
            adapt(system, rules, state, scratch, waves, None, pattern, active, kept)
        log_trial(log, row, pattern, kept, idle, scratch.active, active)
        for k in range(active):
            scratch.is_active[scratch.active[k]] = False
