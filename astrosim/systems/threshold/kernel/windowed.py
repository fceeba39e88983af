"""Windowed trials: several cycles, tonic neurons, a window of patterns.

Summed inputs, firing, outputs and rewards of all patterns are kept in memory. A trial follows only changes: from the
perturbed synapses that carry signal to the neurons that they reach, to the neurons that cross their threshold, to the
outputs. Sums of weights are exact, so that the result equals that of a whole pass, and the cost of a trial grows with
the territory, not with the network.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import PATTERN, PERTURBATION, SELECTION, block_words
from astrosim.rules import consolidation, perturbation, race, reward, window
from astrosim.rules.propagation import fires, settle
from astrosim.store.variables import NOBODY
from astrosim.systems.population import select as population
from astrosim.systems.threshold.network.state import BLOCK, FIRED, NOT_SOLVED, TRIALS


@phase
def drive(network, pattern, fired):
    """Fill `fired` (bool, shape (neuron,)) with the driven and tonic neurons of a pattern."""
    fired[:] = False
    for bit in range(network.inputs.size):
        if network.patterns[pattern, bit]:
            fired[network.inputs[bit]] = True
    for neuron in network.tonic:
        fired[neuron] = network.sound[neuron]


@phase
def whole_pass(network, params, state, cache, pattern):
    """Run a pass of one pattern from scratch, into cache.whole_sums and whole_fired."""
    drive(network, pattern, cache.whole_fired[0])
    settle(
        state.weight,
        network.first,
        network.post,
        network.sound,
        params.network,
        cache.whole_sums,
        cache.whole_fired,
    )


@kernel
def pattern_reward(params, outputs, targets):
    """Return the reward of one pattern, by the rule of the decision."""
    own = params.decision
    return reward.reward(own.reward, outputs, targets, params.network.threshold, own.gain, own.cap)


@phase
def note(network, params, cache, pattern):
    """Update reward and number of right bits of a pattern from its standing outputs. Writes: cache.reward, right."""
    targets = network.targets[pattern]
    cache.reward[pattern] = pattern_reward(params, cache.output[pattern], targets)
    right = 0
    for bit in range(targets.size):
        right += np.uint8(fires(cache.output[pattern, bit], params.network.threshold)) == targets[bit]
    cache.right[pattern] = right


@kernel
def keep_outputs(network, params, cache, pattern):
    """Make the outputs in cache.after the standing ones of a pattern. Writes: cache.output, reward, right."""
    for bit in range(cache.after.size):
        cache.output[pattern, bit] = cache.after[bit]
    note(network, params, cache, pattern)


@phase
def settle_all(network, params, state, cache):
    """Compute the standing responses to every pattern from scratch, at the start of a stretch of trials.

    Reads: state.weight. Writes: cache.sums, fired, output, reward, right.
    """
    for pattern in range(network.patterns.shape[0]):
        whole_pass(network, params, state, cache, pattern)
        last = cache.whole_sums.shape[0] - 1
        for c in range(last + 1):
            for n in range(network.sound.size):
                cache.fired[pattern, c, n] = cache.whole_fired[c, n]
                if c < last:
                    cache.sums[pattern, c, n] = cache.whole_sums[c, n]
        for bit in range(network.outputs.size):
            neuron = network.outputs[bit]
            cache.output[pattern, bit] = cache.whole_sums[last, neuron] if network.sound[neuron] else 0.0
        note(network, params, cache, pattern)


@phase
def present_window(network, params, state, cache, trial):
    """Draw the patterns of a trial; at the start of an episode only the first one's driven neurons have fired.

    Returns the last pattern. Draws: stream `pattern`.
    """
    window.draw_window(params.keys[PATTERN], trial, cache.window, cache.deck, cache.partner)
    if trial % params.trials_per_episode == 0:
        drive(network, cache.window[0], cache.whole_fired[0])
        remember_fired(state, cache.whole_fired[0])
    return cache.window[cache.window.size - 1]


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
def stand_window(network, params, state, cache, pattern):
    """Remember the neurons that fired in the standing pass of a pattern. Writes: state.fired, state.counter; cache."""
    whole_pass(network, params, state, cache, pattern)
    remember_fired(state, cache.whole_fired[cache.whole_fired.shape[0] - 1])


@phase
def select_uniform(network, params, workspace, cache, trial):
    """Choose the active astrocytes at random; returns how many. Draws: stream `selection`."""
    most = params.population.max_active
    return population.select_uniform(params.keys[SELECTION], most, workspace, cache.acting, cache.partner, trial)


@phase
def draw_changes(network, params, state, cache, trial, scale, block, mask, blocks):
    """Perturb those synapses of a scope that can change an output; returns how many change.

    Reads: state.weight, block and mask. Writes: cache.changed, change. Draws: stream `perturbation`.
    """
    own = params.perturbation
    key, count = params.keys[PERTURBATION], 0
    for k in range(blocks):
        m = mask[k] & cache.matters[block[k]]
        if m:
            w0, w1, w2, w3 = block_words(key, trial, block[k])
            g0, g1 = perturbation.gaussian_pair(w0, w1)
            g2, g3 = perturbation.gaussian_pair(w2, w3)
            for lane in range(BLOCK):
                if (m >> lane) & 1:
                    gaussian = (g0 if lane == 0 else g1) if lane < 2 else (g2 if lane == 2 else g3)
                    s = block[k] * BLOCK + lane
                    old = state.weight[s]
                    new = perturbation.stepped(old, perturbation.step(gaussian, scale, own.spacing), own.limit)
                    cache.changed[count] = s
                    cache.change[count] = np.float64(new) - np.float64(old)
                    count += new != old
    return count


@phase
def _add(cache, neuron, amount, touched):
    """Add to the change of a neuron's summed input; returns the number of touched neurons."""
    cache.delta[neuron] += amount
    if cache.is_touched[neuron]:
        return touched
    cache.is_touched[neuron] = True
    cache.touched[touched] = neuron
    return touched + 1


@kernel
def _spread(network, state, cache, pattern, cycle, last, count, flips):
    """Add the changes of summed inputs in one cycle, by neurons whose firing flipped and by changed synapses.

    Returns the number of touched neurons.
    """
    touched = np.int64(0)
    for k in range(flips):
        n = cache.flip[cycle & 1, k]
        sign = -1.0 if cache.fired[pattern, cycle, n] else 1.0
        if last:
            for r in range(cache.read_start[n], cache.read_start[n + 1]):
                s = cache.read[r]
                touched = _add(cache, network.post[s], sign * state.weight[s], touched)
        else:
            for s in range(network.first[n], network.first[n + 1]):
                touched = _add(cache, network.post[s], sign * state.weight[s], touched)
    for k in range(count):
        s = cache.changed[k]
        n = network.pre[s]
        post = network.post[s]
        if cache.fired[pattern, cycle, n] != cache.is_flipped[n] and (not last or cache.bit_of[post] != NOBODY):
            touched = _add(cache, post, cache.change[k], touched)
    return touched


@kernel
def _fall(network, params, cache, pattern, cycle, touched, keeps):
    """Write the neurons whose firing changes after a cycle to cache.flip; returns how many. With `keeps` the sums stay.

    Leaves cache.delta and is_touched empty.
    """
    flips = np.int64(0)
    for k in range(touched):
        n = cache.touched[k]
        total = cache.sums[pattern, cycle, n] + cache.delta[n]
        if keeps:
            cache.sums[pattern, cycle, n] = total
        firing = cache.fired[pattern, 0, n] or (network.sound[n] and fires(total, params.network.threshold))
        if firing != cache.fired[pattern, cycle + 1, n]:
            cache.flip[(cycle + 1) & 1, flips] = n
            flips += 1
        cache.delta[n] = 0.0
        cache.is_touched[n] = False
    return flips


@kernel
def follow(network, params, state, cache, pattern, count, keeps):
    """Follow the first `count` changed synapses through a pass of one pattern; returns whether an output moved.

    Reads: state.weight as it was before the perturbation. Writes: cache.after; with `keeps` also
    the standing responses.
    """
    cycles, flips, touched = cache.fired.shape[1], np.int64(0), np.int64(0)
    for c in range(cycles):
        last = c == cycles - 1
        touched = _spread(network, state, cache, pattern, c, last, count, flips)
        for k in range(flips):
            n = cache.flip[c & 1, k]
            cache.is_flipped[n] = False
            if keeps:
                cache.fired[pattern, c, n] = not cache.fired[pattern, c, n]
        if not last:
            flips = _fall(network, params, cache, pattern, c, touched, keeps)
            for k in range(flips):
                cache.is_flipped[cache.flip[(c + 1) & 1, k]] = True
    moved = False
    for bit in range(cache.after.size):
        cache.after[bit] = cache.output[pattern, bit]
    for k in range(touched):
        n = cache.touched[k]
        if network.sound[n] and cache.delta[n] != 0.0:
            cache.after[cache.bit_of[n]] += cache.delta[n]
            moved = True
        cache.delta[n] = 0.0
        cache.is_touched[n] = False
    if keeps and moved:
        keep_outputs(network, params, cache, pattern)
    return moved


@kernel
def _add_changes(state, cache, count, sign):
    """Add the first `count` changes to the weights, or take them back: exact, since weights lie on a grid."""
    for k in range(count):
        s = cache.changed[k]
        state.weight[s] = np.float32(np.float64(state.weight[s]) + sign * cache.change[k])


@kernel
def respond_by_whole_pass(network, params, state, cache, pattern, count, keeps):
    """Run a pass of one pattern from scratch with the first `count` changes made; returns whether an output moved.

    For neurons with memory, whose changes cannot be followed by difference.

    Reads: state.weight, which it leaves as it was. Writes: cache.after; with `keeps` the standing output and reward.
    """
    _add_changes(state, cache, count, 1.0)
    whole_pass(network, params, state, cache, pattern)
    _add_changes(state, cache, count, -1.0)
    last, moved = cache.whole_sums.shape[0] - 1, False
    for bit in range(cache.after.size):
        neuron = network.outputs[bit]
        cache.after[bit] = cache.whole_sums[last, neuron] if network.sound[neuron] else 0.0
        moved = moved or cache.after[bit] != cache.output[pattern, bit]
    if keeps and moved:
        keep_outputs(network, params, cache, pattern)
    return moved


@kernel
def respond(network, params, state, cache, pattern, count, keeps):
    """Evaluate a pattern under the first `count` changes, by difference where neurons are memoryless.

    Returns whether an output moved. Reads: state.weight. Writes: cache.after; with `keeps` the standing responses.
    """
    if params.network.memoryless:
        return follow(network, params, state, cache, pattern, count, keeps)
    return respond_by_whole_pass(network, params, state, cache, pattern, count, keeps)


@phase
def standing_reward(cache):
    """Return the mean standing reward of the window's patterns. Writes: cache.standing_reward."""
    for k in range(cache.window.size):
        cache.standing_reward[k] = cache.reward[cache.window[k]]
    return reward.mean_reward(cache.standing_reward)


@phase
def try_window(network, params, state, cache, count):
    """Return the mean rewards of the window after and before a perturbation; -inf after it if a race is lost.

    Reads: state.weight. Writes: state.passes, cache.
    """
    own = params.decision
    shown = cache.window.size
    whole = own.consolidation == consolidation.WHOLE
    state.passes[0] += window.passes_before(shown, cache.right.size, whole)
    before = standing_reward(cache)
    for k in range(shown):
        cache.trial_reward[k] = reward.highest_reward(own.reward, own.cap)
        cache.order[k] = k
    if own.race:
        race.by_standing(cache.standing_reward, cache.order)
    for k in cache.order:
        pattern = cache.window[k]
        moved = respond(network, params, state, cache, pattern, count, False)
        cache.trial_reward[k] = (
            pattern_reward(params, cache.after, network.targets[pattern]) if moved else cache.reward[pattern]
        )
        state.passes[0] += 1
        after = reward.mean_reward(cache.trial_reward)
        if own.race and race.is_lost(own.accept, after, before, own.offset):
            return -np.inf, before
    return after, before


@phase
def keep_window(network, params, state, cache, count):
    """Keep a perturbation in the standing responses to all patterns; the weights are not changed yet.

    Writes: cache; state.solved when every bit of every pattern is right for the first time.
    """
    wrong = 0
    for pattern in range(cache.right.size):
        respond(network, params, state, cache, pattern, count, True)
        wrong += cache.after.size - cache.right[pattern]
    if wrong == 0 and state.solved[0] == NOT_SOLVED:
        state.solved[0] = state.counter[TRIALS] + 1
        state.solved[1] = state.passes[0]


@phase
def show_window(network, params, cache):
    """Return the mean binary and soft standing reward of the window's patterns. Writes: cache.shown."""
    for k in range(cache.window.size):
        outputs, targets = cache.output[cache.window[k]], network.targets[cache.window[k]]
        cache.shown[k, 0] = reward.binary_reward(outputs, targets, params.network.threshold)
        cache.shown[k, 1] = reward.soft_reward(outputs, targets, params.network.threshold)
    return reward.mean_reward(cache.shown[:, 0]), reward.mean_reward(cache.shown[:, 1])


@phase
def scale_of(params, state, workspace, active):
    """Return the sigma of the trial in steps of the grid."""
    own = params.perturbation
    if own.adapt_sigma and active:
        return perturbation.step_scale(perturbation.mean_sigma(state.sigma, workspace.active[:active]), own.spacing)
    return own.scale
