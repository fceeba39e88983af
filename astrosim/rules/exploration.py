"""Spontaneous activation of astrocytes below threshold (rates per trial). Murray 2026, section 4.2."""

from __future__ import annotations

from astrosim.core.jit import inlined
from astrosim.rules.choices import EXPLORATION, numbers

EXPLORATION_RULES = numbers(EXPLORATION)
NONE, FLAT, MATURITY = (EXPLORATION_RULES[name] for name in ("none", "flat", "maturity"))


@inlined
def exploration_rate(rule, activations, flat_rate, initial_rate, maturity):
    """Return probability per trial; under `maturity` initial_rate / (1 + activations / maturity).

    Raises ValueError for an unknown rule.
    """
    if rule == NONE:
        return 0.0
    if rule == FLAT:
        return flat_rate
    if rule == MATURITY:
        return initial_rate / (1.0 + activations / maturity)
    raise ValueError("exploration.rule: a rule without a formula")


@inlined
def explores(u, rate):
    """Return whether an astrocyte explores; u uniform in [0, 1)."""
    return u < rate
