"""Which nodes are connected, by rules and counter-based draws (numbers of nodes; um).

Rules of pairs and of third factors carry NEST's names. Draws of one connection come from one stream, each at (number of
the connection, number of the draw), so that a further connection moves no other. Draws of pairs go by the number of the
pair; where most pairs are left out, the distances between connected pairs are drawn (geometric), not each pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from astrosim.core.errors import AstrosimError
from astrosim.core.exact_functions import cos_sin_turn, log_double, minus_two_log
from astrosim.core.jit import compiled
from astrosim.core.rng import block_words, scaled, word

HALF_STEP = 0.5  # of a word: keeps the logarithm finite
WORDS = 2.0**32
PAIR, INDEGREE, TOTAL, THIRD, POOL, WEIGHT, DELAY = range(7)
"""Purposes of draws: each is a trial of the stream."""
PURPOSES = 8


@compiled
def uniforms(key, trial, count):
    """Return numbers uniform in (0, 1): float64, shape (count,)."""
    out = np.empty(count)
    for n in range(count):
        out[n] = (np.float64(word(key, trial, n)) + HALF_STEP) / WORDS
    return out


@compiled
def gaussians(key, trial, count):
    """Return standard normal numbers (Box and Muller 1958, float32): float64, shape (count,)."""
    out = np.empty(count)
    for n in range(count):
        first, second, _, _ = block_words(key, trial, n)
        cosine, _ = cos_sin_turn(second)
        out[n] = np.float64(np.sqrt(minus_two_log(first)) * cosine)
    return out


@compiled
def wholes(key, trial, count, limit):
    """Return whole numbers uniform in 0 .. limit - 1: int64, shape (count,)."""
    out = np.empty(count, np.int64)
    for n in range(count):
        out[n] = scaled(word(key, trial, n), limit)
    return out


@compiled
def skips(key, trial, pairs, p, room):
    """Return the numbers of pairs that are connected, each with probability p: int64, shape (connection,); and their
    count, which is more than `room` if the room did not suffice.
    """
    out = np.empty(room, np.int64)
    per_pair, at, count = log_double(1.0 - p), np.int64(-1), np.int64(0)
    while True:
        u = (np.float64(word(key, trial, count)) + HALF_STEP) / WORDS
        distance = np.floor(log_double(u) / per_pair)
        if distance >= pairs - at:
            return out, count
        at += np.int64(distance) + 1
        if at >= pairs:
            return out, count
        if count < room:
            out[count] = at
        count += 1


def bernoulli(key: np.ndarray, trial: int, pairs: int, p: float) -> np.ndarray:
    """Return the numbers of pairs that are connected, ascending: int64, shape (connection,)."""
    if p <= 0.0 or not pairs:
        return np.zeros(0, "i8")
    if p >= 1.0:
        return np.arange(pairs, dtype="i8")
    room = int(pairs * p + 8.0 * np.sqrt(pairs * p)) + 64
    found, count = skips(key, trial, pairs, p, room)
    if count > room:  # beyond 8 standard deviations
        found, count = skips(key, trial, pairs, p, int(count))
    return np.asarray(found[:count])


def pairs_of(
    rule: str, pre: np.ndarray, post: np.ndarray, p: float, number: int, autapses: bool, key: np.ndarray, entry: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the connected pairs of a rule.

    Parameters
    ----------
    rule : str
    pre, post : ndarray of int64, shape (node,)
    p : float
        pairwise_bernoulli: probability of a pair.
    number : int
        fixed_indegree: synapses of each target; fixed_total_number: of all.
    autapses : bool
    key : ndarray of uint32, shape (2,)
    entry : int
        Number of the connection: its draws are its own.

    Returns
    -------
    tuple of ndarray of int64, shape (synapse,)

    Raises
    ------
    AstrosimError
        If the rule cannot connect such numbers of nodes.
    """
    trial = entry * PURPOSES
    if rule == "one_to_one":
        if len(pre) != len(post):
            raise AstrosimError(f"rule: one_to_one of {len(pre)} onto {len(post)} nodes. Make both equally large.")
        return pre, post
    if rule in ("all_to_all", "pairwise_bernoulli"):
        chosen = bernoulli(key, trial + PAIR, len(pre) * len(post), 1.0 if rule == "all_to_all" else p)
        return _without_loops(pre[chosen // len(post)], post[chosen % len(post)], autapses)
    if not len(pre) or not len(post):
        return pre[:0], post[:0]
    if rule == "fixed_indegree":
        targets = np.repeat(post, number)
        sources = wholes(key, trial + INDEGREE, len(targets), len(pre))
    elif rule == "fixed_total_number":
        targets = post[wholes(key, trial + TOTAL, number, len(post))]
        sources = wholes(key, trial + INDEGREE, number, len(pre))
    else:
        raise AstrosimError(f"rule: no such rule of connection ({rule!r}).")
    if not autapses:
        # a loop goes to the next neuron in turn, so that numbers stay as they were asked for
        loops = pre[sources] == targets
        if loops.any() and len(pre) == 1:
            raise AstrosimError(f"rule: {rule} of one neuron onto itself alone. Write autapses = true.")
        sources = np.where(loops, (sources + 1) % len(pre), sources)
    return pre[sources], targets


def _without_loops(pre: np.ndarray, post: np.ndarray, autapses: bool) -> tuple[np.ndarray, np.ndarray]:
    if autapses:
        return pre, post
    kept = pre != post
    return pre[kept], post[kept]


def values_of(spec: Any, count: int, key: np.ndarray, trial: int) -> np.ndarray:
    """Return a number per node or synapse: float64, shape (count,).

    Parameters
    ----------
    spec : float, sequence of float, or mapping
        The same for all; one each; ``{"uniform": (low, high)}`` or ``{"normal": (mean, standard deviation)}``.

    Raises
    ------
    AstrosimError
        If it is none of these; led by what is wrong.
    """
    if isinstance(spec, Mapping):
        name, numbers = _distribution(spec)
        if name == "uniform":
            return numbers[0] + (numbers[1] - numbers[0]) * uniforms(key, trial, count)
        return numbers[0] + numbers[1] * gaussians(key, trial, count)
    if isinstance(spec, Sequence) and not isinstance(spec, str):
        values = np.array(spec, float)
        if values.shape != (count,):
            raise AstrosimError(f"{values.size} numbers where {count} are needed. Write one for each, or one for all.")
        return values
    if isinstance(spec, bool) or not isinstance(spec, int | float):
        raise AstrosimError(f"not a number ({spec!r}). Write a number, a list, or {{uniform = [low, high]}}.")
    return np.full(count, float(spec))


def _distribution(spec: Mapping[str, Any]) -> tuple[str, tuple[float, float]]:
    right = "Write {uniform = [low, high]} or {normal = [mean, standard deviation]}."
    if len(spec) != 1 or next(iter(spec)) not in ("uniform", "normal"):
        raise AstrosimError(f"no such distribution ({', '.join(map(str, spec))}). {right}")
    name, numbers = next(iter(spec.items()))
    if not isinstance(numbers, Sequence) or len(numbers) != 2 or not all(isinstance(n, int | float) for n in numbers):
        raise AstrosimError(f"{name}: not two numbers ({numbers!r}). {right}")
    low, high = float(numbers[0]), float(numbers[1])
    if not np.isfinite([low, high]).all() or (name == "uniform" and high < low) or (name == "normal" and high < 0.0):
        raise AstrosimError(f"{name}: not a valid range ({low:g}, {high:g}). {right}")
    return name, (low, high)


@compiled
def random_pools(key, trial, targets, astrocytes, size):
    """Return the pool of each target, drawn without replacement: int64, shape (target, size)."""
    pools, order = np.empty((targets, size), np.int64), np.arange(astrocytes)
    for t in range(targets):
        for k in range(size):
            other = k + scaled(word(key, trial, t * size + k), astrocytes - k)
            order[k], order[other] = order[other], order[k]
            pools[t, k] = order[k]
    return pools


def pools_of(targets: int, astrocytes: int, size: int, kind: str, key: np.ndarray, trial: int) -> np.ndarray:
    """Return the astrocytes, by place in their population, that may join the synapses of each target.

    Returns
    -------
    ndarray of int64, shape (target, size)

    Raises
    ------
    AstrosimError
        If pools of that size cannot be made; the rules are those of NEST.
    """
    if kind == "random":
        if size > astrocytes:
            raise AstrosimError(f"pool_size: {size} of {astrocytes} astrocytes. Write at most {astrocytes}.")
        return np.asarray(random_pools(key, trial, targets, astrocytes, size))
    if size * targets == astrocytes:
        return np.arange(astrocytes).reshape(targets, size)
    if size == 1 and astrocytes and targets % astrocytes == 0:
        return (np.arange(targets) // (targets // astrocytes))[:, None]
    raise AstrosimError(
        f"pool_size: blocks of {size} for {targets} targets do not use up {astrocytes} astrocytes. Write as many "
        "astrocytes as targets times pool_size; or pool_size = 1 and a number that divides the targets."
    )


def bernoulli_with_pool(
    post: np.ndarray,
    targets: np.ndarray,
    astrocytes: np.ndarray,
    p: float,
    size: int,
    kind: str,
    key: np.ndarray,
    entry: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return which synapses get an astrocyte, and which: each with probability p one of its target's pool.

    Parameters
    ----------
    post : ndarray of int64, shape (synapse,)
    targets, astrocytes : ndarray of int64, shape (node,)
        All nodes of both populations.

    Returns
    -------
    tuple of ndarray of int64, shape (joined synapse,)
        Numbers of synapses, and of astrocytes.
    """
    trial = entry * PURPOSES
    joined = bernoulli(key, trial + THIRD, len(post), p)
    pools = pools_of(len(targets), len(astrocytes), size, kind, key, trial + POOL)
    place = np.full(int(targets.max(initial=0)) + 1, -1)
    place[targets] = np.arange(len(targets))
    chosen = wholes(key, trial + THIRD + PURPOSES // 2, len(joined), size)
    return joined, astrocytes[pools[place[post[joined]], chosen]]


def territories(
    pre: np.ndarray, post: np.ndarray, x: np.ndarray, y: np.ndarray, astrocytes: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each synapse and astrocyte in whose territory it lies, and its weight into the astrocyte.

    Parameters
    ----------
    pre, post : ndarray of int64, shape (synapse,)
    x, y : ndarray of float, shape (node,)
        Of all nodes; a synapse lies half-way between its neurons.
    astrocytes : ndarray of int64, shape (astrocyte,)
    radius : float

    Returns
    -------
    tuple of ndarray, shape (pair,)
        Numbers of synapses and of astrocytes (int64); 1 / number of synapses of the territory (float64).
    """
    middle = np.stack([0.5 * (x[pre] + x[post]), 0.5 * (y[pre] + y[post])], axis=1)
    centres = np.stack([x[astrocytes], y[astrocytes]], axis=1)
    inside = cKDTree(middle).query_ball_point(centres, radius, return_sorted=True)
    sizes = np.array([len(own) for own in inside], "i8")
    synapses = np.concatenate([np.asarray(own, "i8") for own in inside]) if len(inside) else np.zeros(0, "i8")
    return synapses, np.repeat(astrocytes, sizes), 1.0 / np.repeat(sizes, sizes)


def neighbours(rule: str, count: int, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Return coupled pairs of astrocytes, each once: int64, shape (pair, 2).

    Parameters
    ----------
    rule : {"ring", "radius", "all"}
    count : int
    x, y : ndarray of float, shape (astrocyte,)
    radius : float
    """
    if rule == "ring":
        own = np.arange(count)
        pairs = np.stack([own, (own + 1) % count], axis=1) if count > 2 else np.array([[0, 1]])[: count // 2]
    elif rule == "all":
        pairs = np.stack(np.triu_indices(count, 1), axis=1)
    else:
        pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(radius, output_type="ndarray")
    return np.unique(np.sort(pairs.astype("i8"), axis=1), axis=0).reshape(-1, 2)
