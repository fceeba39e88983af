"""Trials that ask more than the report's: several cycles, tonic neurons, a window of patterns.

Summed inputs, firing, outputs and rewards of all patterns stand in memory. A trial follows only what the perturbed
synapses change: from those that carry signal to the neurons that they reach, to the neurons that fall over their
threshold, to the outputs. Sums of weights are exact, so what is followed equals what a whole pass would give, and the
cost of a trial goes with the territory, not with the network.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import PATTERN, PERTURBATION, SELECTION, block_words
from astrosim.rules import consolidation, perturbation, race, reward, scope, window
from astrosim.rules.propagation import fires, settle
from astrosim.store.variables import NOBODY
from astrosim.systems.threshold.network.state import BLOCK, FIRED, NOT_SOLVED, TRIALS


@phase
def drive(system, pattern, fired):
    """Driven and tonic neurons of a pattern: bool, shape (neuron,), filled."""
    fired[:] = False
    for bit in range(system.inputs.size):
        if system.patterns[pattern, bit]:
            fired[system.inputs[bit]] = True
    for neuron in system.tonic:
        fired[neuron] = system.sound[neuron]


@phase
def whole_pass(system, rules, state, deep, pattern):
    """A pass of one pattern from scratch, into deep.whole_sums and whole_fired."""
    drive(system, pattern, deep.whole_fired[0])
    settle(
        state.weight,
        system.first,
        system.post,
        system.sound,
        rules.neuron_threshold,
        deep.whole_sums,
        deep.whole_fired,
    )


@kernel
def pattern_reward(rules, outputs, targets):
    """The reward of one pattern that decides."""
    return reward.reward(rules.reward, outputs, targets, rules.neuron_threshold, rules.reward_gain, rules.margin_cap)


@phase
def note(system, rules, deep, pattern):
    """Reward and right bits of the outputs that stand for a pattern."""
    targets = system.targets[pattern]
    deep.reward[pattern] = pattern_reward(rules, deep.output[pattern], targets)
    right = 0
    for bit in range(targets.size):
        right += np.uint8(fires(deep.output[pattern, bit], rules.neuron_threshold)) == targets[bit]
    deep.right[pattern] = right


@phase
def settle_all(system, rules, state, deep):
    """What stands for every pattern, from scratch: at the start of a stretch of trials.

    Reads: state.weight. Writes: deep.sums, fired, output, reward, right.
    """
    for pattern in range(system.patterns.shape[0]):
        whole_pass(system, rules, state, deep, pattern)
        last = deep.whole_sums.shape[0] - 1
        for c in range(last + 1):
            for n in range(system.sound.size):
                deep.fired[pattern, c, n] = deep.whole_fired[c, n]
                if c < last:
                    deep.sums[pattern, c, n] = deep.whole_sums[c, n]
        for bit in range(system.outputs.size):
            neuron = system.outputs[bit]
            deep.output[pattern, bit] = deep.whole_sums[last, neuron] if system.sound[neuron] else 0.0
        note(system, rules, deep, pattern)


@phase
def present_window(system, rules, state, deep, trial):
    """Draw the patterns of a trial; at the start of an episode only what drives the first one has fired.

    Returns the last pattern. Draws: stream `pattern`.
    """
    window.draw_window(system.keys[PATTERN], trial, deep.window, deep.deck, deep.partner)
    if trial % rules.trials_per_episode == 0:
        drive(system, deep.window[0], deep.whole_fired[0])
        remember_fired(state, deep.whole_fired[0])
    return deep.window[deep.window.size - 1]


@phase
def remember_fired(state, fired):
    """Write the neurons that fired (bool, shape (neuron,)) to state.fired."""
    count = 0
    for n in range(fired.size):
        if fired[n]:
            state.fired[count] = n
            count += 1
    state.counter[FIRED] = count


@phase
def stand_window(system, rules, state, deep, pattern):
    """Remember who fired in the standing pass of a pattern."""
    whole_pass(system, rules, state, deep, pattern)
    remember_fired(state, deep.whole_fired[deep.whole_fired.shape[0] - 1])


@phase
def select_uniform(system, rules, scratch, deep, trial):
    """Choose the active astrocytes at random; returns how many. Draws: stream `selection`."""
    count = min(rules.max_active, deep.acting.size)
    scope.sample(system.keys[SELECTION], trial, count, deep.acting, deep.partner)
    for k in range(count):
        scratch.active[k] = deep.acting[k]
        scratch.explored[k] = False
    scope.undo(count, deep.acting, deep.partner)
    return count


@phase
def draw_changes(system, rules, state, deep, trial, scale, block, mask, blocks):
    """Perturb those synapses of a scope that matter; returns how many change.

    Reads: state.weight, block and mask. Writes: deep.changed, change. Draws: stream `perturbation`.
    """
    key, count = system.keys[PERTURBATION], 0
    for k in range(blocks):
        m = mask[k] & deep.matters[block[k]]
        if m:
            w0, w1, w2, w3 = block_words(key, trial, block[k])
            g0, g1 = perturbation.gaussian_pair(w0, w1)
            g2, g3 = perturbation.gaussian_pair(w2, w3)
            for lane in range(BLOCK):
                if (m >> lane) & 1:
                    gaussian = (g0 if lane == 0 else g1) if lane < 2 else (g2 if lane == 2 else g3)
                    s = block[k] * BLOCK + lane
                    old = state.weight[s]
                    new = perturbation.stepped(old, perturbation.step(gaussian, scale, rules.spacing), rules.limit)
                    deep.changed[count] = s
                    deep.change[count] = np.float64(new) - np.float64(old)
                    count += new != old
    return count


@phase
def _add(deep, neuron, amount, touched):
    """Add to the change of a neuron's summed input; returns the number of touched neurons."""
    deep.delta[neuron] += amount
    if deep.is_touched[neuron]:
        return touched
    deep.is_touched[neuron] = True
    deep.touched[touched] = neuron
    return touched + 1


@kernel
def _spread(system, state, deep, pattern, cycle, last, count, flips):
    """Changes of summed inputs in one cycle: what flipped neurons send or no longer send, and what changed synapses do.

    Returns the number of touched neurons.
    """
    touched = 0
    for k in range(flips):
        n = deep.flip[cycle & 1, k]
        sign = -1.0 if deep.fired[pattern, cycle, n] else 1.0
        if last:
            for r in range(deep.read_start[n], deep.read_start[n + 1]):
                s = deep.read[r]
                touched = _add(deep, system.post[s], sign * state.weight[s], touched)
        else:
            for s in range(system.first[n], system.first[n + 1]):
                touched = _add(deep, system.post[s], sign * state.weight[s], touched)
    for k in range(count):
        s = deep.changed[k]
        n = system.pre[s]
        post = system.post[s]
        if deep.fired[pattern, cycle, n] != deep.is_flipped[n] and (not last or deep.bit_of[post] != NOBODY):
            touched = _add(deep, post, deep.change[k], touched)
    return touched


@kernel
def _fall(system, rules, deep, pattern, cycle, touched, keeps):
    """Neurons whose firing changes after a cycle: written to deep.flip; returns how many. With `keeps` the sums stay.

    Leaves deep.delta and is_touched empty.
    """
    flips = 0
    for k in range(touched):
        n = deep.touched[k]
        total = deep.sums[pattern, cycle, n] + deep.delta[n]
        if keeps:
            deep.sums[pattern, cycle, n] = total
        firing = deep.fired[pattern, 0, n] or (system.sound[n] and fires(total, rules.neuron_threshold))
        if firing != deep.fired[pattern, cycle + 1, n]:
            deep.flip[(cycle + 1) & 1, flips] = n
            flips += 1
        deep.delta[n] = 0.0
        deep.is_touched[n] = False
    return flips


@kernel
def follow(system, rules, state, deep, pattern, count, keeps):
    """Follow the first `count` changed synapses through a pass of one pattern; returns whether an output moved.

    Reads: state.weight as it was before the perturbation. Writes: deep.after; with `keeps` all that stands.
    """
    cycles, flips, touched = deep.fired.shape[1], 0, 0
    for c in range(cycles):
        last = c == cycles - 1
        touched = _spread(system, state, deep, pattern, c, last, count, flips)
        for k in range(flips):
            n = deep.flip[c & 1, k]
            deep.is_flipped[n] = False
            if keeps:
                deep.fired[pattern, c, n] = not deep.fired[pattern, c, n]
        if not last:
            flips = _fall(system, rules, deep, pattern, c, touched, keeps)
            for k in range(flips):
                deep.is_flipped[deep.flip[(c + 1) & 1, k]] = True
    moved = False
    for bit in range(deep.after.size):
        deep.after[bit] = deep.output[pattern, bit]
    for k in range(touched):
        n = deep.touched[k]
        if system.sound[n] and deep.delta[n] != 0.0:
            deep.after[deep.bit_of[n]] += deep.delta[n]
            moved = True
        deep.delta[n] = 0.0
        deep.is_touched[n] = False
    if keeps and moved:
        for bit in range(deep.after.size):
            deep.output[pattern, bit] = deep.after[bit]
        note(system, rules, deep, pattern)
    return moved


@phase
def try_window(system, rules, state, deep, count):
    """Mean rewards of the window's patterns after and before a perturbation; in a race that is lost, -inf after it.

    Reads: state.weight. Writes: state.passes, deep.
    """
    shown = deep.window.size
    whole = rules.consolidation == consolidation.WHOLE
    state.passes[0] += window.passes_before(shown, deep.right.size, whole)
    for k in range(shown):
        deep.standing_reward[k] = deep.reward[deep.window[k]]
        deep.trial_reward[k] = reward.highest_reward(rules.reward, rules.margin_cap)
        deep.order[k] = k
    before = reward.mean_reward(deep.standing_reward)
    if rules.races:
        race.by_standing(deep.standing_reward, deep.order)
    for k in deep.order:
        pattern = deep.window[k]
        moved = follow(system, rules, state, deep, pattern, count, False)
        deep.trial_reward[k] = (
            pattern_reward(rules, deep.after, system.targets[pattern]) if moved else deep.reward[pattern]
        )
        state.passes[0] += 1
        after = reward.mean_reward(deep.trial_reward)
        if rules.races and race.is_lost(rules.acceptance, after, before, rules.reward_offset):
            return -np.inf, before
    return after, before


@phase
def keep_window(system, rules, state, deep, count):
    """Let a perturbation stand for all patterns; the weights are not changed yet.

    Writes: deep; state.solved when every bit of every pattern is right for the first time.
    """
    wrong = 0
    for pattern in range(deep.right.size):
        follow(system, rules, state, deep, pattern, count, True)
        wrong += deep.after.size - deep.right[pattern]
    if wrong == 0 and state.solved[0] == NOT_SOLVED:
        state.solved[0] = state.counter[TRIALS] + 1
        state.solved[1] = state.passes[0]


@phase
def show_window(system, rules, deep):
    """Mean binary and soft reward of the window's patterns, as they stand."""
    for k in range(deep.window.size):
        outputs, targets = deep.output[deep.window[k]], system.targets[deep.window[k]]
        deep.shown[k, 0] = reward.binary_reward(outputs, targets, rules.neuron_threshold)
        deep.shown[k, 1] = reward.soft_reward(outputs, targets, rules.neuron_threshold)
    return reward.mean_reward(deep.shown[:, 0]), reward.mean_reward(deep.shown[:, 1])


@phase
def scale_of(rules, state, scratch, active):
    """Sigma of the trial in steps of the grid."""
    if rules.adapts_sigma and active:
        return perturbation.step_scale(perturbation.mean_sigma(state.sigma, scratch.active[:active]), rules.spacing)
    return rules.scale
