"""The arrays that trials on receptive fields work on (dimensionless; float32 unless said otherwise).

Images, or rows of a table, lie in blocks of `BLOCK`, so that what a trial touches of a block stays in the first-level
cache. The last block may hold fewer; its other places belong to no image and count for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.systems.proposals.likelihood import BLOCK

RELU, THRESHOLD = range(2)
UNITS = {"relu": RELU, "threshold": THRESHOLD}
LIKELIHOOD, SQUARES, TARGETS = range(3)
REWARDS = {"log_likelihood": LIKELIHOOD, "squared_error": SQUARES}
"""Of labels; numbers have one reward, `TARGETS`."""
NO_TARGETS = np.zeros((0, 0, BLOCK), np.float32)
NO_WEIGHTS = np.zeros((0, BLOCK), np.float32)


class Network(NamedTuple):
    """Parameters of a network, and how pixels, or columns of a table, become inputs: (pixel - centre) * scale.

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
        LIKELIHOOD, SQUARES or TARGETS.
    l2 : float
        Penalty: the mean reward less half of this times the sum of all squared weights, biases left out.
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
    l2: float = 0.0


class Batch(NamedTuple):
    """Images in blocks, or rows of a table.

    Attributes
    ----------
    pixels : ndarray of uint8, or of float32, shape (block, pixel, BLOCK)
    labels : ndarray of int32, shape (block, BLOCK)
        -1 where there is no image; 0 where numbers are to be learned.
    images : int
    targets : ndarray of float32, shape (block, output, BLOCK)
        Numbers to be learned; no block where labels are.
    weights : ndarray of float32, shape (block, BLOCK)
        Factor on each image's reward; no block where all count alike.
    """

    pixels: np.ndarray
    labels: np.ndarray
    images: int
    targets: np.ndarray = NO_TARGETS
    weights: np.ndarray = NO_WEIGHTS


def blocks_of(images: int) -> int:
    """Return the number of blocks that hold a number of images."""
    return -(-images // BLOCK)
