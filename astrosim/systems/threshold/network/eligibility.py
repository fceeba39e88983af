"""Synapses that a trial may change, as lists of numbers (int32): agents perturb them, and the live view shows them.

Murray 2026, sections 4.3 and 7.1. The kernel gathers the same sets as blocks and masks (`kernel.eligibility`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from astrosim.core.rng import SCOPE, below
from astrosim.rules import cursor, scope
from astrosim.systems.threshold.network.params import Params
from astrosim.systems.threshold.network.state import CURSOR, NOBODY, KernelNetwork

NONE = np.empty(0, np.int32)


def eligible(
    system: KernelNetwork, params: Params, trial: int, territories: Sequence[np.ndarray], place: np.ndarray
) -> np.ndarray:
    """Return the synapses that a trial may change.

    Parameters
    ----------
    system : KernelNetwork
    params : Params
        As they were in the trial.
    trial : int
    territories : sequence of ndarray of int32
        Synapses of each active astrocyte.
    place : ndarray of float64, shape (2,), units
        Place of the cursor in the trial.

    Returns
    -------
    ndarray of int32, shape (eligible synapse,)
        Each once.
    """
    if params.learner == CURSOR:
        return near_cursor(system, params.cursor.radius, place)
    if params.learner == NOBODY or not territories:
        return NONE
    union = np.unique(np.concatenate(territories))
    return union if params.perturbation.scope == scope.TERRITORY else anywhere(system, params, trial, union.size)


def anywhere(system: KernelNetwork, params: Params, trial: int, size: int) -> np.ndarray:
    """Return synapses regardless of place: `size` drawn ones (scope `random`), one (`single`) or all (`global`).

    An array of int32, shape (eligible synapse,). Draws: stream `scope`.

    Raises
    ------
    ValueError
        If the scope is not by chance.
    """
    key, total = params.keys[SCOPE], system.post.size
    synapses = np.arange(total, dtype=np.int32)
    if params.perturbation.scope == scope.SINGLE:
        return synapses[[below(key, trial, 0, total)]] if total else synapses
    if params.perturbation.scope == scope.RANDOM:
        scope.sample(key, trial, size, synapses, np.empty(total + 3, np.uint32))
        return synapses[:size]
    if params.perturbation.scope == scope.GLOBAL:
        return synapses
    raise ValueError("perturbation.scope: a rule without synapses")


def near_cursor(system: KernelNetwork, radius: float, place: np.ndarray) -> np.ndarray:
    """Return the synapses with a neuron within the radius of a place, ascending: int32, shape (eligible synapse,).

    Radius and place (float64, shape (2,)) are in units.
    """
    dx, dy = (system.position - place).T
    near = cursor.within(dx, dy, radius)
    return np.flatnonzero(near[system.pre] | near[system.post]).astype(np.int32)
