"""How a weight follows eligibility and chemical, and how it decays (1). Murray 2026, experiments 001 to 018."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import inlined


@inlined
def change(trace, chemical, rate, most):
    """Return the change: rate * trace * chemical, at most `most` in size."""
    return max(-most, min(most, trace * chemical * rate))


@inlined
def after(weight, decay, change, limit):
    """Return the weight, decayed and changed, within its limit."""
    return max(-limit, min(limit, weight * (1.0 - decay) + change))


@inlined
def falls_back(accuracy, before):
    """Return whether the change of the trial before was provisional and is taken back: the accuracy fell."""
    return accuracy < before


@inlined
def on_grid(weight, spacing):
    """Return the nearest weight on the grid of the described system."""
    return np.rint(weight / spacing) * spacing
