"""What a trial changes of a policy: proposals of one or several astrocytes, taken back or kept (dimensionless).

Steps of incoming synapses are sized by the spread of their inputs, and a bias follows them, so that a step turns its
unit about the centre of the observations. Draws: see `proposals.proposing`; a trial of several astrocytes takes as many
numbers of trials as it has astrocytes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel
from astrosim.systems.proposals.deciding import KEPT, TRIED, next_sigma
from astrosim.systems.proposals.proposing import (
    EVERYTHING,
    RANDOM_MASK,
    STEP,
    TERRITORY,
    add_output_biases,
    add_territory,
    clear,
    gaussians,
    propose,
    propose_mask,
    side_of,
)
from astrosim.systems.proposals.state import Proposal, Team, make_team
from astrosim.systems.proposals.teams import gather_team

NORMAL_ROOM = 4  # numbers drawn beyond those that are asked for: a block of four words


class Wiring(NamedTuple):
    """Fixed parts of the network.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Inputs that each hidden unit hears.
    owned : ndarray of int64, shape (astrocyte, unit)
        Units of each territory; the direct path, if there is one, belongs to one more astrocyte.
    """

    taps: np.ndarray
    owned: np.ndarray


class Workspace(NamedTuple):
    """Working memory: holds nothing that a later trial depends on.

    Attributes
    ----------
    proposal : Proposal
        Steps of float64.
    normal : ndarray of float32, shape (draw,)
    team : Team
        Astrocytes that act in the trial.
    direct_step : ndarray, shape (input, output)
    direct : ndarray of bool, shape (1,)
        Whether the direct path changes.
    """

    proposal: Proposal
    normal: np.ndarray
    team: Team
    direct_step: np.ndarray
    direct: np.ndarray


def make_workspace(wiring: Wiring, outputs: int, inputs: int, together: int, actors: int, masked: int) -> Workspace:
    """Return working memory for proposals of some astrocytes together, or of as many units as `masked` anywhere."""
    units, synapses = wiring.taps.shape
    width = max(synapses, masked * (synapses + 1), 1)
    draws = max(units, masked, 1) * (synapses + 1 + outputs) + outputs + inputs * outputs
    proposal = Proposal(
        slots=np.zeros(1, np.int64),
        unit=np.zeros(max(units, 1), np.int64),
        taps=np.full(max(units, 1), -1, np.int64),
        tap=np.zeros((max(units, 1), width), np.int32),
        step=np.zeros((max(units, 1), width)),
        bias_step=np.zeros(max(units, 1)),
        outward=np.zeros(max(units, 1), np.bool_),
        out_step=np.zeros((max(units, 1), outputs)),
        output_bias_step=np.zeros(outputs),
    )
    team = make_team(actors, together)
    direct = np.zeros((inputs, outputs))
    return Workspace(proposal, np.zeros(draws + NORMAL_ROOM, np.float32), team, direct, np.zeros(1, np.bool_))


@kernel
def add_direct(wiring, params, state, workspace, actor, trial):
    """Propose all synapses of the direct path, and the outputs' biases if no unit does. Writes: workspace."""
    inputs, outputs = workspace.direct_step.shape
    gaussians(params.keys[STEP], trial, inputs * outputs + outputs, workspace.normal)
    size = np.float32(state.sigma[actor])
    for i in range(inputs):
        for k in range(outputs):
            workspace.direct_step[i, k] = size * params.outgoing * workspace.normal[i * outputs + k]
    workspace.direct[0] = True
    if wiring.owned.shape[0] == 0:
        add_output_biases(workspace.proposal, size, params, workspace.normal, inputs * outputs)


@kernel
def propose_trial(wiring, params, state, workspace, first):
    """Propose the changes of the trial that takes the numbers from `first` on. Reads: state.sigma. Writes: workspace.

    Raises ValueError for a learner without synapses.
    """
    workspace.direct[0] = False
    synapses, together = wiring.taps.shape[1], workspace.team.gained.size
    if params.scope == TERRITORY:
        clear(workspace.proposal)
        gather_team(workspace.team, params, first)
        for place in range(together):
            actor = workspace.team.deck[place]
            if actor < wiring.owned.shape[0]:
                add_territory(wiring, params, state, workspace, actor, first + place)
            else:
                add_direct(wiring, params, state, workspace, actor, first + place)
    elif params.scope == RANDOM_MASK:
        size, side = np.float32(state.sigma[0]), side_of(params, first)
        count = min(wiring.owned.shape[1] * together, wiring.taps.shape[0])
        propose_mask(
            workspace.proposal, wiring.owned.size, count, side, synapses, size, params, first, workspace.normal
        )
    elif params.scope == EVERYTHING:
        propose(wiring, params, state, workspace, first)
    else:
        raise ValueError("learner.rule: a learner without synapses")


@kernel
def size_steps(wiring, workspace, centre, spread):
    """Scale steps by the spread of the inputs, and turn units about the centre. Writes: workspace."""
    proposal = workspace.proposal
    for slot in range(proposal.slots[0]):
        unit = proposal.unit[slot]
        for k in range(max(proposal.taps[slot], 0)):
            source = wiring.taps[unit, proposal.tap[slot, k]]
            step = proposal.step[slot, k] / spread[source]
            proposal.step[slot, k] = step
            proposal.bias_step[slot] -= step * centre[source]
    if workspace.direct[0]:
        inputs, outputs = workspace.direct_step.shape
        for i in range(inputs):
            for k in range(outputs):
                step = workspace.direct_step[i, k] / spread[i]
                workspace.direct_step[i, k] = step
                proposal.output_bias_step[k] -= step * centre[i]


@kernel
def add_steps(policy, workspace):
    """Add a proposal to a policy. Writes: the policy's weights."""
    proposal = workspace.proposal
    for slot in range(proposal.slots[0]):
        unit = proposal.unit[slot]
        if proposal.taps[slot] >= 0:
            for k in range(proposal.taps[slot]):
                policy.incoming[unit, proposal.tap[slot, k]] += proposal.step[slot, k]
            policy.bias[unit] += proposal.bias_step[slot]
        if proposal.outward[slot]:
            for k in range(policy.outgoing.shape[1]):
                policy.outgoing[unit, k] += proposal.out_step[slot, k]
    for k in range(policy.output_bias.size):
        policy.output_bias[k] += proposal.output_bias_step[k]
    if workspace.direct[0]:
        for i in range(policy.direct.shape[0]):
            for k in range(policy.direct.shape[1]):
                policy.direct[i, k] += workspace.direct_step[i, k]


@kernel
def copy_line(source, target):
    """Copy an array of shape (n,). Writes: target."""
    for n in range(source.size):
        target[n] = source[n]


@kernel
def copy_table(source, target):
    """Copy an array of shape (n, m). Writes: target."""
    for n in range(source.shape[0]):
        copy_line(source[n], target[n])


@kernel
def copy_weights(source, target):
    """Copy the weights of a policy. Writes: those of `target`."""
    copy_table(source.incoming, target.incoming)
    copy_line(source.bias, target.bias)
    copy_table(source.outgoing, target.outgoing)
    copy_line(source.output_bias, target.output_bias)
    copy_table(source.direct, target.direct)


@kernel
def propose_weights(wiring, params, state, workspace, standing, candidate, centre, spread, first):
    """Make the weights that a trial tries. Reads: standing. Writes: candidate, workspace."""
    propose_trial(wiring, params, state, workspace, first)
    size_steps(wiring, workspace, centre, spread)
    copy_weights(standing, candidate)
    add_steps(candidate, workspace)


@kernel
def adapt(params, state, workspace, cap, kept):
    """Let sigma follow the outcome, for all astrocytes that acted. Writes: state.sigma, state.tally."""
    count = workspace.team.gained.size if params.scope == TERRITORY else 1
    for place in range(count):
        actor = workspace.team.deck[place] if params.scope == TERRITORY else 0
        state.sigma[actor] = next_sigma(state.sigma[actor], kept, params, cap)
        state.tally[TRIED, actor] += 1
        state.tally[KEPT, actor] += kept
