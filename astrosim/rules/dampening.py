"""Dampening: an eligibility counts where the synapse is in use and its post neuron tells something (1).

Murray 2026, experiments 002 to 018. The third factor, the surround, stands in `astrosim.rules.ambient`.
"""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def history_after(history, eligible, decay):
    """Return running mean of whether the synapse was eligible, from that of the trial before."""
    return decay * history + (1.0 - decay) * (1.0 if eligible else 0.0)


@inlined
def familiarity(history, enough):
    """Share that a history gives: all of it from `enough` on."""
    return min(history / enough, 1.0)


@inlined
def information(rate):
    """Share that a firing rate gives: 1 for a neuron that fires half the time, 0 for one that always or never does."""
    return 4.0 * rate * (1.0 - rate)
