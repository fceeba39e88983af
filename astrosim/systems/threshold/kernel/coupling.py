"""Calcium waves over gap junctions: a ring of what arrives, one row a trial. Rules: `astrosim.rules.coupling`."""

from __future__ import annotations

from astrosim.core.jit import phase
from astrosim.rules import coupling, selection


@phase
def integrate(system, rules, state, trial):
    """Let calcium decay by a trial and take up what arrives in this one; relays send it on.

    Reads: system, rules. Writes: state.calcium, arriving, strongest, sent.
    """
    slots = state.arriving.shape[0]
    for a in range(state.calcium.size):
        arrived = 0.0
        if slots:
            slot = trial % slots
            amplitude = state.strongest[slot, a]
            if system.acts[a] and amplitude > 0.0:
                arrived = state.arriving[slot, a]
                if rules.relay and coupling.relays(
                    amplitude, rules.relay_threshold, trial, state.sent[a], rules.refractory
                ):
                    _send(system, state, trial, a, amplitude)
            state.arriving[slot, a] = 0.0
            state.strongest[slot, a] = 0.0
        state.calcium[a] = coupling.calcium_after(state.calcium[a], rules.calcium_decay, arrived)


@phase
def _send(system, state, trial, a, amplitude):
    """Schedule a wave's arrival at every neighbour of astrocyte a.

    Reads: system. Writes: state.arriving, strongest, sent.
    """
    for k in range(system.gap_start[a], system.gap_start[a + 1]):
        left = coupling.passed_on(amplitude, system.gap_attenuation[k])
        slot, other = (trial + system.gap_delay[k]) % state.arriving.shape[0], system.gap[k]
        state.arriving[slot, other] += left
        state.strongest[slot, other] = max(state.strongest[slot, other], left)
    state.sent[a] = trial


@phase
def couple(system, rules, state, scratch):
    """Add what calcium adds to the scores; returns how many astrocytes are to be looked at: all.

    Reads: state.calcium. Writes: state.score, scratch.own_score, scratch.touched.
    """
    for a in range(state.score.size):
        scratch.own_score[a] = state.score[a]
        if system.acts[a]:
            state.score[a] = coupling.coupled_score(state.score[a], rules.gain, state.calcium[a])
        scratch.touched[a] = a
    return state.score.size


@phase
def send_waves(system, state, scratch, trial, active):
    """Let the active astrocytes send their waves.

    Reads: state.score, state.threshold, scratch.active, scratch.explored. Writes: state.arriving, strongest, sent.
    """
    for k in range(active):
        a = scratch.active[k]
        if coupling.sends(selection.above_threshold(state.score[a], state.threshold[a]), scratch.explored[k]):
            _send(system, state, trial, a, 1.0)


@phase
def recruited(state, scratch, a):
    """Whether calcium alone brings the score of an astrocyte above its threshold."""
    above = selection.above_threshold(state.score[a], state.threshold[a])
    return above and not selection.above_threshold(scratch.own_score[a], state.threshold[a])
