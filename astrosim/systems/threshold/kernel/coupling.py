"""Calcium waves over gap junctions: a ring of arrivals, one row per trial. Rules: `astrosim.rules.coupling`.

`Waves` is None if astrocytes are not coupled: numba leaves out the branches that a None rules out, so that coupling
costs neither time nor compilation elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import phase
from astrosim.rules import coupling, selection
from astrosim.systems.threshold.network.state import KernelNetwork, State


class Waves(NamedTuple):
    """Open gap junctions, and the calcium that waves bring: arrays of `KernelNetwork` and `State`."""

    first: np.ndarray  # int64 (astrocyte + 1,): neighbours of an astrocyte
    neighbour: np.ndarray  # int32 (neighbour,)
    delay: np.ndarray  # int64 (neighbour,), trials
    attenuation: np.ndarray  # float64 (neighbour,)
    calcium: np.ndarray  # float64 (astrocyte,)
    arriving: np.ndarray  # float64 (slot, astrocyte)
    strongest: np.ndarray  # float64 (slot, astrocyte)
    sent: np.ndarray  # int64 (astrocyte,)


def waves_of(network: KernelNetwork, state: State, coupled: bool) -> Waves | None:
    """Return the waves of a network; None if its astrocytes are not coupled."""
    if not coupled:
        return None
    junctions = network.gap_start, network.gap, network.gap_delay, network.gap_attenuation
    return Waves(*junctions, state.calcium, state.arriving, state.strongest, state.sent)


@phase
def integrate(waves, params, acts, trial):
    """Decay calcium by one trial and add the arrivals of this trial; relays send them on.

    Reads: params, acts (bool, shape (astrocyte,)). Writes: waves.calcium, arriving, strongest, sent.
    """
    slots = waves.arriving.shape[0]
    for a in range(waves.calcium.size):
        arrived = 0.0
        if slots:
            slot = trial % slots
            amplitude = waves.strongest[slot, a]
            if acts[a] and amplitude > 0.0:
                arrived = waves.arriving[slot, a]
                if params.coupling.relay and coupling.relays(
                    amplitude, params.coupling.relay_threshold, trial, waves.sent[a], params.coupling.refractory
                ):
                    _send(waves, trial, a, amplitude)
            waves.arriving[slot, a] = 0.0
            waves.strongest[slot, a] = 0.0
        waves.calcium[a] = coupling.calcium_after(
            params.coupling.calcium, waves.calcium[a], params.coupling.decay, params.coupling.capacity, arrived
        )


@phase
def _send(waves, trial, a, amplitude):
    """Schedule a wave's arrival at every neighbour of astrocyte a. Writes: waves.arriving, strongest, sent."""
    for k in range(waves.first[a], waves.first[a + 1]):
        left = coupling.passed_on(amplitude, waves.attenuation[k])
        slot, other = (trial + waves.delay[k]) % waves.arriving.shape[0], waves.neighbour[k]
        waves.arriving[slot, other] += left
        waves.strongest[slot, other] = max(waves.strongest[slot, other], left)
    waves.sent[a] = trial


@phase
def couple(waves, params, acts, score, own_score, touched):
    """Add the contribution of calcium to the scores; returns the number of astrocytes to evaluate: all.

    Reads: waves.calcium, acts. Writes: score, own_score, touched.
    """
    for a in range(score.size):
        own_score[a] = score[a]
        if acts[a]:
            score[a] = coupling.coupled_score(score[a], params.coupling.gain, waves.calcium[a])
        touched[a] = a
    return score.size


@phase
def send_waves(waves, state, workspace, trial, active):
    """Send the waves of the active astrocytes.

    Reads: state.score, state.threshold, workspace.active, workspace.explored. Writes: waves.arriving, strongest, sent.
    """
    for k in range(active):
        a = np.int64(workspace.active[k])
        if coupling.sends(selection.above_threshold(state.score[a], state.threshold[a]), workspace.explored[k]):
            _send(waves, trial, a, 1.0)


@phase
def recruited(state, workspace, a):
    """Return whether calcium alone brings the score of an astrocyte above its threshold."""
    above = selection.above_threshold(state.score[a], state.threshold[a])
    return above and not selection.above_threshold(workspace.own_score[a], state.threshold[a])
