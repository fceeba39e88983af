"""What changes while the published system learns. Spec of the program, sections 3 to 5."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import inlined
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.network import Network

NOTHING = -1  # `last_pattern` before the first trial


class State(NamedTuple):
    """All that a checkpoint holds.

    The "fired last" memory is the pass that stood in the last trial, and no weight changes after it: so it is what the
    pattern `last_pattern` gives under the present weights, and its number is all that needs to be kept. In the same
    way an astrocyte's window is its last outcomes, as many as it had activations, up to 20.

    Attributes
    ----------
    generator : ndarray of float64, shape (1,)
        The generator's state, never reduced.
    trial : ndarray of int64, shape (1,)
        Trials done.
    last_pattern : ndarray of int64, shape (1,)
        Pattern of the last trial; it stands for the "fired last" memory.
    weight : ndarray of float64, shape (synapse,)
    threshold : ndarray of float64, shape (astrocyte,)
    window : ndarray of uint32, shape (astrocyte,)
        Last outcomes, newest in bit 0, 1 = kept.
    activations, successes, explorations : ndarray of int64, shape (astrocyte,)
    activations_by_pattern : ndarray of int64, shape (astrocyte, pattern)
    cursor : ndarray of float64, shape (3,)
        Units.
    """

    generator: np.ndarray
    trial: np.ndarray
    last_pattern: np.ndarray
    weight: np.ndarray
    threshold: np.ndarray
    window: np.ndarray
    activations: np.ndarray
    successes: np.ndarray
    explorations: np.ndarray
    activations_by_pattern: np.ndarray
    cursor: np.ndarray


class Tally(NamedTuple):
    """Sums over the trials of one call, and the scores of its last trial; the loops write here and never read it.

    Attributes
    ----------
    binary, soft, eligible : ndarray of float64, shape (1,)
        Rewards of the standing passes, and numbers of eligible synapses.
    score : ndarray of float64, shape (astrocyte,)
    """

    binary: np.ndarray
    soft: np.ndarray
    eligible: np.ndarray
    score: np.ndarray


def start(network: Network) -> State:
    """Return the state before the first trial."""
    return State(
        generator=np.array([network.generator]),
        trial=np.zeros(1, dtype=np.int64),
        last_pattern=np.array([NOTHING]),
        weight=network.weight.copy(),
        threshold=np.full(c.ASTROCYTES, c.START_THRESHOLD),
        window=np.zeros(c.ASTROCYTES, dtype=np.uint32),
        activations=np.zeros(c.ASTROCYTES, dtype=np.int64),
        successes=np.zeros(c.ASTROCYTES, dtype=np.int64),
        explorations=np.zeros(c.ASTROCYTES, dtype=np.int64),
        activations_by_pattern=np.zeros((c.ASTROCYTES, c.PATTERNS), dtype=np.int64),
        cursor=(network.position.min(axis=0) + network.position.max(axis=0)) / 2,
    )


def new_tally() -> Tally:
    """Return an array of zeros."""
    return Tally(np.zeros(1), np.zeros(1), np.zeros(1), np.full(c.ASTROCYTES, np.nan))


@inlined
def trace(traced, t, before, after, eligible):
    """Write rewards and eligible synapses of a trial, where they are asked for. Writes traced, a `Trace`."""
    if traced.before.size:
        traced.before[t] = before
        traced.after[t] = after
        traced.eligible[t] = eligible


@inlined
def trace_firing(traced, t, memory, label):
    """Write who fired in the standing pass, as the program remembers it, where it is asked for. Writes traced."""
    if traced.fired.shape[0]:
        for k in range(c.NEURONS):
            traced.fired[t, k] = memory[label[k]]


@inlined
def note(tally, binary, soft, eligible):
    """Add a trial to the tally."""
    tally.binary[0] += binary
    tally.soft[0] += soft
    tally.eligible[0] += eligible
