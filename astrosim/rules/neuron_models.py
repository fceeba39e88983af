"""Neuron models (dimensionless; a step is a cycle of a pass). Table: `astrosim.rules.choices.NEURON_MODELS`.

A neuron fires iff its voltage is strictly above its threshold. Every pass starts at rest, so that a pass depends on the
weights and the pattern alone. Threshold neurons: Murray 2026, section 3.1. Leaky neurons are this package's, after
the leaky integrate-and-fire neuron (Gerstner, Kistler, Naud and Paninski 2014, section 1.3) in steps of a cycle.
"""

from __future__ import annotations

from astrosim.core.jit import inlined
from astrosim.rules import choices

THRESHOLD, LEAKY = (choices.NEURON_MODELS[name].number for name in ("threshold", "leaky"))


@inlined
def leaky_voltage(leak, before, fired, total):
    """Return the voltage of a leaky neuron: a part of the one before, or of 0 after firing, and the summed input."""
    return (0.0 if fired else leak * before) + total


@inlined
def voltage(model, leak, before, fired, total):
    """Return a neuron's voltage in a cycle, by its model's number.

    Parameters
    ----------
    model : int
    leak : float
        Part of the voltage that stays from one cycle to the next.
    before : float
        Voltage in the cycle before; 0 in the first one.
    fired : bool
        Whether it fired in the cycle before.
    total : float
        Summed input of the cycle.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    if model == THRESHOLD:
        return total
    if model == LEAKY:
        return leaky_voltage(leak, before, fired, total)
    raise ValueError("network.model: a model without a formula")
