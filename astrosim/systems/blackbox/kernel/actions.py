"""From a policy's outputs to an action: an index, or a number between bounds (float64)."""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import inlined, kernel
from astrosim.systems.blackbox.kernel.moments import gather
from astrosim.systems.blackbox.kernel.policy import respond, tanh

ARGMAX, TANH, CLIP = range(3)
ANSWERS = {"argmax": ARGMAX, "tanh": TANH, "clip": CLIP}
"""Numbers of the answers that are actions, as kernels know them."""


@inlined
def largest(outputs):
    """Return the index of the largest output, the first of equal ones."""
    best = 0
    for k in range(1, outputs.size):
        if outputs[k] > outputs[best]:
            best = k
    return best


@inlined
def to_box(answer, output, low, high):
    """Return an action between bounds: a hyperbolic tangent stretched over them, or the output, clipped.

    Raises ValueError for an unknown answer.
    """
    value = output
    if answer == TANH:
        share = tanh(output)
        value = (0.5 * low + 0.5 * high) + (0.5 * high - 0.5 * low) * share
        if share >= 1.0:
            value = high
        if share <= -1.0:
            value = low
    elif answer != CLIP:
        raise ValueError("task.action: an answer without a formula")
    return min(max(value, low), high)


@kernel
def choose(answer, low, high, outputs, action):
    """Make an action of a policy's outputs. Writes: action (component,), for ARGMAX an index."""
    if answer == ARGMAX:
        action[0] = largest(outputs)
        return
    for k in range(action.size):
        action[k] = to_box(answer, outputs[k], low[k], high[k])


@kernel
def act(policy, answer, low, high, observation, moments, hidden, outputs, action):
    """Compute the action that answers an observation, and gather the observation.

    Reads: observation (input,), low and high (component,). Writes: hidden (unit,), outputs (output,), action
    (component,), for ARGMAX an index; moments, unless they are empty.

    Returns False if a number of the observation is not finite.
    """
    for i in range(observation.size):
        if not abs(observation[i]) < np.inf:
            return False
    if moments.count.size:
        gather(moments, observation)
    respond(policy, observation, hidden, outputs)
    choose(answer, low, high, outputs, action)
    return True
