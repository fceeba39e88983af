"""The fused trial loop. It does only the work that can be seen.

A trial draws the steps of those synapses that carry signal to an output; the rest of the scope is drawn when the
perturbation is kept. This is exact because every draw is addressed by (trial, synapse) and every sum of weights is exact.
The cost of a trial follows the size of the territories and of the active inputs' fan-out, not that of the network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astrosim.jit import kernel

from astrosim.described import TOTALS, DescribedCell
from astrosim.records import IDLE, KEPT, NOBODY, REVERTED, Decisions
from astrosim.rng import CURSOR as CURSOR_STREAM
from astrosim.rng import EXPLORATION, PATTERN, PERTURBATION, SCOPE, UNIT, below, block_words, uniform
from astrosim.rules import (
    adaptation,
    cursor,
    decision,
    exploration,
    perturbation,
    propagation,
    reward,
    scope,
    selection,
)
from astrosim.rules import sensing
from astrosim.scenario.schema import Scenario
from astrosim.state import ASTROCYTES, BLOCK, CURSOR, FIRED, TRIALS, System
from astrosim.state import KEPT as KEPT_TRIALS
from astrosim.state import REVERTED as REVERTED_TRIALS

BINARY_SUM, SOFT_SUM, KEPT_SUM, REVERTED_SUM, ELIGIBLE_SUM = range(5)  # places in `Scratch.total`
FULL_BLOCK = np.uint8(2**BLOCK - 1)
UNIONS = 256  # remembered unions of territories, at most: all 92 sets of up to three of eight astrocytes
UNION_ROOM = 2**22  # blocks that remembered unions may take together: 20 MiB
HASH = 2654435761  # odd, near 2^32 / golden ratio: spreads sets of astrocytes over the remembered unions


class Scratch(NamedTuple):
    """Working memory of the kernel: holds nothing from one trial to the next."""

    sum: np.ndarray  # float64 (astrocyte,): what a score is made of
    touched: np.ndarray  # int32 (astrocyte,): astrocytes with a score above 0, then sorted
    is_active: np.ndarray  # bool (astrocyte,)
    active: np.ndarray  # int32 (slot,)
    explored: np.ndarray  # bool (slot,)
    word: np.ndarray  # uint32 (astrocytes rounded up to blocks,): exploration draws
    word_trial: np.ndarray  # int64 (blocks of astrocytes,): the trial they belong to
    activation: np.ndarray  # float64 (neuron,)
    before: np.ndarray  # float64 (bit,)
    after: np.ndarray  # float64 (bit,)
    mask: np.ndarray  # uint8 (blocks,): which synapses of each block are in the scope that is being gathered
    block: np.ndarray  # int32 (blocks,): the blocks of that scope
    block_mask: np.ndarray  # uint8 (blocks,): their masks
    step: np.ndarray  # float32 (4, blocks)
    union_key: np.ndarray  # int32 (union, slot): sets of active astrocytes whose union is known
    union_blocks: np.ndarray  # int64 (union,): number of blocks, -1 where nothing is known
    union_size: np.ndarray  # int64 (union,): number of synapses
    union_block: np.ndarray  # int32 (union, room)
    union_mask: np.ndarray  # uint8 (union, room)
    deck: np.ndarray  # int32 (synapse,): only for the random scope, else empty
    total: np.ndarray  # float64 (5,): sums over a measured episode


def make_scratch(system: System, max_active: int, random_scope: bool) -> Scratch:
    """Working memory for a system."""
    astrocytes, neurons, synapses = system.size.size, system.first.size - 1, system.post.size
    blocks = -(-synapses // BLOCK)
    groups = -(-astrocytes // BLOCK)
    room = min(blocks, max_active * int(np.diff(system.block_start).max(initial=0)))
    unions = max(1, min(UNIONS, UNION_ROOM // max(room, 1)))
    return Scratch(
        sum=np.zeros(astrocytes),
        touched=np.zeros(astrocytes, np.int32),
        is_active=np.zeros(astrocytes, np.bool_),
        active=np.zeros(max_active, np.int32),
        explored=np.zeros(max_active, np.bool_),
        word=np.zeros(groups * BLOCK, np.uint32),
        word_trial=np.full(groups, -1, np.int64),
        activation=np.zeros(neurons),
        before=np.zeros(system.outputs.size),
        after=np.zeros(system.outputs.size),
        mask=np.zeros(blocks, np.uint8),
        block=np.zeros(blocks + 1, np.int32),  # `_include` writes before it knows whether the block is new
        block_mask=np.zeros(blocks, np.uint8),
        step=np.zeros((BLOCK, blocks), np.float32),
        union_key=np.full((unions, max_active), NOBODY, np.int32),
        union_blocks=np.full(unions, -1, np.int64),
        union_size=np.zeros(unions, np.int64),
        union_block=np.zeros((unions, room), np.int32),
        union_mask=np.zeros((unions, room), np.uint8),
        deck=np.arange(synapses if random_scope else 0, dtype=np.int32),
        total=np.zeros(5),
    )


@kernel
def present(system, rules, state, trial):
    """Draw the trial's pattern; at the start of an episode only the inputs have fired.

    Reads: system. Writes: state.fired, state.counter. Draws: stream `pattern`, index 0.
    """
    pattern = below(system.keys[PATTERN], trial, 0, system.patterns.shape[0])
    if trial % rules.trials_per_episode == 0:
        state.counter[FIRED] = clamp(system, state.fired, pattern)
    return pattern


@kernel
def clamp(system, fired, pattern):
    """Write the input neurons that a pattern switches on to the front of `fired`; returns how many."""
    count = 0
    for bit in range(system.inputs.size):
        if system.patterns[pattern, bit]:
            fired[count] = system.inputs[bit]
            count += 1
    return count


@kernel
def sense(system, rules, state, scratch, touched):
    """Scores from the last standing pass; those of untouched astrocytes are 0. Returns the new number of touched ones.

    Reads: state.fired, state.weight. Writes: state.score, scratch.sum, scratch.touched.
    """
    for k in range(touched):
        state.score[scratch.touched[k]] = 0.0
    touched = 0
    for k in range(state.counter[FIRED]):
        neuron = state.fired[k]
        leaving = 1.0
        if rules.sensing == sensing.TRAFFIC:
            for r in range(system.reach_start[neuron], system.reach_start[neuron + 1]):
                arriving = sensing.traffic(state.weight[system.reach_synapse[r]])
                touched = _add(scratch, system.reach_astrocyte[r], arriving, touched)
            leaving = _leaving_traffic(state.weight, system.first[neuron], system.first[neuron + 1])
        for h in range(system.holder_start[neuron], system.holder_start[neuron + 1]):
            touched = _add(scratch, system.holder[h], leaving, touched)
    for k in range(touched):
        a = scratch.touched[k]
        state.score[a] = sensing.score(scratch.sum[a], system.size[a])
        scratch.sum[a] = 0.0
    return touched


@kernel
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


@kernel
def _add(scratch, a, amount, touched):
    """Add to an astrocyte's sum; notes it when its sum leaves 0."""
    if scratch.sum[a] == 0.0 and amount > 0.0:
        scratch.touched[touched] = a
        touched += 1
    scratch.sum[a] += amount
    return touched


@kernel
def select(system, rules, state, scratch, trial, touched):
    """Find the active astrocytes in score order; returns how many (at least one).

    Reads: state.score, state.threshold, state.activations. Writes: scratch.active, explored, touched, word. Draws: stream
    `exploration`, index = astrocyte, only for astrocytes below threshold.
    """
    for k in range(1, touched):
        a = scratch.touched[k]
        place = k
        while place and selection.precedes(
            state.score[a], a, state.score[scratch.touched[place - 1]], scratch.touched[place - 1]
        ):
            scratch.touched[place] = scratch.touched[place - 1]
            place -= 1
        scratch.touched[place] = a
    count = 0
    for k in range(touched):
        if count < rules.max_active:
            count = _consider(system, rules, state, scratch, trial, scratch.touched[k], count)
    if rules.exploration != exploration.NONE:
        a = 0
        while count < rules.max_active and a < state.score.size:
            if state.score[a] == 0.0:
                count = _consider(system, rules, state, scratch, trial, a, count)
            a += 1
    if count == 0:
        scratch.active[0] = scratch.touched[0] if touched else 0
        scratch.explored[0] = False
        count = 1
    return count


@kernel
def _consider(system, rules, state, scratch, trial, a, count):
    """Append astrocyte a to the active ones if it is above threshold or explores."""
    chosen = selection.above_threshold(state.score[a], state.threshold[a])
    explored = False
    if not chosen:
        rate = exploration.exploration_rate(
            rules.exploration, state.activations[a], rules.flat_rate, rules.initial_rate, rules.maturity
        )
        explored = rate > 0.0 and exploration.explores(_exploration_draw(system, scratch, trial, a), rate)
    if chosen or explored:
        scratch.active[count] = a
        scratch.explored[count] = explored
        count += 1
    return count


@kernel
def _exploration_draw(system, scratch, trial, a):
    """The uniform number of astrocyte a; four neighbours share a Philox block."""
    group = a // BLOCK
    if scratch.word_trial[group] != trial:
        scratch.word_trial[group] = trial
        w0, w1, w2, w3 = block_words(system.keys[EXPLORATION], trial, group)
        scratch.word[group * BLOCK] = w0
        scratch.word[group * BLOCK + 1] = w1
        scratch.word[group * BLOCK + 2] = w2
        scratch.word[group * BLOCK + 3] = w3
    return scratch.word[a] * UNIT


@kernel
def propagate(system, state, activation, pattern):
    """Summed inputs of all neurons that a pattern's active inputs reach, and of the outputs.

    Reads: state.weight. Writes: activation at those neurons only.
    """
    for neuron in system.outputs:
        activation[neuron] = 0.0
    for bit in range(system.inputs.size):
        if system.patterns[pattern, bit]:
            neuron = system.inputs[bit]
            for s in range(system.first[neuron], system.first[neuron + 1]):
                activation[system.post[s]] = 0.0
    for bit in range(system.inputs.size):
        if system.patterns[pattern, bit]:
            neuron = system.inputs[bit]
            for s in range(system.first[neuron], system.first[neuron + 1]):
                activation[system.post[s]] += state.weight[s]


@kernel
def stand(system, rules, state, activation, pattern):
    """Remember which neurons fired in the pass that stands.

    Reads: activation. Writes: state.fired, state.counter; activation (marks neurons that it has counted).
    """
    count = clamp(system, state.fired, pattern)
    for bit in range(system.inputs.size):
        if system.patterns[pattern, bit]:
            neuron = system.inputs[bit]
            for s in range(system.first[neuron], system.first[neuron + 1]):
                post = system.post[s]
                if propagation.fires(activation[post], rules.neuron_threshold):
                    state.fired[count] = post
                    activation[post] = -np.inf
                    count += 1
    state.counter[FIRED] = count


@kernel
def move_cursor(system, rules, state, low, high, trial):
    """Reads: low, high (the neurons' bounding box). Writes: state.cursor. Draws: stream `cursor`, index 0 to 2."""
    key = system.keys[CURSOR_STREAM]
    jumps = uniform(key, trial, 0) < rules.cursor_jump
    for axis in range(2):
        u = uniform(key, trial, 1 + axis)
        state.cursor[axis] = cursor.moved(state.cursor[axis], low[axis], high[axis], jumps, u, rules.cursor_step)


@kernel
def is_held(system, rules, state, scratch, neuron):
    """Whether a neuron lies in an active territory, or within the cursor's radius."""
    if rules.learner == CURSOR:
        return cursor.within(
            system.position[neuron, 0] - state.cursor[0],
            system.position[neuron, 1] - state.cursor[1],
            rules.cursor_radius,
        )
    for h in range(system.holder_start[neuron], system.holder_start[neuron + 1]):
        if scratch.is_active[system.holder[h]]:
            return True
    return False


@kernel
def _include(scratch, block, mask, blocks):
    """Add synapses of a block to the scope that is being gathered."""
    old = scratch.mask[block]
    scratch.block[blocks] = block
    scratch.mask[block] = old | mask
    return blocks + (old == 0)


@kernel
def _close(scratch, blocks):
    """Write the masks of the gathered blocks beside them; returns the number of synapses."""
    size = 0
    for k in range(blocks):
        mask = scratch.mask[scratch.block[k]]
        scratch.block_mask[k] = mask
        size += (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1) + ((mask >> 3) & 1)
    return size


@kernel
def clear(scratch, blocks):
    """Empty the scope."""
    for k in range(blocks):
        scratch.mask[scratch.block[k]] = 0


@kernel
def gather_territories(system, scratch, active):
    """Gather the union of the active territories; returns the number of blocks."""
    blocks = 0
    for k in range(active):
        a = scratch.active[k]
        for b in range(system.block_start[a], system.block_start[a + 1]):
            blocks = _include(scratch, system.block[b], system.block_mask[b], blocks)
    return blocks


@kernel
def find_union(system, scratch, active):
    """Place of the union of the active territories among the remembered ones; gathered if it is not known.

    Reads: scratch.active. Writes: scratch.union_*; scratch.mask, block and block_mask (left empty).
    """
    place = np.uint64(0)
    for k in range(active):
        a = np.uint64(scratch.active[k] + 1)
        place += (a * np.uint64(HASH)) ^ (a * a)
    place = np.int64(place >> np.uint64(7)) % scratch.union_blocks.size
    known = scratch.union_blocks[place] >= 0
    for k in range(scratch.union_key.shape[1]):
        known = known and scratch.union_key[place, k] == (scratch.active[k] if k < active else NOBODY)
    if not known:
        blocks = gather_territories(system, scratch, active)
        scratch.union_size[place] = _close(scratch, blocks)
        scratch.union_blocks[place] = blocks
        for k in range(blocks):
            scratch.union_block[place, k] = scratch.block[k]
            scratch.union_mask[place, k] = scratch.block_mask[k]
        for k in range(scratch.union_key.shape[1]):
            scratch.union_key[place, k] = scratch.active[k] if k < active else NOBODY
        clear(scratch, blocks)
    return place


@kernel
def gather_cursor(system, rules, state, scratch):
    """Gather the synapses that leave or reach a neuron near the cursor; returns the number of blocks."""
    blocks = 0
    for neuron in range(system.first.size - 1):
        if is_held(system, rules, state, scratch, neuron):
            for s in range(system.first[neuron], system.first[neuron + 1]):
                blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
            for k in range(system.arrival_start[neuron], system.arrival_start[neuron + 1]):
                s = system.arrival[k]
                blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
    return blocks


@kernel
def gather_chance(system, rules, scratch, trial, active):
    """Gather synapses anywhere: as many as the active territories hold, one, or all. Returns the number of blocks.

    Draws: stream `scope`.
    """
    key, synapses, blocks = system.keys[SCOPE], system.post.size, 0
    if rules.scope == scope.SINGLE and synapses:
        s = below(key, trial, 0, synapses)
        blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
    elif rules.scope == scope.GLOBAL:
        for block in range(scratch.mask.size):
            last = synapses - block * BLOCK
            blocks = _include(scratch, block, FULL_BLOCK if last >= BLOCK else np.uint8((1 << last) - 1), blocks)
    elif rules.scope == scope.RANDOM:
        count = scratch.union_size[find_union(system, scratch, active)]
        scope.sample(key, trial, count, scratch.deck)
        for k in range(count):
            s = scratch.deck[k]
            blocks = _include(scratch, s // BLOCK, np.uint8(1 << (s % BLOCK)), blocks)
        scope.undo(key, trial, count, scratch.deck)
    return blocks


@kernel
def try_outputs(system, rules, state, scratch, trial, pattern, by_neuron):
    """Outputs' summed inputs under the trial's perturbation; returns whether any of them moved.

    Reads: state.weight, scratch.before, scratch.mask (unless the scope goes by neurons). Writes: scratch.after. Draws: stream
    `perturbation`, only synapses that carry signal to an output.
    """
    moved = False
    for bit in range(system.outputs.size):
        scratch.after[bit] = scratch.before[bit]
    for source in range(system.inputs.size):
        if system.patterns[pattern, source]:
            all_held = by_neuron and is_held(system, rules, state, scratch, system.inputs[source])
            for d in range(system.direct_start[source], system.direct_start[source + 1]):
                s, bit = system.direct_synapse[d], system.direct_bit[d]
                if by_neuron:
                    chosen = all_held or is_held(system, rules, state, scratch, system.outputs[bit])
                else:
                    chosen = (scratch.mask[s // BLOCK] >> (s % BLOCK)) & 1 == 1
                if chosen:
                    old = state.weight[s]
                    new = perturbation.perturbed(
                        old, system.keys[PERTURBATION], trial, s, rules.sigma, rules.spacing, rules.limit
                    )
                    scratch.after[bit] += np.float64(new) - np.float64(old)
                    moved = moved or new != old
    return moved


@kernel
def apply_steps(system, rules, state, scratch, trial, block, mask, blocks):
    """Perturb all synapses of a scope.

    Reads: block and mask, the first `blocks` places. Writes: state.weight, scratch.step. Draws: stream `perturbation`.
    """
    key, weight = system.keys[PERTURBATION], state.weight
    step0, step1, step2, step3 = scratch.step[0], scratch.step[1], scratch.step[2], scratch.step[3]
    per_spacing, nothing = np.float32(1.0) / rules.spacing, np.float32(0.0)
    for k in range(blocks):
        w0, w1, w2, w3 = block_words(key, trial, block[k])
        g0, g1 = perturbation.gaussian_pair(w0, w1)
        g2, g3 = perturbation.gaussian_pair(w2, w3)
        step0[k] = perturbation.step(g0, rules.sigma, rules.spacing, per_spacing)
        step1[k] = perturbation.step(g1, rules.sigma, rules.spacing, per_spacing)
        step2[k] = perturbation.step(g2, rules.sigma, rules.spacing, per_spacing)
        step3[k] = perturbation.step(g3, rules.sigma, rules.spacing, per_spacing)
    for k in range(blocks):
        s, m = block[k] * BLOCK, mask[k]
        weight[s] = perturbation.stepped(weight[s], step0[k] if m & 1 else nothing, rules.limit)
        weight[s + 1] = perturbation.stepped(weight[s + 1], step1[k] if m & 2 else nothing, rules.limit)
        weight[s + 2] = perturbation.stepped(weight[s + 2], step2[k] if m & 4 else nothing, rules.limit)
        weight[s + 3] = perturbation.stepped(weight[s + 3], step3[k] if m & 8 else nothing, rules.limit)


@kernel
def adapt(rules, state, scratch, pattern, active, kept):
    """Note the outcome with the active astrocytes; every so often thresholds move.

    Reads: scratch.active, scratch.explored, state.counter. Writes: the astrocytes' windows, counts and thresholds.
    """
    for k in range(active):
        a = scratch.active[k]
        state.outcomes[a], state.recent[a] = adaptation.remember(
            state.outcome[a], state.outcomes[a], state.recent[a], np.uint8(kept)
        )
        state.activations[a] += 1
        state.successes[a] += kept
        state.explorations[a] += scratch.explored[k]
        state.by_pattern[a, pattern] += 1
    if adaptation.is_due(state.counter[TRIALS], rules.interval):
        for a in range(state.threshold.size):
            if state.outcomes[a]:
                state.threshold[a] = adaptation.adapted(
                    state.threshold[a],
                    adaptation.success_rate(state.recent[a], state.outcomes[a], rules.window),
                    rules.adaptation_step,
                    rules.upper_success,
                    rules.lower_success,
                    rules.floor,
                    rules.ceiling,
                )


@kernel
def advance(system, rules, state, scratch, low, high, measure, log_pattern, log_decision, log_active):
    """Carry out `log_pattern.size` trials.

    Reads: system, rules, low and high (the cursor's box). Writes: state, scratch, the three logs; with `measure` also
    scratch.total. Draws: streams `pattern`, `exploration`, `cursor`, `scope`, `perturbation`.
    """
    touched = 0
    state.score[:] = 0.0
    scratch.total[:] = 0.0
    astrocytes = rules.learner == ASTROCYTES
    by_union = astrocytes and rules.scope == scope.TERRITORY
    by_neuron = rules.learner == CURSOR or by_union
    for row in range(log_pattern.size):
        trial = state.counter[TRIALS]
        pattern = present(system, rules, state, trial)
        targets = system.targets[pattern]
        active = 0
        if astrocytes:
            touched = sense(system, rules, state, scratch, touched)
            active = select(system, rules, state, scratch, trial, touched)
            for k in range(active):
                scratch.is_active[scratch.active[k]] = True
        propagate(system, state, scratch.activation, pattern)
        for bit in range(system.outputs.size):
            scratch.before[bit] = scratch.activation[system.outputs[bit]]

        idle = not astrocytes
        blocks = 0
        if rules.learner == CURSOR:
            move_cursor(system, rules, state, low, high, trial)
            blocks = gather_cursor(system, rules, state, scratch)
            idle = blocks == 0
        elif astrocytes and not by_neuron:
            blocks = gather_chance(system, rules, scratch, trial, active)

        kept = False
        if not idle and try_outputs(system, rules, state, scratch, trial, pattern, by_neuron):
            kept = decision.keeps(
                reward.reward(rules.reward, scratch.after, targets, rules.neuron_threshold),
                reward.reward(rules.reward, scratch.before, targets, rules.neuron_threshold),
            )
        if measure:
            standing = scratch.after if kept else scratch.before
            scratch.total[BINARY_SUM] += reward.binary_reward(standing, targets, rules.neuron_threshold)
            scratch.total[SOFT_SUM] += reward.soft_reward(standing, targets, rules.neuron_threshold)
            scratch.total[KEPT_SUM] += kept
            scratch.total[REVERTED_SUM] += not (kept or idle)
            if by_union:
                scratch.total[ELIGIBLE_SUM] += scratch.union_size[find_union(system, scratch, active)]
            else:
                scratch.total[ELIGIBLE_SUM] += _close(scratch, blocks)
        if kept:
            if by_union:
                u = find_union(system, scratch, active)
                found, masks, count = scratch.union_block[u], scratch.union_mask[u], scratch.union_blocks[u]
            else:
                _close(scratch, blocks)
                found, masks, count = scratch.block, scratch.block_mask, np.int64(blocks)
            apply_steps(system, rules, state, scratch, trial, found, masks, count)
            propagate(system, state, scratch.activation, pattern)
        clear(scratch, blocks)
        stand(system, rules, state, scratch.activation, pattern)

        state.counter[TRIALS] += 1
        state.counter[KEPT_TRIALS] += kept
        state.counter[REVERTED_TRIALS] += not (kept or idle)
        if astrocytes:
            adapt(rules, state, scratch, pattern, active, kept)
        log_pattern[row] = pattern
        log_decision[row] = KEPT if kept else (IDLE if idle else REVERTED)
        for k in range(log_active.shape[1]):
            log_active[row, k] = scratch.active[k] if k < active else NOBODY
        for k in range(active):
            scratch.is_active[scratch.active[k]] = False


class KernelEngine(DescribedCell):
    """The fast engine of the described system; see `astrosim.engine.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self._scratch = make_scratch(self.system, self.rules.max_active, self.rules.scope == scope.RANDOM)
        self._box = self.network.position.min(axis=0), self.network.position.max(axis=0)

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `astrosim.engine.Engine.advance`."""
        log = self._log(trials)
        advance(
            self.system,
            self.rules,
            self.learning,
            self._scratch,
            *self._box,
            measure,
            log.pattern,
            log.decision,
            log.active,
        )
        if measure:
            self._totals = dict(zip(TOTALS, self._scratch.total.tolist(), strict=True))
        return log
