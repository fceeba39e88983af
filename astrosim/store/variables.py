"""Variables of the trajectory store: name, dimensions, type, unit and long name; and the log of decisions.

Each system lists its own in its module `records`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KEPT, REVERTED, IDLE = 1, 0, -1  # values of `decision`; IDLE: nothing was eligible, or nobody learns
NOBODY = -1  # value of `active` in an unused slot
NEURON_KINDS = ("input", "output", "modulatory", "regular", "tonic")  # values of `neuron_kind`
NO_CLUSTER = -1  # value of `neuron_cluster` of tonic neurons


@dataclass(frozen=True)
class Variable:
    """One array of the store; leading dimensions (condition, seed) are added by it."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    fill: float | int
    unit: str
    long_name: str


NAN = float("nan")
GROWING = {"spike": "spike_count"}
"""Dimensions that are as long as a replicate's events: the variable that counts them."""

LONG_NAMES = {
    "condition": "condition of the scenario",
    "base_condition": "condition of the scenario that the setting is crossed with",
    "seed": "seed of every random stream of the cell",
    "episode": "recorded episode, from 0",
    "weight_episode": "episode, from 0, after which weights were kept",
    "neuron": "neuron number",
    "synapse": "synapse number",
    "astrocyte": "astrocyte number",
    "pattern": "pattern number, from 0",
    "bit": "output bit, from 0",
    "epoch": "epoch, from 1",
    "class": "class of the data set, from 0",
    "parameter": "weight or bias number, from 0",
    "record": "trials, or steps, done at a record",
    "answer": "class that the network names, from 0",
}
"""Meaning of the dimensions that carry a coordinate."""


@dataclass
class Decisions:
    """Log of a stretch of trials.

    Attributes
    ----------
    pattern : ndarray of uint16, shape (trial,)
    decision : ndarray of int8, shape (trial,)
        KEPT, REVERTED or IDLE.
    active : ndarray of int32, shape (trial, slot)
        Active astrocytes in score order, then NOBODY.
    """

    pattern: np.ndarray
    decision: np.ndarray
    active: np.ndarray
