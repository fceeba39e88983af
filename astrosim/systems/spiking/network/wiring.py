"""Rules of connection: which nodes are joined, by counter-based draws (numbers of nodes; places in any one unit).

Rules of pairs, and of pools of astrocytes, carry NEST's names. Each entry of a network's connections draws at trials of
its own, so that a further entry moves no other.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from astrosim.core.errors import AstrosimError
from astrosim.core.jit import compiled
from astrosim.core.rng import scaled, word
from astrosim.rules.cursor import within
from astrosim.systems.spiking.network.draws import MOST, bernoulli, uniforms, values_of, wholes

__all__ = ["bernoulli", "bernoulli_with_pool", "neighbours", "pairs_of", "territories", "uniforms", "values_of"]

PAIR, SOURCE, TARGET, AGAIN, JOINED, POOL, CHOICE = range(7)
"""Purposes of draws: each is a trial of its entry."""
PURPOSES = 8
REDRAWS = 1000  # of pairs that are loops: after each at most half of them is left
NEAR = 1.0 + 1e-9  # of a radius: candidates, whose distances are then compared exactly


def pairs_of(
    rule: str, pre: np.ndarray, post: np.ndarray, p: float, number: int, autapses: bool, key: np.ndarray, entry: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the connected pairs of a rule.

    Parameters
    ----------
    rule : {"all_to_all", "one_to_one", "pairwise_bernoulli", "fixed_indegree", "fixed_total_number"}
    pre, post : ndarray of int64, shape (node,)
    p : float
        pairwise_bernoulli: probability of a pair.
    number : int
        fixed_indegree: synapses of each target; fixed_total_number: of all. A pair can be drawn more than once.
    autapses : bool
        Whether a neuron may be joined to itself.
    key : ndarray of uint32, shape (2,)
    entry : int
        Number of the entry.

    Returns
    -------
    tuple of ndarray of int64, shape (synapse,)

    Raises
    ------
    AstrosimError
        If the rule cannot connect such numbers of nodes.
    """
    if rule == "one_to_one":
        if len(pre) != len(post):
            raise AstrosimError(f"rule: one_to_one of {len(pre)} onto {len(post)} nodes. Make both equally large.")
        return _without_loops(pre, post, autapses)
    if rule in ("all_to_all", "pairwise_bernoulli"):
        if not 0.0 <= p <= 1.0:
            raise AstrosimError(f"p: not a probability ({p:g}). Write a number from 0 to 1.")
        chosen = bernoulli(key, entry * PURPOSES + PAIR, len(pre) * len(post), 1.0 if rule == "all_to_all" else p)
        source, target = np.divmod(chosen, max(len(post), 1))
        return _without_loops(pre[source], post[target], autapses)
    if rule not in ("fixed_indegree", "fixed_total_number"):
        raise AstrosimError(f"rule: no such rule of connection ({rule!r}).")
    if number < 0 or len(pre) >= MOST or len(post) >= MOST:
        raise AstrosimError(f"number: {number} of {len(pre)} nodes onto {len(post)}. Write a number of at least 0.")
    if not number or not len(post):
        return pre[:0], post[:0]
    if not len(pre) or (not autapses and len(pre) == 1 and (post == pre[0]).all()):
        raise AstrosimError(f"rule: {rule} finds no neuron to join. Write a larger population, or autapses = true.")
    if rule == "fixed_indegree":
        return _fixed_indegree(pre, post, number, autapses, key, entry)
    return _fixed_total(pre, post, number, autapses, key, entry)


def _without_loops(pre: np.ndarray, post: np.ndarray, autapses: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pairs, without those of a neuron and itself unless they are wanted."""
    if autapses:
        return pre, post
    kept = pre != post
    return (pre, post) if kept.all() else (pre[kept], post[kept])


def _fixed_indegree(
    pre: np.ndarray, post: np.ndarray, number: int, autapses: bool, key: np.ndarray, entry: int
) -> tuple[np.ndarray, np.ndarray]:
    """As many sources of each target; a target that is a source itself is passed over."""
    own = np.full(len(post), len(pre))
    if not autapses:
        order = np.argsort(pre, kind="stable")
        place = np.minimum(np.searchsorted(pre[order], post), len(pre) - 1)
        own = np.where(pre[order[place]] == post, order[place], len(pre))
    if (own < len(pre)).any() and len(pre) == 1:
        raise AstrosimError("rule: fixed_indegree finds no other neuron to join. Write autapses = true.")
    few = (own < len(pre)).astype("i8")
    source = uniforms(key, entry * PURPOSES + SOURCE, len(post) * number).reshape(len(post), number)
    source = np.floor(source * (len(pre) - few)[:, None]).astype("i8")
    source += source >= own[:, None]
    return pre[source.ravel()], np.repeat(post, number)


def _fixed_total(
    pre: np.ndarray, post: np.ndarray, number: int, autapses: bool, key: np.ndarray, entry: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs drawn from all; loops are drawn once more until none is left."""
    trial = entry * PURPOSES
    source = pre[wholes(key, trial + SOURCE, number, len(pre))]
    target = post[wholes(key, trial + TARGET, number, len(post))]
    for turn in range(REDRAWS):
        loops = np.flatnonzero(source == target) if not autapses else np.zeros(0, "i8")
        if not len(loops):
            break
        # trials far beyond those of entries
        source[loops] = pre[wholes(key, (trial + AGAIN) + (2 * turn + 1) * MOST, len(loops), len(pre))]
        target[loops] = post[wholes(key, (trial + AGAIN) + (2 * turn + 2) * MOST, len(loops), len(post))]
    return source, target


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

    Parameters
    ----------
    targets, astrocytes, size : int
    kind : {"random", "block"}
    key : ndarray of uint32, shape (2,)
    trial : int

    Returns
    -------
    ndarray of int64, shape (target, size)

    Raises
    ------
    AstrosimError
        If pools of that size cannot be made, by NEST's rules.
    """
    if size < 1:
        raise AstrosimError(f"pool_size: {size}. Write a whole number of at least 1.")
    if kind == "random":
        if size > astrocytes:
            raise AstrosimError(f"pool_size: {size} of {astrocytes} astrocytes. Write at most {astrocytes}.")
        return np.asarray(random_pools(key, trial, targets, astrocytes, size))
    if kind != "block":
        raise AstrosimError(f"pool_type: no such kind of pool ({kind!r}). Write random or block.")
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
    p : float
    size : int
        Astrocytes of a pool.
    kind : {"random", "block"}
        Drawn for each target, or consecutive.
    key : ndarray of uint32, shape (2,)
    entry : int

    Returns
    -------
    tuple of ndarray of int64, shape (joined synapse,)
        Numbers of synapses, ascending, and of astrocytes.

    Raises
    ------
    AstrosimError
        If such pools cannot be made.
    """
    if not 0.0 <= p <= 1.0:
        raise AstrosimError(f"third_p: not a probability ({p:g}). Write a number from 0 to 1.")
    trial = entry * PURPOSES
    pools = pools_of(len(targets), len(astrocytes), size, kind, key, trial + POOL)
    joined = bernoulli(key, trial + JOINED, len(post), p)
    place = np.zeros(int(targets.max(initial=-1)) + 1, "i8")
    place[targets] = np.arange(len(targets))
    chosen = wholes(key, trial + CHOICE, len(joined), size)
    return joined, astrocytes[pools[place[post[joined]], chosen]]


def holders(x: np.ndarray, y: np.ndarray, astrocytes: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return neurons and the places, among `astrocytes`, of those whose territories hold them.

    Parameters
    ----------
    x, y : ndarray of float64, shape (node,)
    astrocytes : ndarray of int64, shape (astrocyte,)
    radius : float

    Returns
    -------
    tuple of ndarray of int64, shape (pair,)
        Sorted by node, then astrocyte.
    """
    centres, places = np.stack([x, y], axis=1)[astrocytes], np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    found = cKDTree(np.stack([x, y], axis=1)[places]).query_ball_point(centres, radius * NEAR)
    astrocyte = np.repeat(np.arange(len(astrocytes)), [len(own) for own in found])
    node = places[np.concatenate([np.asarray(own, "i8") for own in found])] if len(found) else np.zeros(0, "i8")
    inside = within(x[node] - centres[astrocyte, 0], y[node] - centres[astrocyte, 1], radius)
    node, astrocyte = node[inside], astrocyte[inside]
    order = np.lexsort((astrocyte, node))
    return node[order], astrocyte[order]


def territories(
    pre: np.ndarray, post: np.ndarray, x: np.ndarray, y: np.ndarray, astrocytes: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each synapse and astrocyte whose territory holds it, and its weight into the astrocyte.

    A territory holds the neurons within the radius, and each synapse whose pre or post neuron it holds: Murray 2026,
    section 3.2, as in threshold networks.

    Parameters
    ----------
    pre, post : ndarray of int64, shape (synapse,)
    x, y : ndarray of float64, shape (node,)
        Of all nodes.
    astrocytes : ndarray of int64, shape (astrocyte,)
    radius : float

    Returns
    -------
    tuple of ndarray, shape (pair,)
        Numbers of synapses and of astrocytes (int64), sorted; 1 / number of synapses of the territory (float64).
    """
    node, holder = holders(x, y, astrocytes, radius)
    first = np.searchsorted(node, np.arange(len(x) + 1))
    pairs = np.unique(np.concatenate([_held(end, first, holder, len(astrocytes)) for end in (pre, post)]))
    synapse, astrocyte = np.divmod(pairs, max(len(astrocytes), 1))
    sizes = np.bincount(astrocyte, minlength=len(astrocytes))
    return synapse, astrocytes[astrocyte], 1.0 / sizes[astrocyte]


def _held(end: np.ndarray, first: np.ndarray, holder: np.ndarray, astrocytes: int) -> np.ndarray:
    """Synapses held by an end: numbers synapse * astrocytes + astrocyte."""
    counts = first[end + 1] - first[end]
    synapse = np.repeat(np.arange(len(end)), counts)
    start = np.repeat(first[end] - (np.cumsum(counts) - counts), counts)
    return synapse * astrocytes + holder[start + np.arange(len(synapse))]


def neighbours(rule: str, count: int, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Return coupled pairs of astrocytes, each once, sorted: int64, shape (pair, 2).

    Parameters
    ----------
    rule : {"ring", "radius", "all"}
    count : int
    x, y : ndarray of float64, shape (astrocyte,)
    radius : float
        Centres nearer than this are neighbours.

    Raises
    ------
    AstrosimError
        If there is no such rule.
    """
    if rule == "ring":
        own = np.arange(count)
        pairs = np.stack([own, (own + 1) % count], axis=1) if count > 2 else np.array([[0, 1]])[: count // 2]
    elif rule == "all":
        pairs = np.stack(np.triu_indices(count, 1), axis=1)
    elif rule == "radius":
        pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(radius * NEAR, output_type="ndarray")
        away = np.stack([x, y], axis=1)[pairs[:, 0]] - np.stack([x, y], axis=1)[pairs[:, 1]]
        pairs = pairs[(away * away).sum(axis=1) < radius * radius]
    else:
        raise AstrosimError(f"gap_junctions.neighbours: no such rule ({rule!r}). Write ring, radius or all.")
    return np.unique(np.sort(pairs.astype("i8"), axis=1), axis=0).reshape(-1, 2)
