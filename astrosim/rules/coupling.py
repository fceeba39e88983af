"""Calcium waves between astrocytes over gap junctions (amplitudes and calcium dimensionless, times in trials).

An active astrocyte sends a wave: an arrival of amplitude exp(-d / lambda) at each neighbour, d / v trials later.
Calcium decays by exp(-1 / tau) per trial and takes up what arrives; a score grows by g times calcium. Source: this
package, after the slow calcium signalling that Murray 2026 leaves out; Hösli et al. 2022 for disrupted coupling, as
cited there.

Amplitudes lie on a grid of 2^-32, so that arrivals sum to the same bits in any order; less than half a step is nothing.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.core.jit import inlined
from astrosim.rules import choices

STEPS = 2.0**32  # steps of the grid an amplitude of 1; assumed: sums stay exact up to 2^21 arrivals at once
ROUNDING = 1e-9  # assumed: a distance that is a whole number of ticks but for rounding counts as such
NEVER_SENT = -(2**62)  # trial
LINEAR, SATURATING = (choices.CALCIUM_MODELS[name].number for name in ("linear", "saturating"))


@inlined
def on_grid(amplitude):
    """Return the nearest amplitude on the grid."""
    return np.rint(amplitude * STEPS) / STEPS


@inlined
def attenuation(distance, length):
    """Return the share of an amplitude that passes a gap junction: exp(-distance / length)."""
    return exp(-distance / length)


@inlined
def delay(distance, speed):
    """Return trials that a wave needs over a gap junction: distance / speed rounded up, at least 1."""
    ticks = distance / speed
    return max(1, int(np.ceil(ticks - ROUNDING * ticks)))


@inlined
def passed_on(amplitude, left):
    """Return amplitude at the far end of a gap junction that leaves a part of it."""
    return on_grid(amplitude * left)


@inlined
def calcium_after(model, calcium, decay, capacity, arrived):
    """Return calcium of a trial from that of the trial before, by its model's number; decay = exp(-1 / tau).

    Saturating calcium takes up the part 1 - calcium / capacity of what arrives, and nothing above its capacity.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    left = calcium * decay
    if model == LINEAR:
        return left + arrived
    if model == SATURATING:
        return left + arrived * max(0.0, 1.0 - left / capacity)
    raise ValueError("coupling.calcium: a model without a formula")


@inlined
def coupled_score(score, gain, calcium):
    """Return the score with what calcium adds."""
    return score + gain * calcium


@inlined
def sends(above_threshold, explored):
    """Return whether an active astrocyte sends a wave: not if it acts only because nobody else does."""
    return above_threshold or explored


@inlined
def relays(amplitude, threshold, trial, sent, refractory):
    """Return whether an arrival is sent on: strictly above threshold, and none sent for the last `refractory`
    trials."""
    return amplitude > threshold and trial - sent >= refractory
