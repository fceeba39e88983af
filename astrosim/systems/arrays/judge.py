"""How a network does on images that it does not learn from (rewards: mean per image; accuracies: fractions)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.systems.arrays.kernel.arrays import Batch, Network
from astrosim.systems.arrays.kernel.trials import answers
from astrosim.systems.arrays.kernel.workspace import make_scratch, make_standing
from astrosim.systems.proposals.likelihood import BLOCK


@dataclass(frozen=True)
class Verdict:
    """Judgement of a network on a set of images, or of rows.

    Attributes
    ----------
    reward, accuracy : float
        nan where there are no images.
    confusion : ndarray of int64, shape (class, answer)
        Images by class and answer.
    outputs : ndarray of float32, shape (row, output)
        Logits, or scaled numbers.
    r2 : float
        Share of the variance that is explained, a mean over outputs; nan where labels are learned.
    """

    reward: float
    accuracy: float
    confusion: np.ndarray
    outputs: np.ndarray
    r2: float = float("nan")


def judge(net: Network, images: Batch) -> Verdict:
    """Judge a network on a set of images, or of rows; each counts by its weight."""
    units, classes = net.outgoing.shape
    confusion = np.zeros((classes, classes), np.int64)
    outputs = np.zeros((images.images, classes), np.float32)
    if not images.images:
        return Verdict(float("nan"), float("nan"), confusion, outputs)
    every, reward = np.arange(net.taps.shape[1], dtype=np.int32), 0.0
    standing, scratch = make_standing(units, classes, 1), make_scratch(1, len(every), classes, 1)
    best = np.zeros((1, BLOCK), np.int32)
    for block in range(len(images.labels)):
        here = min(BLOCK, images.images - block * BLOCK)
        own = (array[block : block + 1] for array in (images.targets, images.weights))
        part = Batch(images.pixels[block : block + 1], images.labels[block : block + 1], here, *own)
        reward += answers(net, part, every, standing, scratch, best) * here
        np.add.at(confusion, (part.labels[0, :here], best[0, :here]), 1)
        outputs[block * BLOCK : block * BLOCK + here] = standing.logits[0, :, :here].T
    weights = by_row(images.weights[:, None], images.images)[:, 0] if images.weights.size else np.ones(images.images)
    reward /= images.images
    if images.targets.size:
        r2 = explained(by_row(images.targets, images.images), outputs, weights)
        return Verdict(reward, float("nan"), np.zeros_like(confusion), outputs, r2)
    accuracy = float(np.trace(confusion)) / images.images
    if images.weights.size:
        right = outputs.argmax(axis=1) == by_row(images.labels[:, None], images.images)[:, 0]
        accuracy = float((weights * right).sum() / weights.sum())
    return Verdict(reward, accuracy, confusion, outputs)


def by_row(blocks: np.ndarray, rows: int) -> np.ndarray:
    """Return numbers of a batch's rows, from shape (block, column, BLOCK) to shape (row, column)."""
    return blocks.transpose(0, 2, 1).reshape(-1, blocks.shape[1])[:rows]


def explained(targets: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> float:
    """Return R2 (scalar): 1 - squared error / variance, a mean over outputs; arrays of shape (row, output), (row,)."""
    wanted, found, share = targets.astype(np.float64), outputs.astype(np.float64), weights[:, None]
    mean = (share * wanted).sum(axis=0) / share.sum()
    spread = (share * (wanted - mean) ** 2).sum(axis=0)
    error = (share * (wanted - found) ** 2).sum(axis=0)
    return float(np.mean(1 - error / np.where(spread > 0, spread, np.nan)))
