"""Images of a replicate (pixels in whole steps, uint8): training, validation and test kept apart, and their batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.datasets import load
from astrosim.systems.arrays.kernel.arrays import BLOCK, Batch, blocks_of
from astrosim.systems.arrays.kernel.batches import gather
from astrosim.systems.arrays.network import permutation
from astrosim.systems.arrays.scenario.schema import ArrayScenario

LARGEST = {"digits": 16, "mnist": 255, "fashion": 255}  # largest pixel of each data set
Part = tuple[np.ndarray, np.ndarray]
"""Pixels (image, pixel) and labels (image,)."""


@dataclass(frozen=True)
class Images:
    """Images to learn from, and those to be judged on.

    Attributes
    ----------
    train, validation, test : tuple of ndarray
        Pixels, uint8, shape (image, pixel), and labels, int64, shape (image,).
    """

    train: Part
    validation: Part
    test: Part

    @property
    def centre(self) -> np.ndarray:
        """Mean pixel of the training images: float32, shape (pixel,); exact sums, hence the same everywhere."""
        pixels = self.train[0]
        return (pixels.sum(axis=0, dtype=np.int64) / len(pixels)).astype(np.float32)


def images_of(scenario: ArrayScenario, seed: int, folder: Path | None) -> Images:
    """Return the images of a replicate.

    Raises
    ------
    DataError
        If the data set is missing or damaged.
    """
    task = scenario.task
    if task.split == "given":
        data = load(task.data, folder, task.train, task.test, task.validation)
        steps = LARGEST[task.data]
        parts = ((data.train_x, data.train_y), (data.valid_x, data.valid_y), (data.test_x, data.test_y))
        train, valid, test = ((in_steps(x, steps), y) for x, y in parts)
        return Images(train, valid, test)
    data = load(task.data, folder)
    pixels = in_steps(np.concatenate([data.train_x, data.test_x]), LARGEST[task.data])
    labels = np.concatenate([data.train_y, data.test_y])
    order = permutation(stream_key(seed, "field_split"), 0, len(labels))
    stop = task.test + task.validation
    chosen = order[stop : stop + scenario.training_images], order[task.test : stop], order[: task.test]
    train, valid, test = ((pixels[part], labels[part]) for part in chosen)
    return Images(train, valid, test)


def in_steps(values: np.ndarray, largest: int) -> np.ndarray:
    """Return pixels in [0, 1], of any shape, as whole steps from 0 to `largest`: uint8."""
    return np.rint(values * np.float32(largest)).astype(np.uint8)


def empty_batch(pixels: int, images: int) -> Batch:
    """Return room for a number of images."""
    blocks = blocks_of(images)
    return Batch(np.zeros((blocks, pixels, BLOCK), np.uint8), np.full((blocks, BLOCK), -1, np.int32), images)


def whole_batch(scenario: ArrayScenario, part: Part) -> Batch:
    """Return all images of a part, in order."""
    pixels, labels = part
    batch, (rows, columns) = empty_batch(scenario.pixels, len(labels)), scenario.image_shape
    order = np.arange(len(labels))
    gather(pixels, labels, order, rows, columns, 0, stream_key(0, "field_shift"), 0, batch.pixels, batch.labels)
    return batch


class Batches:
    """The batches of a replicate: passes over the training images, each in an order of its own, cut into batches.

    Draws: stream `field_order`, trial = pass; `field_shift`, trial = batch.
    """

    def __init__(self, scenario: ArrayScenario, seed: int, train: Part) -> None:
        self.scenario, self.train = scenario, train
        self.order_key, self.shift_key = stream_key(seed, "field_order"), stream_key(seed, "field_shift")
        self.first = np.concatenate([[0], np.cumsum(scenario.batch_sizes)])
        self._pass, self._order = -1, np.zeros(0, np.int64)
        self._room = empty_batch(scenario.pixels, 0)

    def at(self, number: int) -> Batch:
        """Return the batch of a number, from 0; what was returned before is overwritten."""
        size = int(self.scenario.batch_sizes[number])
        if self._room.images != size:
            self._room = empty_batch(self.scenario.pixels, size)
        batch, (rows, columns) = self._room, self.scenario.image_shape
        pixels, labels = self.train
        order, shift = self.chosen(number), self.scenario.batches.shift
        gather(pixels, labels, order, rows, columns, shift, self.shift_key, number, batch.pixels, batch.labels)
        return batch

    def chosen(self, number: int) -> np.ndarray:
        """Return training images of a batch: int64, shape (image,)."""
        place, stop, parts = int(self.first[number]), int(self.first[number + 1]), []
        while place < stop:
            round_, within = divmod(place, len(self.train[1]))
            count = min(stop - place, len(self.train[1]) - within)
            parts.append(self._order_of(round_)[within : within + count])
            place += count
        return np.concatenate(parts)

    def _order_of(self, number: int) -> np.ndarray:
        if number != self._pass:
            self._pass, self._order = number, permutation(self.order_key, number, len(self.train[1]))
        return self._order
