"""Threshold neurons (dimensionless). Murray 2026, section 3.1; one synchronous pass."""

from __future__ import annotations

from astrosim.jit import inlined, kernel


@inlined
def fires(activation, threshold):
    """Whether a neuron fires: its summed input is strictly above its threshold."""
    return activation > threshold


@kernel
def summed_input(weight, arrivals, pre, fired):
    """Summed weights of the arriving synapses whose pre neuron fired; exact in any order (weights lie on a grid).

    Parameters
    ----------
    weight : ndarray of float32, shape (synapse,)
    arrivals : ndarray of int32, shape (arrival,)
        Numbers of the arriving synapses.
    pre : ndarray of int32, shape (synapse,)
    fired : ndarray of bool, shape (neuron,)
    """
    total = 0.0
    for s in arrivals:
        if fired[pre[s]]:
            total += weight[s]
    return total
