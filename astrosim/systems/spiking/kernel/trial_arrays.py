"""Arrays and numbers of trials over windows (trials, steps, pA, uM, ms)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.systems.population import state as population
from astrosim.systems.spiking.kernel.arrays import Junctions
from astrosim.systems.spiking.kernel.windows import Circuit, Course, Room

STREAMS = ("spiking_astrocyte", "spiking_exploration", "spiking_part", "spiking_step", "spiking_order")
ASTROCYTE, EXPLORATION, PART, STEP, ORDER = range(len(STREAMS))
RANDOM, CALCIUM, STRICT = range(3)
ACTIVATION = {"random": RANDOM, "calcium": CALCIUM, "strict": STRICT}
TRAFFIC, SPIKES = range(2)
SENSING = {"traffic": TRAFFIC, "spikes": SPIKES}
"""Contribution of a synapse for each spike of its presynaptic neuron: its size, or 1."""
TRIALS, STOOD, FELL, RESTED, SOLVED = range(5)
"""Places of `State.counter`: trials, kept, reverted, idle; trials at the first solution, or NOT_SOLVED."""
NOT_SOLVED = -1
RELATIVE = 1.0
"""Threshold of a score that is calcium over the astrocyte's threshold."""


class Params(NamedTuple):
    """Numbers of the rules.

    Attributes
    ----------
    keys : ndarray of uint32, shape (stream, 2)
    population : population.Params
    activation : int
        One of `ACTIVATION`.
    fraction : float
        Part of a territory that a trial perturbs, shared by the active astrocytes.
    scale, spacing, limit : float32
        Sigma over spacing; spacing of the weights' grid; largest weight.
    reward : int
        Of `choices.REWARDS`.
    threshold, gain, cap : float
        pA, 1/pA, pA.
    race : bool
    offset : float
        Added to the reward after a perturbation: minus the rise that is asked for.
    consolidation : int
        Of `choices.CONSOLIDATION`.
    rate : float
        Of consolidation.
    window : int
        Patterns of a trial; 0: all.
    leaps : int
        Of calcium, each trial.
    leap : float
        ms.
    sensing : int
        One of `SENSING`.
    drive : float
        IP3 per unit of what is sensed, uM/ms.
    stops : bool
        Whether trials end once all bits are right.
    frozen : bool
        Whether no astrocyte acts or adapts.
    """

    keys: np.ndarray
    population: population.Params
    activation: int
    fraction: float
    scale: np.float32
    spacing: np.float32
    limit: np.float32
    reward: int
    threshold: float
    gain: float
    cap: float
    race: bool
    offset: float
    consolidation: int
    rate: float
    window: int
    leaps: int
    leap: float
    sensing: int
    drive: float
    stops: bool
    frozen: bool


class System(NamedTuple):
    """Parts that no trial changes.

    Attributes
    ----------
    circuit : Circuit
    targets : ndarray of uint8, shape (pattern, bit)
    start : ndarray of int64, shape (astrocyte + 1,)
        First synapse of each territory.
    acts : ndarray of bool, shape (astrocyte,)
        False where silenced.
    acting : ndarray of int32, shape (astrocyte that is not silenced,)
    junctions : Junctions
        By place of an astrocyte.
    """

    circuit: Circuit
    targets: np.ndarray
    start: np.ndarray
    acts: np.ndarray
    acting: np.ndarray
    junctions: Junctions


class State(NamedTuple):
    """Arrays that trials change.

    Attributes
    ----------
    weight : ndarray of float32, shape (synapse,)
    astrocytes : population.State
    cells : ndarray of float64, shape (tile, line)
        Astrocytes.
    events : ndarray of int64, shape (astrocyte,)
        Upward crossings of the threshold by calcium.
    counter : ndarray of int64, shape (5,)
    """

    weight: np.ndarray
    astrocytes: population.State
    cells: np.ndarray
    events: np.ndarray
    counter: np.ndarray


class Workspace(NamedTuple):
    """Arrays that a trial works in; all of them follow from the state.

    Attributes
    ----------
    astrocytes : population.Workspace
    judged : population.State
        The state's, with `RELATIVE` in place of the thresholds.
    standing, tried : Course
    room : Room
    stale : ndarray of bool, shape (pattern,)
        Windows that do not follow from the standing weights.
    deck : ndarray of int32, shape (synapse of a territory,)
        Synapses of all territories.
    partner : ndarray of uint32, shape (at least the largest sample,)
    normal : ndarray of float64, shape (at least the largest sample,)
    taken : ndarray of bool, shape (synapse,)
    changed : ndarray of int32, shape (change,)
    old, new : ndarray of float32, shape (change,)
    mark : ndarray of int64, shape (pattern,)
        Mark from which a window changes; -1: it does not.
    arrival : ndarray of int64, shape (pattern,)
        Stamp of the first changed arrival.
    shown : ndarray of int64, shape (pattern of a trial,)
    patterns : ndarray of int32, shape (pattern,)
        Deck of all patterns.
    order : ndarray of int64, shape (pattern of a trial,)
    before, after : ndarray of float64, shape (pattern of a trial,)
        Rewards.
    spikes : ndarray of int64, shape (neuron,)
        Of the shown windows.
    inflow : ndarray of float64, shape (astrocyte,)
        IP3, uM/ms.
    above : ndarray of bool, shape (astrocyte,)
        Whose calcium is above its threshold.
    """

    astrocytes: population.Workspace
    judged: population.State
    standing: Course
    tried: Course
    room: Room
    stale: np.ndarray
    deck: np.ndarray
    partner: np.ndarray
    normal: np.ndarray
    taken: np.ndarray
    changed: np.ndarray
    old: np.ndarray
    new: np.ndarray
    mark: np.ndarray
    arrival: np.ndarray
    shown: np.ndarray
    patterns: np.ndarray
    order: np.ndarray
    before: np.ndarray
    after: np.ndarray
    spikes: np.ndarray
    inflow: np.ndarray
    above: np.ndarray


class Log(NamedTuple):
    """Record of a stretch of trials.

    Attributes
    ----------
    pattern : ndarray of int16, shape (trial,)
        First pattern of each.
    decision : ndarray of int8, shape (trial,)
    active : ndarray of int32, shape (trial, slot)
        Active astrocytes in score order, then NOBODY.
    explored : ndarray of bool, shape (trial, slot)
    reward : ndarray of float64, shape (trial,)
        Mean reward of the trial's patterns that stands after it.
    """

    pattern: np.ndarray
    decision: np.ndarray
    active: np.ndarray
    explored: np.ndarray
    reward: np.ndarray
