"""Random policies on which environments are tried before a run; they depend on nothing but their number."""

from __future__ import annotations

import numpy as np

from astrosim.systems.blackbox.kernel.policy import TANH, Policy
from astrosim.systems.blackbox.protocol import TaskCard

UNITS = 8  # assumed: enough that actions vary within an episode


def trial_policy(card: TaskCard, number: int) -> Policy:
    """Return a random policy of the shape that a task needs: Gaussian weights, hidden units that hear all inputs."""
    draw = np.random.default_rng(number)
    return Policy(
        taps=np.tile(np.arange(card.inputs, dtype=np.int32), (UNITS, 1)),
        incoming=draw.normal(size=(UNITS, card.inputs)),
        bias=draw.normal(size=UNITS),
        outgoing=draw.normal(size=(UNITS, card.outputs)),
        output_bias=draw.normal(size=card.outputs),
        direct=np.zeros((0, card.outputs)),
        kind=TANH,
    )
