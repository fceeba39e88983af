"""Experiments 001 to 018, row by row: output vectors, weights, reverts and flips as the published program has them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from neuron_scenarios import CONFIGURATIONS, engine_of, golden_rows, scenario_of

from astrosim.systems.threshold.learners.neurons.state import REVERTED

LONG = ("017", "018")  # 5,000 and 10,000 trials per row
QUICK_SEEDS = (42, 314, 500, 777)  # with the flips of 011, and the transient of 016


def vectors(replicate) -> list[str]:
    return ["".join(map(str, bits)) for bits in replicate.probe()]


def check(row: dict) -> None:
    trained = row["configuration"] != "000 untrained"
    replicate = engine_of(row["configuration"], row["condition"], row["seed"])
    end = replicate.resolved_scenario.schedule.trials if trained else 0
    for stop, expected in sorted((int(stop), expected) for stop, expected in row["snapshots"].items()):
        replicate.advance(stop - replicate.trial)
        assert vectors(replicate) == expected["outputs"], stop
        assert replicate.accuracy() == pytest.approx(expected["accuracy"], abs=1e-12), stop
    replicate.advance(end - replicate.trial)
    assert vectors(replicate) == row["outputs"]
    assert replicate.accuracy() == pytest.approx(row["accuracy"], abs=1e-12)
    assert len(np.unique(replicate.probe(), axis=0)) == row["distinct"]
    assert np.abs(replicate.weights()).mean() == pytest.approx(row["mean_abs_weight"], abs=1e-6)
    assert len(replicate.weights()) == row["synapses"]
    assert replicate.learning.flipped.sum() == row["flipped"]
    assert replicate.learning.counter[REVERTED] / max(end - 1, 1) == pytest.approx(row["reverted_fraction"], abs=1e-12)
    if trained:
        assert replicate.learning.accuracy.mean() == pytest.approx(row["training_accuracy_last_100"], abs=1e-9)


def test_every_row_is_there():
    counts = Counter(row["configuration"] for row in golden_rows())
    assert counts == dict.fromkeys(CONFIGURATIONS, 40)


@pytest.mark.parametrize("configuration", [name for name in CONFIGURATIONS if name not in LONG])
def test_rows(configuration):
    for row in golden_rows():
        if row["configuration"] == configuration and row["seed"] in QUICK_SEEDS:
            check(row)


@pytest.mark.parametrize("configuration", LONG)
def test_rows_of_long_runs(configuration):
    for row in golden_rows():
        if row["configuration"] == configuration and row["seed"] == 314 and row["condition"] != "Ambient":
            check(row)


@pytest.mark.full
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_all_rows(configuration):
    for row in golden_rows():
        if row["configuration"] == configuration:
            check(row)


def test_length_of_the_published_runs():
    lengths = {name: scenario_of(name, "Full").schedule.trials for name in CONFIGURATIONS}
    assert lengths == {name: {"016": 2000, "017": 5000, "018": 10_000}.get(name, 1000) for name in CONFIGURATIONS}
