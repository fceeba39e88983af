"""Keep or revert. Murray 2026, section 4.5: keep if the reward has risen; `drift` and `metropolis` are this package's.

Draws: stream `decision`, index 0, under `metropolis` alone (Metropolis et al. 1953).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import inlined, kernel
from astrosim.core.rng import uniform
from astrosim.rules import choices

ACCEPTANCE = choices.numbers(choices.ACCEPTANCE)
STRICT, DRIFT, METROPOLIS = (ACCEPTANCE[name] for name in ("strict", "drift", "metropolis"))


@inlined
def keeps(after, before, offset=0.0):
    """Return whether a perturbation stands: the reward, an injected offset added, has strictly risen."""
    return after + offset > before


@kernel
def stands(rule, after, before, offset, temperature, key, trial):
    """Return whether a perturbation stands under a rule of acceptance.

    One that leaves the reward as it was may stand, too. Draws under METROPOLIS alone: the stream of `key` at
    `trial`, index 0. Raises ValueError for an unknown rule.
    """
    risen = keeps(after, before, offset)
    if rule == STRICT:
        return risen
    if rule == DRIFT:
        return risen or after + offset == before
    if rule == METROPOLIS:
        return risen or uniform(key, trial, 0) < exp((after + offset - before) / temperature)
    raise ValueError("decision.accept: a rule without a formula")
