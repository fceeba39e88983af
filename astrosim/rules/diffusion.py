"""Diffusion of a chemical from modulatory neurons to synapses, and its decay (1). Murray 2026, experiments 001 to 018.

A synapse lies where its post neuron does. A source reaches what lies within a radius: with 1 / distance, or all alike.
"""

from __future__ import annotations

from astrosim.core.jit import inlined

EVEN, INVERSE = range(2)
FALLOFFS = {"even": EVEN, "inverse": INVERSE}


@inlined
def reach(rule, distance):
    """Return the share of a release that arrives at a distance (units): 1, or 1 / distance, without a bound near 0.

    Raises ValueError for an unknown rule.
    """
    if rule == EVEN:
        return 1.0
    if rule == INVERSE:
        return 1.0 if distance == 0.0 else 1.0 / distance
    raise ValueError("chemical.falloff: a rule without a formula")


@inlined
def annealed_radius(first, last, episode, episodes):
    """Return radius (units) in an episode (from 0) of `episodes`: linear from the first to the last."""
    if episodes < 2:
        return first
    return first + (last - first) * min(1.0, episode / (episodes - 1))


@inlined
def deposit(release, share):
    """Return the contribution of one source."""
    return release * share


@inlined
def is_open(source, sources, trial, cycling):
    """Return whether a modulatory neuron releases in a trial: all do, or one after the other."""
    return not cycling or trial % sources == source
