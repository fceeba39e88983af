"""The ambient field at a neuron: what fires around it, by 1 / distance (1/unit). Murray 2026, experiments 001 to 018.

Neighbours are all other neurons within a radius, of every kind; terms are summed in the order of their numbers.
"""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def share(distance):
    """Return the contribution of a neighbour that fires; distance in units, above 0."""
    return 1.0 / distance


@inlined
def surround(fires, ambient, level):
    """Return the share that a post neuron may learn among its neighbours: all if they are busy, else half if it fires
    itself."""
    if ambient > level:
        return 1.0
    return 0.5 if fires else 0.0
