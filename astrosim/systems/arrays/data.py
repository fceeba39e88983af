"""Rows of a replicate, images or those of a table: training, validation and test kept apart, and their batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrosim.core.errors import RunError
from astrosim.core.rng import stream_key
from astrosim.datasets import load
from astrosim.scenario.inputs import ComplaintError
from astrosim.systems.arrays.kernel.arrays import Batch, blocks_of
from astrosim.systems.arrays.kernel.batches import gather, gather_rows, permutation
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.scenario.task_section import SIZES, ArrayTask, Sizes
from astrosim.systems.arrays.tables.parts import Scaling, scaling_of, split
from astrosim.systems.arrays.tables.raw import count_of
from astrosim.systems.arrays.tables.table import Table, table_of
from astrosim.systems.proposals.likelihood import BLOCK

LARGEST = {"digits": 16, "mnist": 255, "fashion": 255}  # largest pixel of each data set
NO_NUMBERS, NO_FACTORS = np.zeros((0, 0), np.float32), np.zeros(0, np.float32)


class Part(NamedTuple):
    """Rows of a part.

    Attributes
    ----------
    inputs : ndarray, shape (row, input)
        Pixels in whole steps, uint8; or scaled columns, float32.
    labels : ndarray of int64, shape (row,)
    targets : ndarray of float32, shape (row, output)
        Scaled numbers to be learned; no row where labels are.
    weights : ndarray of float32, shape (row,)
        Of mean 1; none where all rows count alike.
    """

    inputs: np.ndarray
    labels: np.ndarray
    targets: np.ndarray = NO_NUMBERS
    weights: np.ndarray = NO_FACTORS


@dataclass(frozen=True)
class Images:
    """Rows to learn from, and those to be judged on.

    Attributes
    ----------
    train, validation, test : Part
    scaling, target_scaling : Scaling or None
        Of a table's columns and targets, by its training rows.
    """

    train: Part
    validation: Part
    test: Part
    scaling: Scaling | None = None
    target_scaling: Scaling | None = None

    @property
    def centre(self) -> np.ndarray:
        """Mean pixel of the training images: float32, shape (pixel,); exact sums, hence the same everywhere.

        0 where columns are scaled by now.
        """
        pixels = self.train[0]
        if self.scaling is not None:
            return np.zeros(pixels.shape[1], np.float32)
        return (pixels.sum(axis=0, dtype=np.int64) / len(pixels)).astype(np.float32)


def rows_of(scenario: ArrayScenario, seed: int, folder: Path | None) -> Images:
    """Return the rows of a replicate.

    Raises
    ------
    DataError
        If a data set is missing or damaged.
    RunError
        If the user's own code gives no table, or its rows cannot be parted.
    """
    if scenario.task.of_images:
        return images_of(scenario, seed, folder)
    table = loaded(scenario)
    if table.weights is not None and scenario.engine == "torch":
        raise RunError('engine: torch does not know weights of rows ("torch"). Write engine = "kernel".')
    try:
        parts = split(table, seed, scenario.task.test, scenario.task.validation)
    except ComplaintError as error:
        raise RunError(f"seed {seed}: {error}") from None
    return scaled(*(taken(table, rows) for rows in (parts.train, parts.validation, parts.test)))


def loaded(scenario: ArrayScenario) -> Table:
    """Return the table of a scenario; runs the user's own code where the scenario allows it.

    Raises
    ------
    RunError
        If there is none.
    """
    if scenario.task.in_memory:
        raise RunError('task.data: rows in memory are no data of a run ("memory"). Name a file, or call fit in Python.')
    try:
        table = table_of(scenario.task, run_code=scenario.task.allow_code)
    except ComplaintError as error:
        raise RunError(str(error)) from None
    if table is None:
        raise RunError(f"task.allow_code: {scenario.task.data} may not run (false). Write allow_code = true.")
    return table


def most_test_rows(scenario: ArrayScenario, seeds: Sequence[int]) -> int:
    """Return the largest number of test rows that a seed has: with groups, seeds differ."""
    if scenario.task.groups or loaded(scenario).groups is not None:
        test, validation = scenario.task.test, scenario.task.validation
        return max(len(split(loaded(scenario), seed, test, validation).test) for seed in seeds)
    return scenario.test_images


class Rows(NamedTuple):
    """Rows in their own units.

    Attributes
    ----------
    inputs : ndarray of float64, shape (row, input)
    labels : ndarray of int64, shape (row,)
    targets : ndarray of float64, shape (row, output)
        No column where labels are.
    weights : ndarray of float64, shape (row,), or None
    """

    inputs: np.ndarray
    labels: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None


def taken(table: Table, rows: np.ndarray) -> Rows:
    """Return some rows of a table, by their numbers: int64, shape (row,)."""
    weights = None if table.weights is None else table.weights[rows]
    return Rows(table.inputs[rows], table.labels[rows], table.targets[rows], weights)


def weighing(rows: Rows) -> Rows:
    """Return the rows whose weight is not 0."""
    if rows.weights is None or rows.weights.all():
        return rows
    kept = rows.weights > 0
    return Rows(*(array[kept] for array in rows))  # type: ignore[index]


def scaled(train: Rows, validation: Rows, test: Rows) -> Images:
    """Return parts whose columns are scaled by the training rows alone."""
    train = weighing(train)
    own = scaling_of(train.inputs, train.weights)
    numbers = scaling_of(train.targets, train.weights) if train.targets.shape[1] else None
    parts = [part_of(rows, own, numbers) for rows in (train, validation, test)]
    return Images(parts[0], parts[1], parts[2], own, numbers)


def part_of(rows: Rows, scaling: Scaling, numbers: Scaling | None) -> Part:
    """Return rows as networks meet them."""
    weights = NO_FACTORS
    if rows.weights is not None and len(rows.weights):
        weights = (rows.weights / max(float(rows.weights.mean()), np.finfo(float).tiny)).astype(np.float32)
    return Part(
        inputs=np.ascontiguousarray(scaling.applied(rows.inputs), dtype=np.float32),
        labels=rows.labels,
        targets=NO_NUMBERS if numbers is None else numbers.applied(rows.targets).astype(np.float32),
        weights=weights,
    )


def images_of(scenario: ArrayScenario, seed: int, folder: Path | None) -> Images:
    """Return the images of a replicate; see `images_parted`."""
    return images_parted(scenario.task, scenario.sizes, seed, folder)


def images_parted(task: ArrayTask, sizes: Sizes, seed: int, folder: Path | None) -> Images:
    """Return the images of a data set by their parts, as a task of images says; the seed draws them if that does.

    Raises
    ------
    DataError
        If the data set is missing or damaged.
    """
    if task.split == "given":
        held, given = SIZES[task.data]
        counts = count_of(task.test, held + given), count_of(task.validation, held)
        data = load(task.data, folder, task.train, *counts)
        steps = LARGEST[task.data]
        parts = ((data.train_x, data.train_y), (data.valid_x, data.valid_y), (data.test_x, data.test_y))
        train, valid, test = (Part(in_steps(x, steps), y) for x, y in parts)
        return Images(train, valid, test)
    data = load(task.data, folder)
    pixels = in_steps(np.concatenate([data.train_x, data.test_x]), LARGEST[task.data])
    labels = np.concatenate([data.train_y, data.test_y])
    order = permutation(stream_key(seed, "field_split"), 0, len(labels))
    first, stop = sizes.test, sizes.test + sizes.validation
    chosen = order[stop : stop + sizes.train], order[first:stop], order[:first]
    train, valid, test = (Part(pixels[part], labels[part]) for part in chosen)
    return Images(train, valid, test)


def in_steps(values: np.ndarray, largest: int) -> np.ndarray:
    """Return pixels in [0, 1], of any shape, as whole steps from 0 to `largest`: uint8."""
    return np.rint(values * np.float32(largest)).astype(np.uint8)


def empty_batch(part: Part, images: int) -> Batch:
    """Return room for a number of rows of a part."""
    blocks = blocks_of(images)
    return Batch(
        np.zeros((blocks, part.inputs.shape[1], BLOCK), part.inputs.dtype),
        np.full((blocks, BLOCK), -1, np.int32),
        images,
        np.zeros((blocks if len(part.targets) else 0, part.targets.shape[1], BLOCK), np.float32),
        np.zeros((blocks if len(part.weights) else 0, BLOCK), np.float32),
    )


def whole_batch(scenario: ArrayScenario, part: Part) -> Batch:
    """Return all rows of a part, in order."""
    part = Part(*part)
    batch = empty_batch(part, len(part.labels))
    fill(scenario, part, np.arange(len(part.labels)), 0, stream_key(0, "field_shift"), 0, batch)
    return batch


def fill(
    scenario: ArrayScenario, part: Part, order: np.ndarray, shift: int, key: np.ndarray, number: int, batch: Batch
) -> None:
    """Fill a batch with rows of a part, by their numbers: int64, shape (row,); images may be shifted, see `gather`."""
    if scenario.task.of_images:
        rows, columns = scenario.image_shape
        gather(part.inputs, part.labels, order, rows, columns, shift, key, number, batch.pixels, batch.labels)
    else:
        gather_rows(part, order, batch)


class Batches:
    """The batches of a replicate: passes over the training rows, each in an order of its own, cut into batches.

    Draws: stream `field_order`, trial = pass; `field_shift`, trial = batch.

    Attributes
    ----------
    sizes : ndarray of int64, shape (batch,)
        Rows of each batch.
    """

    def __init__(self, scenario: ArrayScenario, seed: int, train: Part) -> None:
        self.scenario, self.train = scenario, Part(*train)
        self.order_key, self.shift_key = stream_key(seed, "field_order"), stream_key(seed, "field_shift")
        self.sizes = np.minimum(scenario.batch_sizes, max(len(self.train.labels), 1))
        self.first = np.concatenate([[0], np.cumsum(self.sizes)])
        self._pass, self._order = -1, np.zeros(0, np.int64)
        self._room = empty_batch(self.train, 0)

    def at(self, number: int) -> Batch:
        """Return the batch of a number, from 0; what was returned before is overwritten."""
        size = int(self.sizes[number])
        if self._room.images != size:
            self._room = empty_batch(self.train, size)
        shift = self.scenario.batches.shift
        fill(self.scenario, self.train, self.chosen(number), shift, self.shift_key, number, self._room)
        return self._room

    def chosen(self, number: int) -> np.ndarray:
        """Return training rows of a batch: int64, shape (row,)."""
        place, stop, parts = int(self.first[number]), int(self.first[number + 1]), []
        while place < stop:
            round_, within = divmod(place, len(self.train.labels))
            count = min(stop - place, len(self.train.labels) - within)
            parts.append(self._order_of(round_)[within : within + count])
            place += count
        return np.concatenate(parts)

    def _order_of(self, number: int) -> np.ndarray:
        if number != self._pass:
            self._pass, self._order = number, permutation(self.order_key, number, len(self.train.labels))
        return self._order
