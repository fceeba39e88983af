"""Fused trial loop of neurons that learn by themselves. Murray 2026, experiments 001 to 018.

Weights that reach a neuron are summed in the order of their synapses. Reads: circuit, numbers. Writes: state, the
scratch arrays, and the logs. Draws: stream `pattern`, index 0, if patterns come in random order.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import below
from astrosim.rules import (
    ambient,
    dampening,
    diffusion,
    firing,
    flags,
    frustration,
    homeostasis,
    modulation,
    plasticity,
)
from astrosim.rules import eligibility as quadrants
from astrosim.store.variables import IDLE
from astrosim.store.variables import KEPT as STANDS
from astrosim.store.variables import REVERTED as FALLS
from astrosim.systems.threshold.learners.neurons.state import KEPT, REMEMBERED, REVERTED, TRIALS
from astrosim.systems.threshold.network.state import NOT_SOLVED
from astrosim.systems.threshold.network.trace import trace_firing, trace_rewards


@phase
def copy(values, into):
    """Copy an array; a kernel cannot have the temporary one that numba's own copy makes."""
    for k in range(values.size):
        into[k] = values[k]


@phase
def shown(circuit, numbers, trial):
    """Return the pattern of a trial. Draws: stream `pattern`, index 0, if patterns come in random order."""
    patterns = circuit.targets.shape[0]
    return np.int64(below(circuit.key, trial, 0, patterns)) if numbers.random_order else trial % patterns


@phase
def drive(circuit, persists, pattern, output):
    """Silence the firing that does not persist, clamp the inputs, and let tonic neurons fire. Writes: output."""
    for n in range(output.size):
        if circuit.driven[n] or not persists:
            output[n] = 0
    for n in circuit.tonic:
        output[n] = 1
    for bit in range(circuit.inputs.size):
        output[circuit.inputs[bit]] = circuit.patterns[pattern, bit]


@phase
def count_driven(circuit, state):
    """Count the firing of driven neurons. Writes: state.fired, passes."""
    for n in range(circuit.driven.size):
        if circuit.driven[n]:
            state.fired[n] += state.output[n]
            state.passes[n] += 1


@phase
def propagate(circuit, weight, threshold, output, summed):
    """Advance one synchronous cycle: neurons that are not driven follow their summed input. Writes: output, summed."""
    for n in range(summed.size):
        summed[n] = 0.0
    for pre in range(output.size):
        if output[pre]:
            for s in range(circuit.first[pre], circuit.first[pre + 1]):
                summed[circuit.post[s]] += weight[s]
    for n in range(summed.size):
        if not circuit.driven[n]:
            output[n] = firing.at_threshold(summed[n], threshold[n])


@phase
def settle(circuit, numbers, weight, threshold, pattern, output, summed):
    """Run all cycles of a pass; output (uint8, shape (neuron,)): the last firing, then the new one."""
    drive(circuit, numbers.persists, pattern, output)
    for _ in range(numbers.cycles):
        propagate(circuit, weight, threshold, output, summed)


@phase
def count(circuit, numbers, state):
    """Count the firing of neurons that are not driven; thresholds follow. Writes: state.fired, passes, threshold."""
    for n in range(circuit.driven.size):
        if not circuit.driven[n]:
            state.fired[n] += state.output[n]
            state.passes[n] += 1
            if numbers.homeostasis and circuit.adapts[n]:
                rate = state.fired[n] / state.passes[n]
                moved = homeostasis.stepped(state.threshold[n], rate, numbers.target, numbers.homeostasis_step)
                state.threshold[n] = moved


@phase
def fire(circuit, numbers, state, pattern, summed):
    """Run all cycles of a trial; firing is counted once per trial, or in every cycle.

    Writes: state.output, fired, passes, threshold; summed.
    """
    drive(circuit, numbers.persists, pattern, state.output)
    count_driven(circuit, state)
    for _ in range(numbers.cycles):
        propagate(circuit, state.weight, state.threshold, state.output, summed)
        if numbers.every_cycle:
            count(circuit, numbers, state)
    if not numbers.every_cycle:
        count(circuit, numbers, state)


@phase
def feel(circuit, state, field):
    """Compute the ambient field (1/unit) at every neuron. Writes: field."""
    for n in range(field.size):
        field[n] = 0.0
        for k in range(circuit.near_start[n], circuit.near_start[n + 1]):
            if state.output[circuit.near[k]]:
                field[n] += circuit.near_share[k]


@phase
def trace(circuit, numbers, state, field, eligibility):
    """Compute the eligibility of every synapse, dampened. Writes: eligibility, state.history."""
    for s in range(circuit.post.size):
        post = circuit.post[s]
        fires = state.output[post] != 0
        e = quadrants.quadrant(
            state.output[circuit.pre[s]] != 0,
            fires,
            field[post],
            numbers.both,
            numbers.one,
            numbers.neither,
            numbers.level,
        )
        state.history[s] = dampening.history_after(state.history[s], e != 0.0, numbers.history_decay)
        if numbers.dampened:
            e *= dampening.familiarity(state.history[s], numbers.enough)
            if numbers.informed:
                e *= dampening.information(state.fired[post] / state.passes[post])
            e *= ambient.surround(fires, field[post], numbers.level)
        eligibility[s] = e


@phase
def raise_flags(circuit, numbers, state, eligibility):
    """Update the flags by eligibilities. Writes: state.flag, way, streak.

    Raises
    ------
    ValueError
        If the rule of flags is unknown.
    """
    gain, decay = numbers.flag_gain, numbers.flag_decay
    for s in range(circuit.post.size):
        e = eligibility[s]
        if numbers.flag == flags.SIGNED:
            state.flag[s] = flags.signed(state.flag[s], e, gain, decay)
        elif numbers.flag == flags.SIMPLE:
            state.flag[s] = flags.simple(state.flag[s], e, gain, decay)
        elif numbers.flag == flags.CONSISTENT:
            last = state.way[s]
            if e != 0.0:
                state.streak[s] = flags.streak_after(state.streak[s], last, e)
                state.way[s] = flags.sign(e)
            streak, turned, need = state.streak[s], numbers.turned, numbers.need
            state.flag[s] = flags.consistent(state.flag[s], e, last, streak, gain, decay, turned, need)
        elif numbers.flag != flags.NONE:
            raise ValueError("flags.rule: a rule without a formula")


@phase
def judge(circuit, numbers, state, pattern, trial):
    """Compare the outputs with their targets; take back a change that lowered accuracy. Returns the verdict.

    Writes: state.accuracy, answer, weight, counter.
    """
    right, answer = 0, 0
    for bit in range(circuit.outputs.size):
        fires = state.output[circuit.outputs[bit]]
        right += fires == circuit.targets[pattern, bit]
        answer = 2 * answer + fires
    accuracy = right / circuit.outputs.size
    verdict = IDLE
    if numbers.provisional and trial > 0:
        verdict = STANDS
        if plasticity.falls_back(accuracy, state.accuracy[(trial - 1) % REMEMBERED]):
            copy(state.saved, state.weight)
            verdict = FALLS
        state.counter[KEPT if verdict == STANDS else REVERTED] += 1
    state.accuracy[trial % REMEMBERED] = accuracy
    state.answer[trial % REMEMBERED] = answer
    return verdict


@phase
def release(circuit, numbers, state, pattern, trial):
    """Release the chemical of all sources, and spread it. Writes: state.chemical."""
    accuracy = state.accuracy[trial % REMEMBERED]
    part = modulation.blend(trial + 1, numbers.shape_from, numbers.shape_to)
    reward = modulation.shaped(modulation.centred(accuracy), numbers.exponent, part)
    radius = diffusion.annealed_radius(numbers.radius, numbers.last_radius, trial, numbers.trials)
    sources = circuit.source.size
    for m in range(sources):
        amount = 0.0
        if numbers.per_output:
            amount = modulation.per_output(state.output[circuit.source[m]] != 0, circuit.targets[pattern, m] != 0)
        elif diffusion.is_open(m, sources, trial, numbers.cycling):
            amount = reward
        if amount == 0.0:
            continue
        for n in range(state.chemical.size):
            distance = circuit.distance[m, n]
            if distance <= radius:
                state.chemical[n] += diffusion.deposit(amount, diffusion.reach(numbers.falloff, distance))


@phase
def change(circuit, numbers, state, eligibility, trial):
    """Change the weights by eligibility, or flags, times chemical; then decay the chemical.

    Writes: state.weight, saved, chemical, and the arrays of `vent`.
    """
    if numbers.provisional:
        copy(state.weight, state.saved)
    gated = flags.is_shut(numbers.flag, trial, numbers.warm_up)
    for s in range(circuit.post.size):
        chemical = state.chemical[circuit.post[s]]
        worth = flags.gated(state.flag[s], numbers.flag_threshold) if gated else eligibility[s]
        moved = plasticity.change(worth, chemical, numbers.rate, numbers.most)
        weight = plasticity.after(np.float64(state.weight[s]), numbers.weight_decay, moved, numbers.limit)
        if numbers.frustrated and moved != 0.0:
            weight = vent(numbers, state, s, weight, moved, chemical)
        state.weight[s] = plasticity.on_grid(weight, numbers.spacing) if numbers.spacing > 0.0 else weight
    for n in range(state.chemical.size):
        state.chemical[n] *= numbers.chemical_decay


@phase
def vent(numbers, state, s, weight, moved, chemical):
    """Reverse a synapse that was long pushed one way while the chemical was low; returns its weight.

    Writes: state.pushes, push, mood; flag and flipped of a reversed one.
    """
    state.pushes[s] = frustration.pushes_after(state.pushes[s], state.push[s], moved)
    state.push[s] = flags.sign(moved)
    state.mood[s] = frustration.mood_after(state.mood[s], chemical, numbers.frustration_decay)
    if frustration.flips(state.pushes[s], state.mood[s], numbers.frustration_need, numbers.frustration_bound):
        weight *= numbers.frustration_factor
        state.flag[s] = state.push[s] = state.mood[s] = 0.0
        state.pushes[s] = 0
        state.flipped[s] = 1
    return weight


@kernel
def solves(circuit, numbers, state, output, summed, wrong):
    """Return whether the frozen network answers every pattern rightly; the last wrong pattern is checked first.

    Writes: output (uint8, shape (neuron,)), summed (float64, shape (neuron,)), wrong (int64, shape (1,)).
    """
    patterns = circuit.targets.shape[0]
    for k in range(patterns):
        pattern = (wrong[0] + k) % patterns
        copy(state.output, output)
        settle(circuit, numbers, state.weight, state.threshold, pattern, output, summed)
        for bit in range(circuit.outputs.size):
            if output[circuit.outputs[bit]] != circuit.targets[pattern, bit]:
                wrong[0] = pattern
                return False
    return True


@kernel
def learn(circuit, numbers, state, summed, field, eligibility, look, traced, patterns, decisions):
    """Carry out one trial for each row of the logs. Without a `look` passes are not counted, at no cost.

    Parameters
    ----------
    circuit : Circuit
    numbers : Numbers
    state : State
    summed, field : ndarray of float64, shape (neuron,)
    eligibility : ndarray of float64, shape (synapse,)
    look : (ndarray of uint8, shape (neuron,), ndarray of int64, shape (1,)) or None
        Workspace of `solves`.
    traced : Trace
        Filled as far as it has rows: accuracy, the number of all synapses, and who fired.
    patterns : ndarray of uint16, shape (trial,)
    decisions : ndarray of int8, shape (trial,)
    """
    for row in range(patterns.size):
        trial = state.counter[TRIALS]
        pattern = shown(circuit, numbers, trial)
        fire(circuit, numbers, state, pattern, summed)
        feel(circuit, state, field)
        trace(circuit, numbers, state, field, eligibility)
        raise_flags(circuit, numbers, state, eligibility)
        patterns[row], decisions[row] = pattern, judge(circuit, numbers, state, pattern, trial)
        if traced.before.size:
            trace_rewards(traced, row, state.accuracy[trial % REMEMBERED], np.nan, circuit.post.size)
        trace_firing(traced, row, state.output)
        release(circuit, numbers, state, pattern, trial)
        change(circuit, numbers, state, eligibility, trial)
        state.counter[TRIALS] += 1
        if look is not None:
            state.spent[0] += 1
            if state.solved[0] == NOT_SOLVED and solves(circuit, numbers, state, look[0], summed, look[1]):
                state.solved[0] = state.counter[TRIALS]
                state.solved[1] = state.spent[0]


@kernel
def probe(circuit, numbers, state, output, summed, answers):
    """Evaluate the outputs of the frozen network; every pattern starts from the firing of the last trial.

    Parameters
    ----------
    circuit : Circuit
    numbers : Numbers
    state : State
    output : ndarray of uint8, shape (neuron,)
    summed : ndarray of float64, shape (neuron,)
    answers : ndarray of uint8, shape (pattern, bit)
        Filled.
    """
    for pattern in range(answers.shape[0]):
        copy(state.output, output)
        settle(circuit, numbers, state.weight, state.threshold, pattern, output, summed)
        for bit in range(circuit.outputs.size):
            answers[pattern, bit] = output[circuit.outputs[bit]]
