"""Params and state of trials by keep or revert, and the arrays of a proposal (dimensionless; float32 unless said
otherwise).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """Numbers of the rules; steps are sizes at sigma = 1, each sort of parameter on a scale of its own.

    Attributes
    ----------
    scope : int
        One of `SCOPES`, by the rule of the learner.
    incoming, bias, outgoing, output_bias : float32
        Sizes of steps.
    outward : float
        Probability that a trial changes the outgoing side.
    fraction : float
        Probability of each incoming synapse of the territory to take part.
    grow_factor, shrink_factor : float
        Factors on sigma after a proposal was kept, or reverted.
    accept : int
        One of `ACCEPT`: which proposals of a round may stand.
    race : float
        Part of the batch's blocks after which a proposal that has gained nothing is dropped; 1: never.
    keys : ndarray of uint32, shape (stream, 2)
    """

    scope: int
    incoming: np.float32
    bias: np.float32
    outgoing: np.float32
    output_bias: np.float32
    outward: float
    fraction: float
    grow_factor: float
    shrink_factor: float
    accept: int
    race: float
    keys: np.ndarray


class TrialState(NamedTuple):
    """State that trials change beside the parameters of the network.

    Attributes
    ----------
    sigma : ndarray of float64, shape (astrocyte,)
    tally : ndarray of int64, shape (2, astrocyte)
        Proposals tried and kept.
    counts : ndarray of int64, shape (2,)
        Images put through a changed network; images x synapses recomputed.
    """

    sigma: np.ndarray
    tally: np.ndarray
    counts: np.ndarray


class Proposal(NamedTuple):
    """A change of some units, slot by slot; `slots[0]` of these are in use.

    Attributes
    ----------
    slots : ndarray of int64, shape (1,)
    unit : ndarray of int64, shape (slot,)
    taps : ndarray of int64, shape (slot,)
        How many incoming synapses change; -1: nothing on the unit's incoming side does.
    tap : ndarray of int32, shape (slot, synapse)
        Which of the unit's synapses.
    step : ndarray, shape (slot, synapse)
    bias_step : ndarray, shape (slot,)
    outward : ndarray of bool, shape (slot,)
        Whether the unit's outgoing synapses change.
    out_step : ndarray, shape (slot, class)
    output_bias_step : ndarray, shape (class,)
    """

    slots: np.ndarray
    unit: np.ndarray
    taps: np.ndarray
    tap: np.ndarray
    step: np.ndarray
    bias_step: np.ndarray
    outward: np.ndarray
    out_step: np.ndarray
    output_bias_step: np.ndarray


class Team(NamedTuple):
    """Members of a round, and what each gained.

    Attributes
    ----------
    deck : ndarray of int32, shape (astrocyte,)
        All astrocytes; those that act in the first places.
    partner : ndarray of uint32
        Where places were exchanged to.
    gained : ndarray of float64, shape (proposal,)
        Change of the summed reward by each alone.
    """

    deck: np.ndarray
    partner: np.ndarray
    gained: np.ndarray


def make_team(astrocytes: int, proposals: int) -> Team:
    """Return room for rounds."""
    room = (proposals + 3) // 4 * 4
    return Team(np.arange(astrocytes, dtype=np.int32), np.zeros(room, np.uint32), np.zeros(proposals))


def make_proposal(slots: int, synapses: int, classes: int) -> Proposal:
    """Return an empty proposal with room for a number of units and synapses of each."""
    single = np.float32
    return Proposal(
        slots=np.zeros(1, np.int64),
        unit=np.zeros(slots, np.int64),
        taps=np.full(slots, -1, np.int64),
        tap=np.zeros((slots, synapses), np.int32),
        step=np.zeros((slots, synapses), single),
        bias_step=np.zeros(slots, single),
        outward=np.zeros(slots, np.bool_),
        out_step=np.zeros((slots, classes), single),
        output_bias_step=np.zeros(classes, single),
    )
