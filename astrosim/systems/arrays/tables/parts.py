"""A table cut into training, validation and test rows, and its columns scaled by the training rows alone.

Rows are drawn by a permutation of their numbers, not in the order of the file: stream `array_parts`, trial 0, by row
(or by group). Classes keep their shares in every part; rows of a group stay together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.scenario.inputs import ComplaintError
from astrosim.systems.arrays.kernel.batches import permutation
from astrosim.systems.arrays.tables.raw import TEST, TRAIN, VALIDATION, count_of
from astrosim.systems.arrays.tables.table import Table


class Split(NamedTuple):
    """Numbers of the rows of each part, ascending: int64, shape (row,)."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def quotas(count: int, sizes: np.ndarray) -> np.ndarray:
    """Return how many rows of each class make `count`, by largest remainders: int64, shape (class,)."""
    exact = count * sizes / max(int(sizes.sum()), 1)
    base = np.floor(exact).astype(np.int64)
    rest = np.argsort(base - exact, kind="stable")[: count - int(base.sum())]
    base[rest] += 1
    return np.minimum(base, sizes)


def split(table: Table, seed: int, test: float, validation: float) -> Split:
    """Cut a table into parts.

    Parameters
    ----------
    table : Table
    seed : int
    test, validation : float
        Shares of the rows that no file of its own gives, or their numbers.

    Raises
    ------
    ComplaintError
        If a part is too small to learn from, or to judge by.
    """
    drawn = np.flatnonzero(table.origins == TRAIN)
    own = {part: np.flatnonzero(table.origins == part) for part in (TEST, VALIDATION)}
    counts = [0 if own[part].size else count_of(share, drawn.size) for part, share in _shares(test, validation)]
    if sum(counts) >= drawn.size:
        raise ComplaintError([f"task.test: leaves no row to train on ({sum(counts)} of {drawn.size}). Write less."])
    order = permutation(stream_key(seed, "array_parts"), 0, drawn.size)
    if table.groups is not None:
        chosen = _by_group(table.groups[drawn], seed, counts)
    elif table.regression:
        chosen = order[: counts[0]], order[counts[0] : sum(counts)]
    else:
        chosen = _by_class(table.labels[drawn], order, counts)
    rest = np.setdiff1d(np.arange(drawn.size), np.concatenate(chosen))
    test_rows, validation_rows = (
        own[part] if own[part].size else np.sort(drawn[rows])
        for part, rows in zip((TEST, VALIDATION), chosen, strict=True)
    )
    found = Split(drawn[rest], validation_rows, test_rows)
    _check(table, found)
    return found


def _shares(test: float, validation: float) -> tuple[tuple[int, float], tuple[int, float]]:
    return (TEST, test), (VALIDATION, validation)


def _by_class(labels: np.ndarray, order: np.ndarray, counts: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of test and validation, each class by its share."""
    sizes = np.bincount(labels)
    first = quotas(counts[0], sizes)
    second = quotas(counts[1], sizes - first)
    test, validation = [], []
    for label in range(sizes.size):
        rows = order[labels[order] == label]
        test.append(rows[: first[label]])
        validation.append(rows[first[label] : first[label] + second[label]])
    return np.concatenate(test), np.concatenate(validation)


def _by_group(groups: np.ndarray, seed: int, counts: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of test and validation, whole groups each, until a part is full."""
    names = np.unique(groups)
    order = names[permutation(stream_key(seed, "array_parts"), 0, names.size)]
    parts: list[list[np.ndarray]] = [[], []]
    part, filled = 0, 0
    for group in order:
        while part < 2 and filled >= counts[part]:
            part, filled = part + 1, 0
        if part == 2:
            break
        rows = np.flatnonzero(groups == group)
        parts[part].append(rows)
        filled += rows.size
    none = np.zeros(0, np.int64)
    test, validation = (np.concatenate([none, *rows]) for rows in parts)
    return test, validation


def _check(table: Table, found: Split) -> None:
    """Refuse parts that cannot serve."""
    if not found.train.size:
        raise ComplaintError(["task.groups: no group is left to train on (0 rows). Write smaller parts."])
    if table.regression:
        return
    for name, rows in found._asdict().items():
        if rows.size and rows.size < len(table.outputs):
            field = "test" if name == "train" else name
            what = f"fewer rows than classes in the {name} part ({rows.size})"
            raise ComplaintError([f"task.{field}: {what}. Write other shares."])
    absent = np.setdiff1d(np.arange(len(table.outputs)), table.labels[found.train])
    if absent.size:
        what = f"a class without a training row ({table.outputs[absent[0]]})"
        raise ComplaintError([f"task.target: {what}. Write smaller parts, or merge classes."])


def duplicates(table: Table, found: Split) -> int:
    """Return how many rows of validation and test stand, with the same inputs, among the training rows, too."""
    known = {row.tobytes() for row in table.inputs[found.train]}
    held = np.concatenate([found.validation, found.test])
    return sum(row.tobytes() in known for row in table.inputs[held])


class Scaling(NamedTuple):
    """Centre and scale of columns: float64, shape (column,) each."""

    centre: np.ndarray
    scale: np.ndarray

    def applied(self, values: np.ndarray) -> np.ndarray:
        """Return scaled values, a missing one at its column's centre: float64, of the shape of `values`."""
        scaled: np.ndarray = (values - self.centre) / self.scale
        return np.where(np.isnan(scaled), 0.0, scaled)

    def undone(self, values: np.ndarray) -> np.ndarray:
        """Return values in their own units: float64, of the shape of `values`."""
        found: np.ndarray = values * self.scale + self.centre
        return found


def scaling_of(values: np.ndarray, weights: np.ndarray | None = None) -> Scaling:
    """Return mean and standard deviation of columns, weighted; 1 in place of a deviation of 0.

    Parameters
    ----------
    values : ndarray of float64, shape (row, column)
        nan where a value is missing: such rows do not count for their column.
    weights : ndarray of float64, shape (row,), optional
    """
    share = np.ones(len(values)) if weights is None else weights
    known = np.where(np.isnan(values), 0.0, share[:, None])
    total = np.maximum(known.sum(axis=0), np.finfo(float).tiny)
    filled = np.where(np.isnan(values), 0.0, values)
    centre = (known * filled).sum(axis=0) / total
    deviation = np.sqrt((known * (filled - centre) ** 2).sum(axis=0) / total)
    floor = 1e-12 * np.abs(centre)  # assumed: what rounding leaves of a constant column
    return Scaling(centre, np.where(deviation > floor, deviation, 1.0))
