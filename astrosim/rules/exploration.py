"""Spontaneous activation of astrocytes below threshold (rates a trial). Murray 2026, section 4.2."""

from __future__ import annotations

from astrosim.core.jit import inlined

NONE, FLAT, MATURITY = 0, 1, 2
EXPLORATION_RULES = {"none": NONE, "flat": FLAT, "maturity": MATURITY}


@inlined
def exploration_rate(rule, activations, flat_rate, initial_rate, maturity):
    """Probability a trial; under `maturity` initial_rate / (1 + activations / maturity)."""
    if rule == NONE:
        return 0.0
    if rule == FLAT:
        return flat_rate
    return initial_rate / (1.0 + activations / maturity)


@inlined
def explores(u, rate):
    """Whether an astrocyte explores; u uniform in [0, 1)."""
    return u < rate
