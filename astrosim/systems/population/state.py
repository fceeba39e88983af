"""Numbers, state and workspace of astrocytes. The phases take any tuple that has these fields, among others.

Scores and thresholds are dimensionless; rates are probabilities per trial.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.rules.choices import EXPLORATION, chosen
from astrosim.systems.population.sections import Adaptation, Rates

WORDS = 4  # exploration draws per block: Philox4x32 yields four words


class Params(NamedTuple):
    """Numbers of the rules."""

    max_active: int  # astrocytes
    window: int  # remembered outcomes
    exploration: int  # of `choices.EXPLORATION`
    flat_rate: float
    initial_rate: float
    maturity: float  # activations
    interval: int  # trials
    adaptation_step: float
    upper_success: float
    lower_success: float
    floor: float
    ceiling: float


class State(NamedTuple):
    """Learned state of the astrocytes."""

    score: np.ndarray  # float64 (astrocyte,)
    threshold: np.ndarray  # float64 (astrocyte,)
    outcome: np.ndarray  # uint8 (astrocyte, window): ring of outcomes
    outcomes: np.ndarray  # int64 (astrocyte,): outcomes so far
    recent: np.ndarray  # int64 (astrocyte,): successes within the window
    activations: np.ndarray  # int64 (astrocyte,)
    successes: np.ndarray  # int64 (astrocyte,)
    explorations: np.ndarray  # int64 (astrocyte,)


class Workspace(NamedTuple):
    """Arrays that a trial works in; hold nothing that a later trial depends on."""

    touched: np.ndarray  # int32 (astrocyte,): astrocytes that are looked at, first those with a score above 0
    active: np.ndarray  # int32 (slot,): the active astrocytes in score order
    explored: np.ndarray  # bool (slot,): which of them explore
    word: np.ndarray  # uint32 (astrocytes rounded up to blocks,): exploration draws
    word_trial: np.ndarray  # int64 (blocks of astrocytes,): the trial they belong to


def make_params(max_active: int, window: int, exploration: str, rates: Rates, adaptation: Adaptation) -> Params:
    """Return the numbers of a scenario's sections as the phases take them."""
    return Params(
        max_active=max_active,
        window=window,
        exploration=chosen("exploration.rule", EXPLORATION, exploration).number,
        flat_rate=rates.flat_rate,
        initial_rate=rates.initial_rate,
        maturity=rates.maturity,
        interval=adaptation.interval,
        adaptation_step=adaptation.step,
        upper_success=adaptation.upper_success,
        lower_success=adaptation.lower_success,
        floor=adaptation.floor,
        ceiling=adaptation.ceiling,
    )


def make_state(astrocytes: int, threshold: float, window: int) -> State:
    """Return astrocytes before the first trial: all at one threshold, with nothing to remember."""
    return State(
        score=np.zeros(astrocytes),
        threshold=np.full(astrocytes, threshold),
        outcome=np.zeros((astrocytes, window), np.uint8),
        outcomes=np.zeros(astrocytes, np.int64),
        recent=np.zeros(astrocytes, np.int64),
        activations=np.zeros(astrocytes, np.int64),
        successes=np.zeros(astrocytes, np.int64),
        explorations=np.zeros(astrocytes, np.int64),
    )


def make_workspace(astrocytes: int, max_active: int) -> Workspace:
    """Allocate the workspace of a trial."""
    blocks = -(-astrocytes // WORDS)
    return Workspace(
        touched=np.zeros(astrocytes, np.int32),
        active=np.zeros(max_active, np.int32),
        explored=np.zeros(max_active, np.bool_),
        word=np.zeros(blocks * WORDS, np.uint32),
        word_trial=np.full(blocks, -1, np.int64),
    )
