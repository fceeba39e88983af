"""A network of one hidden layer as a policy, and its answer to an observation (dimensionless, float64)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.exact_functions import exp
from astrosim.core.jit import inlined, kernel

TANH, RELU = range(2)


class Policy(NamedTuple):
    """Weights of a policy, float64 unless said otherwise.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Inputs that each hidden unit hears.
    incoming : ndarray, shape (unit, synapse)
    bias : ndarray, shape (unit,)
    outgoing : ndarray, shape (unit, output)
    output_bias : ndarray, shape (output,)
    direct : ndarray, shape (input, output)
        Or (0, output), without a direct path.
    kind : int
        TANH or RELU.
    """

    taps: np.ndarray
    incoming: np.ndarray
    bias: np.ndarray
    outgoing: np.ndarray
    output_bias: np.ndarray
    direct: np.ndarray
    kind: int


@inlined
def tanh(x):
    """Return hyperbolic tangent, float64, without libm."""
    return 1.0 - 2.0 / (exp(2.0 * x) + 1.0)


@kernel
def respond(policy, observation, hidden, outputs):
    """Compute the answer to an observation. Writes: hidden (unit,), outputs (output,)."""
    for k in range(outputs.size):
        outputs[k] = policy.output_bias[k]
    for u in range(hidden.size):
        total = policy.bias[u]
        for s in range(policy.taps.shape[1]):
            total += policy.incoming[u, s] * observation[policy.taps[u, s]]
        hidden[u] = tanh(total) if policy.kind == TANH else max(total, 0.0)
        for k in range(outputs.size):
            outputs[k] += hidden[u] * policy.outgoing[u, k]
    for i in range(policy.direct.shape[0]):
        for k in range(outputs.size):
            outputs[k] += observation[i] * policy.direct[i, k]
