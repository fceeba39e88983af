"""The trial loop of a replicate whose own astrocytes train it: perturb, look again, keep or revert (dimensionless).

Every cell behind the inputs is an astrocyte. A trial walks: present, evaluate before, sense, activate, perturb,
evaluate after, decide, adapt. Every rule is one of `astrosim.rules`; activation and adaptation are those of
`astrosim.systems.population`. Murray 2026, section 4, on the waves of Peterson.

- Sensing is `traffic`: the mean of |w x| over the taps of a territory, averaged over the trial's images, in the wave
  that has just passed. It is the last standing pass, hence nothing of it need be remembered.
- The reward is minus the mean loss; before and after are judged on the same images, with the same noise.
- Layers before the first perturbed one keep their values: only what lies behind them passes again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.rules import decision, perturbation, sensing
from astrosim.systems.population import state as population
from astrosim.systems.population.adapt import adapt_thresholds, remember
from astrosim.systems.population.select import select
from astrosim.systems.waves.kernel.loop import gather, place_leaks
from astrosim.systems.waves.kernel.passes import effective_weights, forward, judge
from astrosim.systems.waves.program import TRAINING

LANES = 16  # sums side by side, so that a mean over images is a few vector instructions
ZERO = np.float32(0.0)
TRIALS, KEPT, REVERTED = range(3)  # places in `State.counter`


class Mesh(NamedTuple):
    """Astrocytes and their territories; read only. Astrocytes are numbered layer by layer, behind the inputs.

    Attributes
    ----------
    exploration_key, perturbation_key : ndarray of uint32, shape (2,)
        Keys of the streams `wave_exploration` and `wave_perturbation`.
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
        All True: no astrocyte is silenced here.
    """

    exploration_key: np.ndarray
    perturbation_key: np.ndarray
    first: np.ndarray
    bias: np.ndarray
    start: np.ndarray
    member: np.ndarray
    size: np.ndarray
    op: np.ndarray
    acts: np.ndarray


class Params(NamedTuple):
    """Numbers of the rules.

    Attributes
    ----------
    population : astrosim.systems.population.state.Params
    scale : float32
        Sigma over spacing.
    spacing, limit : float32
        Grid of the parameters, and its last point.
    """

    population: population.Params
    scale: np.float32
    spacing: np.float32
    limit: np.float32


class State(NamedTuple):
    """Learned state of the astrocytes.

    Attributes
    ----------
    counter : ndarray of int64, shape (3,)
        Trials, kept, reverted.
    population : astrosim.systems.population.state.State
    """

    counter: np.ndarray
    population: population.State


class Workspace(NamedTuple):
    """Arrays that a trial works in; hold nothing that a later trial depends on.

    Attributes
    ----------
    population : astrosim.systems.population.state.Workspace
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

    population: population.Workspace
    arriving: np.ndarray
    traffic: np.ndarray
    chosen: np.ndarray
    before: np.ndarray
    held: np.ndarray
    lanes: np.ndarray
    labels: np.ndarray


@phase
def mean_size(row, lanes, images):
    """Return mean of |x_c| over images, in an order that does not depend on the machine. Writes: lanes."""
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
def sense(program, mesh, state, scratch, workspace, images):
    """Sense the traffic that arrives in every territory. Returns how many feel any.

    Reads: scratch.values, scratch.effective. Writes: the population's score and touched; workspace.arriving, traffic.
    """
    for row in range(program.rows - program.outputs):
        workspace.arriving[row] = mean_size(scratch.values[row], workspace.lanes, images)
    for cell in range(mesh.bias.size):
        total = 0.0
        for p in range(mesh.first[cell], mesh.first[cell + 1]):
            total += sensing.traffic(scratch.effective[p]) * workspace.arriving[program.taps[p]]
        workspace.traffic[cell] = total
    touched = 0
    score = state.population.score
    for a in range(mesh.bias.size):
        total = 0.0
        for place in range(mesh.start[a], mesh.start[a + 1]):
            total += workspace.traffic[mesh.member[place]]
        score[a] = sensing.score(total, mesh.size[a])
        if score[a] > 0.0:
            workspace.population.touched[touched] = a
            touched += 1
    return touched


@phase
def collect(mesh, parameters, workspace, active):
    """Collect the active astrocytes' parameters, each once. Returns how many, and the first operation that they act on.

    Reads: the population's active. Writes: workspace.chosen, before; held, which it leaves as it was.
    """
    count, begin = 0, mesh.op[workspace.population.active[0]]
    for k in range(active):
        a = workspace.population.active[k]
        begin = min(begin, mesh.op[a])
        for place in range(mesh.start[a], mesh.start[a + 1]):
            cell = mesh.member[place]
            if not workspace.held[cell]:
                workspace.held[cell] = True
                for p in range(mesh.first[cell], mesh.first[cell + 1]):
                    workspace.chosen[count] = p
                    count += 1
                if mesh.bias[cell] >= 0:
                    workspace.chosen[count] = mesh.bias[cell]
                    count += 1
    for k in range(active):
        a = workspace.population.active[k]
        for place in range(mesh.start[a], mesh.start[a + 1]):
            workspace.held[mesh.member[place]] = False
    for k in range(count):
        workspace.before[k] = parameters[workspace.chosen[k]]
    return count, begin


@kernel
def learn(
    program,
    replicate,
    mesh,
    params,
    state,
    parameters,
    scratch,
    workspace,
    features,
    labels,
    order,
    batch,
    first,
    losses,
):
    """Carry out trials of one replicate, one per mini-batch.

    Reads: program, replicate, mesh, params. Writes: state, parameters, scratch, workspace. Draws: streams
    `wave_exploration` (index = astrocyte), `wave_perturbation` (index = parameter), and those of a pass.

    Parameters
    ----------
    program : Program
    replicate : Replicate
    mesh : Mesh
    params : Params
    state : State
    parameters : ndarray of float32, shape (parameter,)
        On the grid of `astrosim.rules.perturbation`.
    scratch : Scratch
    workspace : Workspace
    features : ndarray of float32, shape (image, feature)
    labels : ndarray of float32, shape (image,)
    order : ndarray of int32, shape (image,)
        Order of the images in this pass.
    batch : int
        Images per trial; the last of a pass may have fewer.
    first : tuple of int
        (trials done before, batch of the pass to begin with).
    losses : ndarray of float64, shape (trial in this call,)
        Takes the mean loss of each trial's images before its perturbation.
    """
    place_leaks(program, replicate, scratch)
    values, links = replicate.keys[0], replicate.keys[1]
    astrocytes = state.population
    for number in range(len(losses)):
        trial = first[0] + number
        begin = (first[1] + number) * batch
        images = min(batch, len(order) - begin)
        shown = order[begin : begin + images]
        gather(features, shown, scratch.values, images)
        for c in range(images):
            workspace.labels[c] = labels[shown[c]]
        effective_weights(program, replicate, parameters, scratch, links, trial, TRAINING)
        forward(program, replicate, parameters, scratch, values, trial, TRAINING, images)
        before = judge(program, scratch, workspace.labels, images) / images

        touched = sense(program, mesh, state, scratch, workspace, images)
        active = select(
            mesh.acts, mesh.exploration_key, params.population, astrocytes, workspace.population, trial, touched
        )
        count, begin_op = collect(mesh, parameters, workspace, active)
        key, chosen = mesh.perturbation_key, workspace.chosen[:count]
        perturbation.perturb(parameters, chosen, key, trial, params.scale, params.spacing, params.limit)

        effective_weights(program, replicate, parameters, scratch, links, trial, TRAINING)
        forward(program, replicate, parameters, scratch, values, trial, TRAINING, images, begin_op)
        after = judge(program, scratch, workspace.labels, images) / images
        kept = decision.keeps(-after, -before)
        if not kept:
            for k in range(count):
                parameters[chosen[k]] = workspace.before[k]
        state.counter[TRIALS] += 1
        state.counter[KEPT] += kept
        state.counter[REVERTED] += not kept
        remember(astrocytes, workspace.population, active, kept)
        adapt_thresholds(mesh.acts, params.population, astrocytes, state.counter[TRIALS])
        losses[number] = before
