"""How a network does on images that it does not learn from (rewards: mean per image; accuracies: fractions)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.systems.arrays.kernel.arrays import BLOCK, Batch, Network
from astrosim.systems.arrays.kernel.trials import answers
from astrosim.systems.arrays.kernel.workspace import make_scratch, make_standing


@dataclass(frozen=True)
class Verdict:
    """Judgement of a network on a set of images.

    Attributes
    ----------
    reward, accuracy : float
        nan where there are no images.
    confusion : ndarray of int64, shape (class, answer)
        Images by class and answer.
    """

    reward: float
    accuracy: float
    confusion: np.ndarray


def judge(net: Network, images: Batch) -> Verdict:
    """Judge a network on a set of images."""
    units, classes = net.outgoing.shape
    confusion = np.zeros((classes, classes), np.int64)
    if not images.images:
        return Verdict(float("nan"), float("nan"), confusion)
    every, reward = np.arange(net.taps.shape[1], dtype=np.int32), 0.0
    standing, scratch = make_standing(units, classes, 1), make_scratch(1, len(every), classes, 1)
    best = np.zeros((1, BLOCK), np.int32)
    for block in range(len(images.labels)):
        here = min(BLOCK, images.images - block * BLOCK)
        part = Batch(images.pixels[block : block + 1], images.labels[block : block + 1], here)
        reward += answers(net, part, every, standing, scratch, best) * here
        np.add.at(confusion, (part.labels[0, :here], best[0, :here]), 1)
    return Verdict(reward / images.images, float(np.trace(confusion)) / images.images, confusion)
