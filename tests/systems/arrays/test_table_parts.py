"""Parts of a table: apart, in proportion, groups whole; scaled by training rows alone."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim.scenario.inputs import ComplaintError
from astrosim.systems.arrays.data import scaled, taken
from astrosim.systems.arrays.tables.parts import duplicates, quotas, scaling_of, split
from astrosim.systems.arrays.tables.raw import count_of
from astrosim.systems.arrays.tables.table import Table


def table(
    rows: int = 90, classes: int = 3, groups: np.ndarray | None = None, weights: np.ndarray | None = None
) -> Table:
    """Rows of noise; classes in the proportions 1 : 2 : ... of the file's order."""
    random = np.random.default_rng(0)
    labels = np.sort(random.integers(0, classes * (classes + 1) // 2, rows))
    labels = np.searchsorted(np.cumsum(np.arange(1, classes + 1)), labels, side="right")
    return Table(
        inputs=random.standard_normal((rows, 4)),
        names=("a", "b", "c", "d"),
        labels=labels,
        targets=np.zeros((rows, 0)),
        outputs=tuple("xyz"[:classes]),
        weights=None,
        groups=groups,
        origins=np.zeros(rows, np.int8),
        sha256="",
    )


def test_parts_are_apart_whole_and_drawn_by_the_seed():
    parts = split(table(), 1, 0.2, 0.1)
    assert [len(part) for part in parts] == [63, 9, 18]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(90))
    assert not np.array_equal(parts.test, split(table(), 2, 0.2, 0.1).test)
    assert np.array_equal(parts.test, split(table(), 1, 0.2, 0.1).test)


def test_classes_keep_their_shares():
    own = table(600)
    parts = split(own, 1, 0.25, 0.2)
    whole = np.bincount(own.labels) / 600
    for rows in parts:
        assert np.abs(np.bincount(own.labels[rows]) - whole * len(rows)).max() <= 1.5


def test_no_group_is_in_two_parts():
    groups = np.random.default_rng(1).integers(0, 12, 90)
    for seed in range(5):
        parts = split(table(groups=groups), seed, 0.2, 0.2)
        owners = [set(groups[rows].tolist()) for rows in parts]
        assert not owners[0] & owners[1]
        assert not owners[0] & owners[2]
        assert not owners[1] & owners[2]
        assert all(owners)


def test_quotas_add_up():
    for count in range(1, 30):
        found = quotas(count, np.array([3, 17, 10]))
        assert found.sum() == count
        assert np.abs(found - count * np.array([3, 17, 10]) / 30).max() < 1
    assert count_of(0.2, 90) == 18
    assert count_of(20, 90) == 20


def test_parts_that_cannot_serve_are_refused():
    with pytest.raises(ComplaintError, match=r"task\.test: leaves no row to train on \(90 of 90\)"):
        split(table(), 1, 60, 30)
    with pytest.raises(ComplaintError, match=r"task\.test: fewer rows than classes in the test part \(2\)"):
        split(table(), 1, 2, 0.1)
    with pytest.raises(ComplaintError, match=r"task\.groups: no group is left to train on"):
        split(table(groups=np.zeros(90, int)), 1, 0.2, 0.1)


def test_missing_values_and_scales_are_those_of_the_training_rows():
    own = table()
    own.inputs[5, 1] = np.nan
    own.inputs[:, 3] = 7.0
    parts = split(own, 1, 0.2, 0.1)
    own.inputs[parts.test] += 100
    images = scaled(*(taken(own, rows) for rows in parts))
    train = own.inputs[parts.train]
    assert images.scaling is not None
    assert images.scaling.centre == pytest.approx(np.nanmean(train, axis=0))
    assert images.scaling.scale[:3] == pytest.approx(np.nanstd(train, axis=0)[:3])
    assert images.scaling.scale[3] == 1
    assert images.train.inputs.mean(axis=0) == pytest.approx(0, abs=0.1)
    assert images.test.inputs[:, 0].mean() > 50
    row = np.flatnonzero(np.isnan(train[:, 1]))
    assert (images.train.inputs[row, 1] == 0).all()


def test_weights_of_rows_scale_as_repeated_rows_do():
    values = np.random.default_rng(2).standard_normal((20, 3))
    weights = np.arange(20) % 4
    one, other = scaling_of(values, weights.astype(float)), scaling_of(np.repeat(values, weights, axis=0))
    assert one.centre == pytest.approx(other.centre)
    assert one.scale == pytest.approx(other.scale)


def test_rows_that_stand_twice_are_counted():
    own = table()
    parts = split(own, 1, 0.2, 0.1)
    assert duplicates(own, parts) == 0
    own.inputs[parts.test[:3]] = own.inputs[parts.train[0]]
    assert duplicates(own, parts) == 3
