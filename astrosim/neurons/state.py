"""The arrays of neurons that learn by themselves; agents are row views over them, the kernel steps them in place.

`Circuit` holds what learning never changes, `Numbers` the numbers of the rules, `State` what learning changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

TRIALS, KEPT, REVERTED, FLIPPED = range(4)  # places in `State.counter`
REMEMBERED = 100  # trials whose outputs are kept, for accuracy and distinct outputs in training; spec, section 4


class Circuit(NamedTuple):
    """What a cell is made of; read only."""

    position: np.ndarray  # float64 (neuron, 3), units
    kind: np.ndarray  # int8 (neuron,)
    cluster: np.ndarray  # int32 (neuron,)
    pre: np.ndarray  # int32 (synapse,)
    post: np.ndarray  # int32 (synapse,)
    first: np.ndarray  # int64 (neuron + 1,): synapses that leave a neuron
    driven: np.ndarray  # bool (neuron,): inputs
    adapts: np.ndarray  # bool (neuron,): whose threshold homeostasis moves
    near_start: np.ndarray  # int64 (neuron + 1,)
    near: np.ndarray  # int32: neighbours within the ambient radius, ascending
    near_share: np.ndarray  # float64, 1/unit: what each adds when it fires
    source: np.ndarray  # int32 (source,): neurons that release the chemical
    distance: np.ndarray  # float64 (source, neuron), units
    inputs: np.ndarray  # int32 (input bit,)
    outputs: np.ndarray  # int32 (output bit,)
    patterns: np.ndarray  # uint8 (pattern, input bit)
    targets: np.ndarray  # uint8 (pattern, output bit)


class Numbers(NamedTuple):
    """The numbers of the rules; units as in the scenario."""

    episodes: int
    cycles: int
    persists: bool
    homeostasis: bool
    every_cycle: bool
    target: float
    homeostasis_step: float
    both: float
    one: float
    neither: float
    level: float
    dampened: bool
    informed: bool
    history_decay: float
    enough: float
    flag: int
    flag_gain: float
    flag_decay: float
    flag_threshold: float
    turned: float
    need: int
    warm_up: int
    exponent: int
    shaping_start: float
    shaping_stop: float
    per_output: bool
    cycling: bool
    falloff: int
    radius: float
    last_radius: float
    chemical_decay: float
    rate: float
    most: float
    limit: float
    weight_decay: float
    provisional: bool
    frustrated: bool
    frustration_need: int
    frustration_bound: float
    frustration_decay: float
    frustration_factor: float


class State(NamedTuple):
    """What learning changes."""

    weight: np.ndarray  # float64 (synapse,)
    saved: np.ndarray  # float64 (synapse,): weights before the last change
    threshold: np.ndarray  # float64 (neuron,)
    output: np.ndarray  # uint8 (neuron,): who fires
    fired: np.ndarray  # int64 (neuron,): how often so far
    passes: np.ndarray  # int64 (neuron,): of so many
    chemical: np.ndarray  # float64 (neuron,): at the synapses onto it
    history: np.ndarray  # float64 (synapse,)
    flag: np.ndarray  # float64 (synapse,)
    way: np.ndarray  # float64 (synapse,): sign of the last eligibility
    streak: np.ndarray  # int64 (synapse,)
    push: np.ndarray  # float64 (synapse,): sign of the last change
    pushes: np.ndarray  # int64 (synapse,)
    mood: np.ndarray  # float64 (synapse,)
    flipped: np.ndarray  # bool (synapse,): ever
    accuracy: np.ndarray  # float64 (REMEMBERED,): of trials, by trial modulo REMEMBERED
    answer: np.ndarray  # int64 (REMEMBERED,): output vectors as numbers
    counter: np.ndarray  # int64 (4,): trials, kept, reverted, flips
