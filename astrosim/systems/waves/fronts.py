"""Front ends that draw once: sparse and Gaussian random projections of pixels, and z-scores (all dimensionless).

A projection is drawn from its replicate's seed alone, with scikit-learn's rules. Its scale stands apart from its
weights: those of a sparse one are -1, 0 and 1, and float64 adds up float32 pixels without rounding, so that the
features are the same bits whatever order a matrix product adds in. Sources: Achlioptas 2003; Li, Hastie and Church
2006; Peterson draws another one for each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CHUNK = 4096  # rows held in float64 at a time; assumed: 25 MB of 28 x 28 images


@dataclass(frozen=True, eq=False)
class Projection:
    """A linear front end, ``features = scale * images @ weights``.

    Parameters
    ----------
    weights : ndarray of float64, shape (inputs, width)
    scale : float
    """

    weights: np.ndarray
    scale: float

    @property
    def matrix(self) -> np.ndarray:
        """The whole map: float64, shape (inputs, width)."""
        return self.scale * self.weights


def sparse_projection(inputs: int, width: int, seed: int) -> Projection:
    """Return weights +-sqrt(sqrt(inputs) / width), each with probability 1 / (2 sqrt(inputs)), else 0.

    Parameters
    ----------
    inputs : int
        Pixels per image.
    width : int
        Features.
    seed : int
        0 to 2^64 - 1.

    Returns
    -------
    Projection
    """
    from sklearn.random_projection import SparseRandomProjection

    rule = SparseRandomProjection(n_components=width, density="auto", random_state=random_state(seed))
    drawn = rule.fit(np.zeros((1, inputs))).components_
    return Projection(np.sign(drawn.toarray().T), float(inputs**0.25 / width**0.5))


def gaussian_projection(inputs: int, width: int, seed: int) -> Projection:
    """Return weights normal with mean 0 and variance 1 / width; parameters and result as of `sparse_projection`."""
    from sklearn.random_projection import GaussianRandomProjection

    rule = GaussianRandomProjection(n_components=width, random_state=random_state(seed))
    return Projection(np.ascontiguousarray(rule.fit(np.zeros((1, inputs))).components_.T), 1.0)


def random_state(seed: int) -> np.random.RandomState:
    """Return the generator that scikit-learn asks for; below 2^32 the one that ``random_state=seed`` means."""
    words = seed if seed < 2**32 else [seed % 2**32, seed // 2**32]
    return np.random.RandomState(words)


def project(images: np.ndarray, projection: Projection) -> np.ndarray:
    """Return features of images.

    Parameters
    ----------
    images : ndarray of float32, shape (n, inputs)
    projection : Projection

    Returns
    -------
    ndarray of float32, shape (n, width)
    """
    features = np.empty((len(images), projection.weights.shape[1]), dtype=np.float32)
    for rows in chunks(len(images)):
        features[rows] = projection.scale * (images[rows].astype(np.float64) @ projection.weights)
    return features


def standardise(training: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return z-scores by the training set's mean and standard deviation; a feature that is constant there becomes 0.

    Parameters
    ----------
    training : ndarray of float32, shape (n, features)
    *others : ndarray of float32, shape (any, features)
        E.g. the test set.

    Returns
    -------
    tuple of ndarray of float32
        The training set and the others, new arrays.
    """
    mean, deviation = moments(training)
    constant = training.min(axis=0) == training.max(axis=0)
    factor = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, deviation))
    return tuple(_scored(values, mean, factor) for values in (training, *others))


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation (divided by n) of each feature: float64, shape (features,)."""
    mean = values.mean(axis=0, dtype=np.float64)
    spread = np.zeros_like(mean)
    for rows in chunks(len(values)):
        spread += ((values[rows] - mean) ** 2).sum(axis=0)
    return mean, np.sqrt(spread / len(values))


def _scored(values: np.ndarray, mean: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """(values - mean) factor, as float32."""
    scores = np.empty(values.shape, dtype=np.float32)
    for rows in chunks(len(values)):
        scores[rows] = (values[rows] - mean) * factor
    return scores


def chunks(n: int) -> Iterator[slice]:
    """Return consecutive rows, `CHUNK` at a time."""
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
