"""The trial loop of a replicate whose own astrocytes train it: perturb, look again, keep or revert (dimensionless).

Every cell behind the inputs is an astrocyte. A trial walks: present, evaluate before, sense, activate, perturb,
evaluate after, decide, adapt. Every rule is one of `astrosim.rules`; activation and adaptation are those of the
astrocytes' own kernel. Murray 2026, section 4, on the waves of Peterson.

- Sensing is `traffic`: the mean of |w x| over the taps of a territory, averaged over the trial's images, in the wave
  that has just passed. It is the last standing pass, hence nothing of it need be remembered.
- The reward is minus the mean loss; before and after are judged on the same images, with the same noise.
- Layers before the first perturbed one keep their values: only what lies behind them passes again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.rng import EXPLORATION, PERTURBATION
from astrosim.rules import decision, perturbation, sensing
from astrosim.systems.threshold.kernel.activation import select
from astrosim.systems.threshold.kernel.phases import adapt
from astrosim.systems.threshold.network.state import KEPT, REVERTED, TRIALS
from astrosim.systems.waves.kernel.loop import gather, place_leaks
from astrosim.systems.waves.kernel.passes import effective_weights, forward, judge
from astrosim.systems.waves.program import TRAINING

LANES = 16  # sums side by side, so that a mean over images is a few vector instructions
ZERO = np.float32(0.0)
NO_PATTERN = 0  # images are no fixed patterns: activations are not counted by them


class Mesh(NamedTuple):
    """Astrocytes and their territories; read only. Astrocytes are numbered layer by layer, behind the inputs.

    Attributes
    ----------
    keys : ndarray of uint32, shape (stream, 2)
        Streams `wave_exploration` and `wave_perturbation` at the places of `astrosim.core.rng.STREAMS`.
    first : ndarray of int64, shape (astrocyte + 1,)
        Weights of a cell's own taps: first[a] to first[a + 1].
    bias : ndarray of int64, shape (astrocyte,)
        Parameter that is a cell's own bias or gain; -1 for none.
    start : ndarray of int64, shape (astrocyte + 1,)
    member : ndarray of int32, shape (any,)
        Cells of a territory, ascending: member[start[a]] to member[start[a + 1]].
    size : ndarray of int64, shape (astrocyte,)
        Taps in a territory.
    op : ndarray of int64, shape (astrocyte,)
        Operation that computes the cell.
    acts : ndarray of bool, shape (astrocyte,)
        All True: nobody is silenced here.
    """

    keys: np.ndarray
    first: np.ndarray
    bias: np.ndarray
    start: np.ndarray
    member: np.ndarray
    size: np.ndarray
    op: np.ndarray
    acts: np.ndarray


class Population(NamedTuple):
    """What learning changes in the astrocytes; fields as in `astrosim.systems.threshold.network.state.State`."""

    counter: np.ndarray
    score: np.ndarray
    threshold: np.ndarray
    outcome: np.ndarray
    outcomes: np.ndarray
    recent: np.ndarray
    activations: np.ndarray
    successes: np.ndarray
    explorations: np.ndarray
    by_pattern: np.ndarray


class Desk(NamedTuple):
    """Working memory of a trial.

    Attributes
    ----------
    active, explored, touched, word, word_trial : ndarray
        As in `astrosim.systems.threshold.kernel.workspace`.
    arriving : ndarray of float32, shape (row,)
        Mean size of a row's signals.
    traffic : ndarray of float64, shape (astrocyte,)
        Sum over a cell's own taps.
    chosen : ndarray of int32, shape (parameter,)
        Parameters that a trial perturbs; `before` holds their values.
    before : ndarray of float32, shape (parameter,)
    held : ndarray of bool, shape (astrocyte,)
        Cells whose parameters are among the chosen.
    lanes : ndarray of float32, shape (LANES,)
    labels : ndarray of float32, shape (image,)
    """

    active: np.ndarray
    explored: np.ndarray
    touched: np.ndarray
    word: np.ndarray
    word_trial: np.ndarray
    arriving: np.ndarray
    traffic: np.ndarray
    chosen: np.ndarray
    before: np.ndarray
    held: np.ndarray
    lanes: np.ndarray
    labels: np.ndarray


@phase
def mean_size(row, lanes, images):
    """Mean of |x_c| over images, in an order that does not depend on the machine. Writes: lanes."""
    whole = images - images % LANES
    for lane in range(LANES):
        lanes[lane] = ZERO
    for c in range(0, whole, LANES):
        for lane in range(LANES):
            lanes[lane] += abs(row[c + lane])
    for c in range(whole, images):
        lanes[c - whole] += abs(row[c])
    total = 0.0
    for lane in range(LANES):
        total += lanes[lane]
    return total / images


@phase
def sense(program, mesh, state, scratch, desk, images):
    """Traffic that arrives in every territory. Returns how many feel any.

    Reads: scratch.values, scratch.effective. Writes: state.score, desk.arriving, desk.traffic, desk.touched.
    """
    for row in range(program.rows - program.outputs):
        desk.arriving[row] = mean_size(scratch.values[row], desk.lanes, images)
    for cell in range(mesh.bias.size):
        total = 0.0
        for p in range(mesh.first[cell], mesh.first[cell + 1]):
            total += sensing.traffic(scratch.effective[p]) * desk.arriving[program.taps[p]]
        desk.traffic[cell] = total
    touched = 0
    for a in range(mesh.bias.size):
        total = 0.0
        for place in range(mesh.start[a], mesh.start[a + 1]):
            total += desk.traffic[mesh.member[place]]
        state.score[a] = sensing.score(total, mesh.size[a])
        if state.score[a] > 0.0:
            desk.touched[touched] = a
            touched += 1
    return touched


@phase
def collect(program, mesh, parameters, desk, active):
    """The active astrocytes' parameters, each once. Returns how many, and the first operation that they act on.

    Reads: desk.active. Writes: desk.chosen, desk.before; desk.held, which it leaves as it was.
    """
    count, begin = 0, mesh.op[desk.active[0]]
    for k in range(active):
        a = desk.active[k]
        begin = min(begin, mesh.op[a])
        for place in range(mesh.start[a], mesh.start[a + 1]):
            cell = mesh.member[place]
            if not desk.held[cell]:
                desk.held[cell] = True
                for p in range(mesh.first[cell], mesh.first[cell + 1]):
                    desk.chosen[count] = p
                    count += 1
                if mesh.bias[cell] >= 0:
                    desk.chosen[count] = mesh.bias[cell]
                    count += 1
    for k in range(active):
        a = desk.active[k]
        for place in range(mesh.start[a], mesh.start[a + 1]):
            desk.held[mesh.member[place]] = False
    for k in range(count):
        desk.before[k] = parameters[desk.chosen[k]]
    return count, begin


@kernel
def learn(
    program, replicate, mesh, rules, state, parameters, scratch, desk, features, labels, order, batch, first, losses
):
    """Trials of one replicate, one a mini-batch.

    Reads: program, replicate, mesh, rules. Writes: state, parameters, scratch, desk. Draws: streams
    `wave_exploration` (index = astrocyte), `wave_perturbation` (index = parameter), and those of a pass.

    Parameters
    ----------
    features : ndarray of float32, shape (image, feature)
    labels : ndarray of float32, shape (image,)
    order : ndarray of int32, shape (image,)
        Order of the images in this pass.
    batch : int
        Images a trial; the last of a pass may have fewer.
    first : tuple of int
        (trials done before, batch of the pass to begin with).
    losses : ndarray of float64, shape (trial in this call,)
        Takes the mean loss of each trial's images before its perturbation.
    """
    place_leaks(program, replicate, scratch)
    values, links = replicate.keys[0], replicate.keys[1]
    for number in range(len(losses)):
        trial = first[0] + number
        begin = (first[1] + number) * batch
        images = min(batch, len(order) - begin)
        shown = order[begin : begin + images]
        gather(features, shown, scratch.values, images)
        for c in range(images):
            desk.labels[c] = labels[shown[c]]
        effective_weights(program, replicate, parameters, scratch, links, trial, TRAINING)
        forward(program, replicate, parameters, scratch, values, trial, TRAINING, images)
        before = judge(program, scratch, desk.labels, images) / images

        touched = sense(program, mesh, state, scratch, desk, images)
        active = select(mesh.acts, mesh.keys[EXPLORATION], rules.population, state, desk, trial, touched)
        count, begin_op = collect(program, mesh, parameters, desk, active)
        key = mesh.keys[PERTURBATION]
        chosen = desk.chosen[:count]
        steps = rules.perturbation
        perturbation.perturb(parameters, chosen, key, trial, steps.scale, steps.spacing, steps.limit)

        effective_weights(program, replicate, parameters, scratch, links, trial, TRAINING)
        forward(program, replicate, parameters, scratch, values, trial, TRAINING, images, begin_op)
        after = judge(program, scratch, desk.labels, images) / images
        kept = decision.keeps(-after, -before)
        if not kept:
            for k in range(count):
                parameters[chosen[k]] = desk.before[k]
        state.counter[TRIALS] += 1
        state.counter[KEPT] += kept
        state.counter[REVERTED] += not kept
        adapt(mesh, rules, state, desk, None, None, NO_PATTERN, active, kept)
        losses[number] = before
