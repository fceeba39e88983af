"""Eligibility of a synapse by which of its two neurons fires (1). Murray 2026, experiments 001 to 003.

Nothing of it outlives the trial: the published program calls it a trace, and overwrites it in every step.
"""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def quadrant(pre, post, ambient, both, one, neither, level):
    """Return eligibility where both neurons fire, where exactly one does, and where neither does: then only among
    others.

    Parameters
    ----------
    pre, post : bool
        Who fires.
    ambient : float
        Ambient field at the post neuron, 1/unit.
    both, one, neither : float
        Values of the quadrants.
    level : float
        Ambient field above which silence counts, 1/unit.
    """
    if pre and post:
        return both
    if pre or post:
        return one
    return neither if ambient > level else 0.0
