"""Degree-preserving swaps of synapses: a random network in which every neuron keeps its numbers of synapses.

Two synapses a -> b and c -> d become a -> d and c -> b, unless that makes a self-connection or a repeated pair; weights
stay with the presynaptic neuron. Maslov and Sneppen 2002, Science 296: 910-913.

Draws: stream `synapse`, trial = 1, index = 2 swap + end.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import uniforms


def rewired(
    pre: np.ndarray, post: np.ndarray, weight: np.ndarray, share: float, key: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the synapses after random swaps of their ends, ordered by pre, then by post.

    Parameters
    ----------
    pre, post : ndarray of int32, shape (synapse,)
        Each pair once.
    weight : ndarray of float64, shape (synapse,)
    share : float
        Attempted swaps per synapse, 1.
    key : ndarray of uint32, shape (2,)
        Of the stream.

    Returns
    -------
    tuple of ndarray
        pre, post and weight, of the shapes and types that were given.
    """
    drawn = np.empty(2 * round(share * pre.size))
    uniforms(key, 1, np.arange(drawn.size, dtype=np.int64), drawn)
    chosen = np.minimum((drawn * pre.size).astype(np.int64), pre.size - 1).reshape(-1, 2)
    sources, targets = pre.tolist(), post.tolist()
    present = set(zip(sources, targets, strict=True))
    for one, other in chosen.tolist():
        _swap(one, other, sources, targets, present)
    ends = np.array(targets, np.int32)
    order = np.lexsort((ends, pre))
    return pre[order], ends[order], weight[order]


def _swap(one: int, other: int, sources: list[int], targets: list[int], present: set[tuple[int, int]]) -> None:
    """Exchange the targets of two synapses where that gives two new pairs."""
    a, b, c, d = sources[one], targets[one], sources[other], targets[other]
    if a == d or c == b or (a, d) in present or (c, b) in present:
        return
    present -= {(a, b), (c, d)}
    present |= {(a, d), (c, b)}
    targets[one], targets[other] = d, b
