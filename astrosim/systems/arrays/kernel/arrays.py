"""The arrays that trials on receptive fields work on (dimensionless; float32 unless said otherwise).

Images of a batch lie in blocks of `BLOCK`, so that what a trial touches of a block stays in the first-level cache. The
last block may hold fewer; its other places belong to no image and count for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BLOCK = 128  # images; measured: 64 to 256 are equally fast, more no longer fit the first-level cache
RELU, THRESHOLD = range(2)
UNITS = {"relu": RELU, "threshold": THRESHOLD}
LIKELIHOOD, SQUARES = range(2)
REWARDS = {"log_likelihood": LIKELIHOOD, "squared_error": SQUARES}


class Network(NamedTuple):
    """Parameters of a network, and how pixels become inputs: (pixel - centre) * scale.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Pixel of each incoming synapse.
    incoming : ndarray, shape (unit, synapse)
    bias : ndarray, shape (unit,)
    outgoing : ndarray, shape (unit, class)
    output_bias : ndarray, shape (class,)
    owned : ndarray of int64, shape (astrocyte, unit)
        Units of each territory; of all of them in one row where the whole network is perturbed at once.
    centre : ndarray, shape (pixel,)
        Mean pixel of the training images, in steps of the pixels.
    scale : float32
    kind : int
        RELU or THRESHOLD.
    reward : int
        LIKELIHOOD or SQUARES.
    """

    taps: np.ndarray
    incoming: np.ndarray
    bias: np.ndarray
    outgoing: np.ndarray
    output_bias: np.ndarray
    owned: np.ndarray
    centre: np.ndarray
    scale: np.float32
    kind: int
    reward: int


class Batch(NamedTuple):
    """Images in blocks.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (block, pixel, BLOCK)
    labels : ndarray of int32, shape (block, BLOCK)
        -1 where there is no image.
    images : int
    """

    pixels: np.ndarray
    labels: np.ndarray
    images: int


def blocks_of(images: int) -> int:
    """Return the number of blocks that hold a number of images."""
    return -(-images // BLOCK)
