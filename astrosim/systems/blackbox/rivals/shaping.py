"""Rewards replaced by what their order says: no monotone change of the reward changes it, and ties count alike."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata


def centred_ranks(rewards: np.ndarray) -> np.ndarray:
    """Return ranks from -1/2, the lowest, to 1/2 (Salimans et al. 2017): float64, shape (proposal,).

    Tied rewards have the mean of their ranks, so that a flat reward moves nothing.

    Parameters
    ----------
    rewards : ndarray of float64, shape (proposal,)
    """
    return (rankdata(rewards) - 1.0) / (rewards.size - 1) - 0.5


def utilities(rewards: np.ndarray) -> np.ndarray:
    """Return utilities of which the better half has all (Wierstra et al. 2014): float64, shape (proposal,).

    Those of rank k, 1 for the best, of n: max(0, log(n / 2 + 1) - log k), scaled to sum to 1, less 1 / n. Tied rewards
    have the mean of their utilities.

    Parameters
    ----------
    rewards : ndarray of float64, shape (proposal,)
    """
    n = rewards.size
    raw = np.maximum(0.0, np.log(n / 2 + 1) - np.log(np.arange(1, n + 1)))
    ranked = raw / raw.sum() - 1.0 / n
    first = rankdata(-rewards, method="min").astype(np.int64) - 1
    last = rankdata(-rewards, method="max").astype(np.int64)
    sums = np.concatenate(([0.0], np.cumsum(ranked)))
    return (sums[last] - sums[first]) / (last - first)
