"""How much of a kept step stays (1). This package's: the report keeps all of it.

A step that is `proportional` to the rise of the reward makes keep-or-revert a stochastic ascent on one scalar, as
weight perturbation does (Jabri and Flower 1992), with the falls left out. What stays may be less than what was tried,
so that what one pattern gains costs the others little.
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.rules import choices

CONSOLIDATION = choices.numbers(choices.CONSOLIDATION)
WHOLE, PART, PROPORTIONAL = (CONSOLIDATION[name] for name in ("whole", "part", "proportional"))


@kernel
def share_kept(rule, rate, after, before):
    """Return the share of a kept step that stays, from 0 to 1. Raises ValueError for an unknown rule."""
    if rule == WHOLE:
        return 1.0
    if rule == PART:
        return rate
    if rule == PROPORTIONAL:
        return max(0.0, min(1.0, rate * (after - before)))
    raise ValueError("decision.consolidation: a rule without a formula")
