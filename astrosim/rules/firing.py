"""Neurons that learn by themselves fire at their threshold (dimensionless). Murray 2026, experiments 001 to 018."""

from __future__ import annotations

from astrosim.core.jit import inlined


@inlined
def at_threshold(activation, threshold):
    """Return whether a neuron fires: its summed input is not below its threshold; the later experiments want it
    above."""
    return activation >= threshold
