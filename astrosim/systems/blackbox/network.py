"""Networks of a replicate: wiring, first weights, and weights as one vector (dimensionless, float64)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.rules.scope import sample
from astrosim.systems.blackbox.kernel.policy import RELU, TANH, Policy
from astrosim.systems.blackbox.kernel.trials import NORMAL_ROOM, Wiring
from astrosim.systems.proposals.proposing import gaussians

KINDS = {"tanh": TANH, "relu": RELU}
WEIGHTS = ("incoming", "bias", "outgoing", "output_bias", "direct")
"""Arrays of a policy that are learned, in the order of the vector of weights."""
FEW_INPUTS = 32  # all are heard by each unit, unless the scenario says otherwise; own_tasks prototype


def heard(features: int, inputs: int) -> int:
    """Return the number of inputs that a hidden unit hears; `features` is the scenario's, 0 for its own choice."""
    if features:
        return min(features, inputs)
    return inputs if inputs <= FEW_INPUTS else math.ceil(2 * math.sqrt(inputs))


def outgoing_scale(output: float, units: int) -> float:
    """Return the scale of outgoing and direct weights; without hidden units that of one."""
    return float(output / np.sqrt(np.float64(max(units, 1))))


def chosen_inputs(units: int, features: int, inputs: int, seed: int) -> np.ndarray:
    """Return inputs that each unit hears: int32, shape (unit, synapse), in order.

    Draws: stream `field_position`, trial = unit, where not all are heard.
    """
    count = heard(features, inputs)
    if count == inputs:
        return np.tile(np.arange(inputs, dtype=np.int32), (units, 1))
    key, taps = stream_key(seed, "field_position"), np.empty((units, count), np.int32)
    for unit in range(units):
        deck, partner = np.arange(inputs, dtype=np.int32), np.zeros((count + 3) // 4 * 4, np.uint32)
        sample(key, unit, count, deck, partner)
        taps[unit] = np.sort(deck[:count])
    return taps


def parted(size: int, per_territory: int, seed: int) -> list[list[int]]:
    """Return a random partition of the numbers below `size` into territories. Draws: stream `field_position`."""
    deck, partner = np.arange(size, dtype=np.int32), np.zeros((size + 3) // 4 * 4, np.uint32)
    sample(stream_key(seed, "field_position"), 0, size, deck, partner)
    return [sorted(deck[first : first + per_territory].tolist()) for first in range(0, size, per_territory)]


def wiring_of(taps: np.ndarray, per_territory: int) -> Wiring:
    """Return the wiring of units that hear `taps`, shape (unit, synapse); neighbours share a territory."""
    return Wiring(taps, np.arange(len(taps), dtype=np.int64).reshape(-1, per_territory))


def empty_policy(wiring: Wiring, inputs: int, outputs: int, kind: int, direct: bool) -> Policy:
    """Return a policy with all weights 0."""
    units, synapses = wiring.taps.shape
    return Policy(
        taps=wiring.taps,
        incoming=np.zeros((units, synapses)),
        bias=np.zeros(units),
        outgoing=np.zeros((units, outputs)),
        output_bias=np.zeros(outputs),
        direct=np.zeros((inputs if direct else 0, outputs)),
        kind=kind,
    )


def draw_weights(
    policy: Policy, seed: int, number: int, scales: Sequence[float], centre: np.ndarray, spread: np.ndarray
) -> None:
    """Draw the weights of a random network, in place.

    Parameters
    ----------
    policy : Policy
    seed, number : int
        Draws: stream `blackbox_birth`, trial = number, in the order of the vector of weights.
    scales : sequence of float
        Standard deviations of incoming weights (in spreads of their inputs), biases, outgoing and direct weights.
    centre, spread : ndarray, shape (input,)
        Of the observations: units turn about the centre.
    """
    incoming, bias, outgoing, direct = scales
    sizes = [policy.incoming.size, policy.bias.size, policy.outgoing.size, policy.direct.size]
    drawn = np.zeros(sum(sizes) + NORMAL_ROOM, np.float32)
    gaussians(stream_key(seed, "blackbox_birth"), number, sum(sizes), drawn)
    parts = np.split(drawn[: sum(sizes)].astype(np.float64), np.cumsum(sizes)[:-1])
    policy.incoming[:] = incoming * parts[0].reshape(policy.incoming.shape) / spread[policy.taps]
    policy.bias[:] = bias * parts[1]
    policy.outgoing[:] = outgoing * parts[2].reshape(policy.outgoing.shape)
    policy.output_bias[:] = 0.0
    for unit in range(policy.bias.size):
        for weight, source in zip(policy.incoming[unit], policy.taps[unit], strict=True):
            policy.bias[unit] -= weight * centre[source]
    if policy.direct.size:
        policy.direct[:] = direct * parts[3].reshape(policy.direct.shape) / spread[:, None]
        for source in range(len(policy.direct)):
            policy.output_bias[:] -= policy.direct[source] * centre[source]


def weights_of(policy: Policy) -> list[np.ndarray]:
    """Return the arrays that are learned, float64, in the order of `WEIGHTS`, each of its own shape."""
    return [getattr(policy, name) for name in WEIGHTS]


def flat(policy: Policy) -> np.ndarray:
    """Return a copy of the weights as one vector: float64, shape (parameter,)."""
    return np.concatenate([array.reshape(-1) for array in weights_of(policy)])


def fill(policy: Policy, vector: np.ndarray) -> None:
    """Write a vector of weights, float64, shape (parameter,), into a policy."""
    first = 0
    for array in weights_of(policy):
        array[...] = vector[first : first + array.size].reshape(array.shape)
        first += array.size


def step_scales(policy: Policy, scales: Sequence[float], spread: np.ndarray) -> np.ndarray:
    """Return the size of a step of each weight at sigma = 1: float64, shape (parameter,), for rivals."""
    incoming, bias, outgoing, output_bias = scales
    parts = [
        incoming / spread[policy.taps].reshape(-1),
        np.full(policy.bias.size, bias),
        np.full(policy.outgoing.size, outgoing),
        np.full(policy.output_bias.size, output_bias),
        np.repeat(outgoing / spread[: len(policy.direct)], policy.output_bias.size),
    ]
    return np.concatenate(parts)
