"""Trials over windows: astrocytes perturb synapses of their territories, and keep or revert (Murray 2026, section 4).

A trial presents patterns, all of them or some; its astrocytes are drawn, or selected by their calcium. They perturb a
part of their synapses, all windows that this touches are shown again, and the change stands if the mean reward rose.
Calcium follows the traffic of the standing windows for the biological time of the trial.

Draws, by (trial, index): streams of `STREAMS`: who is active (place), explores (astrocyte), which synapses (place in
the sample; each active astrocyte counts as a trial of its own), their steps (place in the sample), patterns (place).
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import inlined, kernel, phase
from astrosim.rules import consolidation, decision, perturbation, race, reward, scope, sensing, window
from astrosim.rules.propagation import fires
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED
from astrosim.systems.population.adapt import adapt_thresholds, remember
from astrosim.systems.population.select import select, select_uniform
from astrosim.systems.proposals.proposing import gaussians
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.model import GAP, LANES
from astrosim.systems.spiking.kernel.trial_arrays import (
    ASTROCYTE,
    EXPLORATION,
    FELL,
    NOT_SOLVED,
    ORDER,
    PART,
    RANDOM,
    RELATIVE,
    RESTED,
    SOLVED,
    SPIKES,
    STEP,
    STOOD,
    STRICT,
    TRAFFIC,
    TRIALS,
)
from astrosim.systems.spiking.kernel.windows import adopt, exchange, settle, show


@phase
def judge(params, system, course, pattern):
    """Compute the reward of a window. Reads: course.readout. Writes: course.reward."""
    course.reward[pattern] = reward.reward(
        params.reward, course.readout[pattern], system.targets[pattern], params.threshold, params.gain, params.cap
    )


@kernel
def refresh(params, system, workspace, pattern):
    """Show a pattern from the start if its window does not follow from the weights. Writes: workspace."""
    if workspace.stale[pattern]:
        settle(system.circuit, workspace.standing, workspace.room, pattern)
        judge(params, system, workspace.standing, pattern)
        workspace.stale[pattern] = False


@kernel
def right_bits(params, system, workspace):
    """Return the bits that are read as their targets, of all windows. Writes: workspace."""
    right = 0
    for pattern in range(system.targets.shape[0]):
        refresh(params, system, workspace, pattern)
        readout = workspace.standing.readout[pattern]
        for bit in range(readout.size):
            right += np.int64(fires(readout[bit], params.threshold)) == system.targets[pattern, bit]
    return right


@phase
def count_spikes(circuit, workspace):
    """Count the spikes of each neuron in the shown windows. Writes: workspace.spikes."""
    standing = workspace.standing
    workspace.spikes[:] = 0
    for pattern in workspace.shown:
        for spike in range(circuit.train_first[pattern], circuit.train_first[pattern + 1]):
            workspace.spikes[circuit.train_neuron[spike]] += 1
        for spike in range(standing.spikes[pattern]):
            workspace.spikes[standing.neuron[pattern, spike]] += 1


@phase
def contribution(rule, weight):
    """Return the contribution of a synapse of this weight for each spike. Raises ValueError for an unknown rule."""
    if rule == TRAFFIC:
        return sensing.traffic(weight)
    if rule == SPIKES:
        return 1.0
    raise ValueError("astrocytes.sensing: a rule without a formula")


@kernel
def sense(params, system, state, workspace):
    """Compute the inflow of IP3 from the mean over each territory of what its synapses carry; 0 where silenced.

    Reads: state.weight, workspace.standing. Writes: workspace.spikes, inflow.
    """
    circuit = system.circuit
    count_spikes(circuit, workspace)
    for a in range(system.acts.size):
        total, first, last = 0.0, system.start[a], system.start[a + 1]
        for k in range(first, last):
            s = workspace.deck[k]
            spikes = workspace.spikes[circuit.pre[s]]
            if spikes:
                total += contribution(params.sensing, state.weight[s]) * spikes
        workspace.inflow[a] = params.drive * sensing.score(total, last - first) if system.acts[a] else 0.0


@kernel
def live(params, system, state, workspace):
    """Advance calcium by the biological time of a trial, IP3 flowing in as sensed, and count events. Writes: state."""
    cells, calcium, acts = state.cells, li_rinzel.CALCIUM, system.acts
    threshold, above = state.astrocytes.threshold, workspace.above
    for a in range(acts.size):
        above[a] = cells[a // LANES, calcium + a % LANES] > threshold[a]
    for _ in range(params.leaps):
        if system.junctions.rule != gap_junctions.NONE:
            gap_junctions.gather(cells, 0, li_rinzel.IP3, system.junctions.level)
            gap_junctions.inflow(cells, 0, GAP, system.junctions)
        else:
            for a in range(acts.size):
                cells[a // LANES, GAP + a % LANES] = 0.0
        for a in range(acts.size):
            cells[a // LANES, GAP + a % LANES] += workspace.inflow[a]
        for t in range(cells.shape[0]):
            li_rinzel.advance(cells[t], params.leap)
    for a in range(acts.size):
        state.events[a] += cells[a // LANES, calcium + a % LANES] > threshold[a] and not above[a]


@phase
def activate(params, system, state, workspace, trial):
    """Find the active astrocytes; return how many: under `strict` none if all are below threshold and none explores.

    Reads: state. Writes: state.astrocytes.score, workspace.astrocytes. Draws: streams ASTROCYTE, EXPLORATION.
    """
    own, found = params.population, workspace.astrocytes
    if params.frozen:
        return np.int64(0)
    if params.activation == RANDOM:
        most = own.max_active
        return select_uniform(params.keys[ASTROCYTE], most, found, system.acting, workspace.partner, trial)
    score = state.astrocytes.score
    for a in range(score.size):
        calcium = state.cells[a // LANES, li_rinzel.CALCIUM + a % LANES]
        score[a] = calcium / state.astrocytes.threshold[a] if system.acts[a] else 0.0
    key = params.keys[EXPLORATION]
    count = select(system.acts, key, own, workspace.judged, found, trial, np.int64(score.size))
    if params.activation == STRICT and count == 1 and not found.explored[0]:
        return count if score[found.active[0]] > RELATIVE else np.int64(0)
    return count


@phase
def propose(params, system, state, workspace, trial, active):
    """Draw the changes of a trial; return their number. Writes: workspace. Draws: streams PART, STEP."""
    count, found = 0, workspace.astrocytes
    for k in range(active):
        a = found.active[k]
        deck = workspace.deck[system.start[a] : system.start[a + 1]]
        size = min(deck.size, max(1, int(np.rint(params.fraction * deck.size / active))))
        number = trial * params.population.max_active + k
        scope.sample(params.keys[PART], number, size, deck, workspace.partner)
        gaussians(params.keys[STEP], number, size, workspace.normal)
        for place in range(size):
            s = deck[place]
            if not workspace.taken[s]:
                workspace.taken[s] = True
                workspace.changed[count] = s
                workspace.old[count] = state.weight[s]
                step = perturbation.step(np.float32(workspace.normal[place]), params.scale, params.spacing)
                workspace.new[count] = perturbation.stepped(state.weight[s], step, params.limit)
                count += 1
        scope.undo(size, deck, workspace.partner)
    for k in range(count):
        workspace.taken[workspace.changed[k]] = False
    return count


@kernel
def locate(circuit, workspace, changes):
    """Find the mark from which each window changes. Reads: workspace.standing. Writes: workspace.mark, arrival."""
    arrival, first = workspace.arrival, workspace.standing.first
    for pattern in range(arrival.size):
        arrival[pattern] = circuit.steps + 1
    for k in range(changes):
        spike = first[circuit.pre[workspace.changed[k]]]
        for pattern in range(arrival.size):
            arrival[pattern] = min(arrival[pattern], spike[pattern] + circuit.delay)
    for pattern in range(arrival.size):
        place = arrival[pattern]
        workspace.mark[pattern] = (place - 1) // circuit.every if place <= circuit.steps else -1


@kernel
def apply(circuit, workspace, changes):
    """Write the changed weights into the matrix. Writes: workspace.room."""
    for k in range(changes):
        exchange(workspace.room.matrix, circuit, workspace.changed[k], workspace.old[k], workspace.new[k])


@kernel
def revert(circuit, workspace, changes):
    """Write the weights before the changes back into the matrix. Writes: workspace.room."""
    for k in range(changes):
        exchange(workspace.room.matrix, circuit, workspace.changed[k], workspace.new[k], workspace.old[k])


@kernel
def evaluate(params, system, workspace, before):
    """Show the touched windows; return the mean reward, or `before` if it is certain to be no higher.

    Reads: workspace.mark, standing. Writes: workspace.tried, after, order, room.
    """
    shown, after = workspace.shown, workspace.after
    highest = reward.highest_reward(params.reward, params.cap)
    for k in range(shown.size):
        workspace.before[k] = workspace.standing.reward[shown[k]]
        after[k] = workspace.before[k] if workspace.mark[shown[k]] < 0 else highest
    race.by_standing(workspace.before, workspace.order)
    for k in range(shown.size):
        place = workspace.order[k]
        pattern = shown[place]
        if workspace.mark[pattern] >= 0:
            show(system.circuit, workspace.standing, workspace.room, workspace.tried, pattern, workspace.mark[pattern])
            judge(params, system, workspace.tried, pattern)
            after[place] = workspace.tried.reward[pattern]
            if params.race and race.is_lost(decision.STRICT, reward.mean_reward(after), before, params.offset):
                return before
    return reward.mean_reward(after)


@inlined
def shortened(old, new, share, spacing, limit):
    """Return the weight after a share of the change from old to new, on the grid; all float32."""
    return perturbation.stepped(old, np.float32(np.rint(share * ((new - old) / spacing)) * spacing), limit)


@kernel
def shorten(params, circuit, workspace, changes, share):
    """Reduce the changes to a share of them. Writes: workspace.new, room."""
    for k in range(changes):
        tried = workspace.new[k]
        workspace.new[k] = shortened(workspace.old[k], tried, share, params.spacing, params.limit)
        exchange(workspace.room.matrix, circuit, workspace.changed[k], tried, workspace.new[k])


@kernel
def keep(system, state, workspace, changes, whole):
    """Let the changes stand, as they were tried or (not `whole`) in part: all windows that they touch are stale then.

    Writes: state.weight, workspace.standing, stale.
    """
    for k in range(changes):
        state.weight[workspace.changed[k]] = workspace.new[k]
    for pattern in range(workspace.mark.size):
        workspace.stale[pattern] = workspace.stale[pattern] or workspace.mark[pattern] >= 0
    if not whole:
        return
    for pattern in workspace.shown:
        if workspace.mark[pattern] >= 0:
            adopt(system.circuit, workspace.standing, workspace.tried, pattern, workspace.mark[pattern])
        workspace.stale[pattern] = False


@phase
def try_changes(params, system, state, workspace, changes, before):
    """Try changes on the shown windows, and keep or revert; return whether they stand. Writes: state, workspace."""
    locate(system.circuit, workspace, changes)
    apply(system.circuit, workspace, changes)
    after = evaluate(params, system, workspace, before)
    kept = decision.keeps(after, before, params.offset)
    if kept:
        share = consolidation.share_kept(params.consolidation, params.rate, after, before)
        if share < 1.0:
            shorten(params, system.circuit, workspace, changes, share)
        keep(system, state, workspace, changes, share == 1.0)
        for pattern in workspace.shown:
            refresh(params, system, workspace, pattern)
    else:
        revert(system.circuit, workspace, changes)
    return kept


@phase
def standing_reward(workspace):
    """Return the mean reward of the trial's patterns, as it stands. Writes: workspace.before."""
    for k in range(workspace.shown.size):
        workspace.before[k] = workspace.standing.reward[workspace.shown[k]]
    return reward.mean_reward(workspace.before)


@phase
def present(params, system, workspace, trial):
    """Draw the patterns of a trial, and bring their windows up to date; return their mean reward. Draws: ORDER."""
    window.draw_window(params.keys[ORDER], trial, workspace.shown, workspace.patterns, workspace.partner)
    for k in range(workspace.shown.size):
        refresh(params, system, workspace, workspace.shown[k])
    return standing_reward(workspace)


@phase
def write(log, row, workspace, active, decided, rewarded):
    """Write a row of the log."""
    log.pattern[row] = workspace.shown[0]
    log.decision[row] = decided
    log.reward[row] = rewarded
    for k in range(log.active.shape[1]):
        log.active[row, k] = workspace.astrocytes.active[k] if k < active else NOBODY
        log.explored[row, k] = k < active and workspace.astrocytes.explored[k]


@phase
def check_solved(params, system, state, workspace):
    """Note the number of trials if all bits are right for the first time. Writes: state.counter, workspace."""
    if state.counter[SOLVED] == NOT_SOLVED and right_bits(params, system, workspace) == system.targets.size:
        state.counter[SOLVED] = state.counter[TRIALS]


@kernel
def advance(params, system, state, workspace, log):
    """Carry out trials until the log is full, or all bits are right if that ends them; return the number of trials.

    Where a trial shows all patterns, bits are looked at whenever a change is kept, else whenever thresholds are due.
    Reads: params, system. Writes: state, workspace, log. Draws: all of `STREAMS`.
    """
    whole = workspace.shown.size == system.targets.shape[0]
    senses = params.activation != RANDOM
    known = False
    for row in range(log.decision.size):
        if params.stops and state.counter[SOLVED] != NOT_SOLVED:
            return row
        trial = state.counter[TRIALS]
        before = present(params, system, workspace, trial)
        active = activate(params, system, state, workspace, trial)
        kept = False
        if active:
            changes = propose(params, system, state, workspace, trial, active)
            kept = try_changes(params, system, state, workspace, changes, before)
        if senses:
            if kept or not known or not whole:
                sense(params, system, state, workspace)
                known = True
            live(params, system, state, workspace)
        state.counter[TRIALS] += 1
        state.counter[STOOD if kept else (FELL if active else RESTED)] += 1
        remember(state.astrocytes, workspace.astrocytes, active, kept)
        if not params.frozen:
            adapt_thresholds(system.acts, params.population, state.astrocytes, state.counter[TRIALS])
        rewarded = standing_reward(workspace) if kept else before
        write(log, row, workspace, active, KEPT if kept else (REVERTED if active else IDLE), rewarded)
        if kept if whole else state.counter[TRIALS] % params.population.interval == 0:
            check_solved(params, system, state, workspace)
    return log.decision.size
