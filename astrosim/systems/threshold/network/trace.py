"""Rows that a stretch of trials leaves on request: rewards before and after, eligible synapses, and who fired.

What is not asked for has no rows, which a loop looks up once per trial.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import phase


class Trace(NamedTuple):
    """Rows of a stretch of trials."""

    before: np.ndarray  # float64 (trial,): reward of the current weights
    after: np.ndarray  # float64 (trial,): reward under the perturbation; nan if none was evaluated to the end
    eligible: np.ndarray  # int32 (trial,): synapses of the trial's scope
    fired: np.ndarray  # uint8 (trial, neuron): 1 if it fired in the standing pass


def make_trace(rewards: int, firing: int, neurons: int) -> Trace:
    """Allocate rows for a number of trials with rewards, and with firing."""
    return Trace(
        np.full(rewards, np.nan),
        np.full(rewards, np.nan),
        np.full(rewards, -1, np.int32),
        np.zeros((firing, neurons), np.uint8),
    )


NOTHING = make_trace(0, 0, 0)
"""Trace of an engine that is asked for nothing."""


@phase
def trace_rewards(traced, row, before, after, eligible):
    """Write a trial's rewards and eligible synapses; a reward after of -inf is that of a race lost. Writes: traced."""
    traced.before[row] = before
    traced.after[row] = np.nan if after == -np.inf else after
    traced.eligible[row] = eligible


@phase
def trace_list(traced, row, fired, count):
    """Write the neurons that fired, the first `count` of a list (int32). Writes: traced.fired, whose rows are 0."""
    for k in range(count):
        traced.fired[row, fired[k]] = 1


@phase
def trace_firing(traced, row, output):
    """Write the neurons that fired (uint8, shape (neuron,)). Writes: traced.fired."""
    if traced.fired.shape[0]:
        for n in range(output.size):
            traced.fired[row, n] = output[n]
