"""Keep or revert. Murray 2026, section 4.5: keep if the reward has risen; `drift` and `metropolis` are this package's.

Draws: stream `decision`, index 0, under `metropolis` alone (Metropolis et al. 1953).
"""

from __future__ import annotations

from astrosim.core.exact_functions import exp
from astrosim.core.jit import inlined, kernel
from astrosim.core.rng import uniform

STRICT, DRIFT, METROPOLIS = range(3)
ACCEPTANCE = {"strict": STRICT, "drift": DRIFT, "metropolis": METROPOLIS}


@inlined
def keeps(after, before, offset=0.0):
    """Whether a perturbation stands: the reward, an injected offset added, has strictly risen."""
    return after + offset > before


@kernel
def stands(rule, after, before, offset, temperature, key, trial):
    """Whether a perturbation stands under a rule of acceptance; what leaves the reward as it was may stand, too."""
    if rule == STRICT or keeps(after, before, offset):
        return keeps(after, before, offset)
    if rule == DRIFT:
        return after + offset == before
    return uniform(key, trial, 0) < exp((after + offset - before) / temperature)
