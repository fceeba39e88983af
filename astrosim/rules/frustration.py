"""Frustration: a weight that is pushed one way for long, while the chemical says no, turns round (1).

Murray 2026, experiment 011.
"""

from __future__ import annotations

from astrosim.core.jit import inlined
from astrosim.rules.flags import sign


@inlined
def pushes_after(pushes, last, change):
    """Number of changes of one sign in a row, from the number before and the last sign (0: none yet)."""
    return pushes + 1 if sign(change) == last else 1


@inlined
def mood_after(mood, chemical, decay):
    """Return running mean of the chemical at the synapse."""
    return decay * mood + (1.0 - decay) * chemical


@inlined
def flips(pushes, mood, need, bound):
    """Return whether the weight turns round: pushed `need` times one way, and the chemical below a bound."""
    return pushes >= need and mood < bound
