"""Simplex projection: estimates from nearest neighbours in a delay space (lags in samples). Sugihara & May 1990."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree


def embed(series: np.ndarray, dimension: int, lag: int = 1) -> np.ndarray:
    """Delay vectors (x_t, x_(t - lag), ...) for t from (dimension - 1) lag on.

    Parameters
    ----------
    series : ndarray of float, shape (time,)
    dimension : int
        E >= 1.
    lag : int
        tau >= 1, samples.

    Returns
    -------
    ndarray of float64, shape (time - (dimension - 1) lag, dimension)
        No rows if the series is too short.
    """
    span = (dimension - 1) * lag
    if len(series) <= span:
        return np.empty((0, dimension))
    return np.stack([series[span - d * lag : len(series) - d * lag] for d in range(dimension)], axis=1)


def simplex_weights(distance: np.ndarray) -> np.ndarray:
    """Return weights exp(-d_i / d_1) of neighbours, normalised; of those at distance 0 alone if there are any.

    Parameters
    ----------
    distance : ndarray of float, shape (point, neighbour)
        Ascending along neighbours.

    Returns
    -------
    ndarray of float64, shape (point, neighbour)
    """
    nearest = distance[:, :1]
    ratio = np.divide(distance, nearest, out=np.where(distance > 0, np.inf, 0.0), where=nearest > 0)
    weights = np.exp(-ratio)
    return weights / weights.sum(axis=1, keepdims=True)


def projection(points: np.ndarray, library: np.ndarray, theiler: int = 0) -> csr_array:
    """Return the matrix that reads any target off its values at each point's neighbours: E + 1 library points.

    Parameters
    ----------
    points : ndarray of float, shape (point, dimension)
        In order of time.
    library : ndarray of int, shape (length,)
        Points that may be neighbours, at least E + 2 + 2 theiler.
    theiler : int
        Points within this many samples of each other are no neighbours; 0: only the point itself.

    Returns
    -------
    sparse array of float64, shape (point, point)
        Rows sum to 1.
    """
    near = points.shape[1] + 1
    distance, place = cKDTree(points[library]).query(points, k=min(near + 2 * theiler + 1, len(library)))
    neighbours = library[place]
    banned = np.abs(neighbours - np.arange(len(points))[:, None]) <= theiler
    order = np.argsort(banned, axis=1, kind="stable")[:, :near]
    weights = simplex_weights(np.take_along_axis(distance, order, axis=1))
    columns = np.take_along_axis(neighbours, order, axis=1)
    starts = np.arange(len(points) + 1) * near
    return csr_array((weights.ravel(), columns.ravel(), starts), shape=(len(points), len(points)))


def correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Pearson correlation of each column: float64, shape (series,); nan where one does not vary.

    Parameters
    ----------
    first, second : ndarray of float, shape (time, series)
    """
    a, b = first - first.mean(axis=0), second - second.mean(axis=0)
    norm = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return np.divide((a * b).sum(axis=0), norm, out=np.full(a.shape[1], np.nan), where=norm > 0)
