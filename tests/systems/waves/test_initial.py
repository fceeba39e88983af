"""Initial weights: norms, bounds and variances by rule; independence from whatever else is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from wave_nets import grid, published, wave

from astrosim.systems.waves.build import build_program, live_taps
from astrosim.systems.waves.initial import initial_parameters
from astrosim.systems.waves.scenario.schema import WaveScenario

LONG = {"rule": "sparse", "width": 60}


def long(initial: str, **network: object) -> WaveScenario:
    """Slides over 60 cells, gathered to ten: many rows of three taps."""
    return wave(front=LONG, network={"steps": "d*60 g*25", "initial": initial, **network})


def rows(scenario: WaveScenario, seed: int = 5) -> list[np.ndarray]:
    """Weights of each cell."""
    values, program = initial_parameters(scenario, seed), build_program(scenario)
    sizes = [len(cell) for step in scenario.chain().steps for cell in live_taps(step)]
    return np.split(values[: program.weights], np.cumsum(sizes)[:-1])


def test_unit_rows_have_length_one_over_live_taps():
    assert np.array([(row.astype("f8") ** 2).sum() for row in rows(long("unit"))]) == pytest.approx(1, abs=1e-6)
    assert np.array([(row**2).sum() for row in rows(long("unit", gain=1.5))]) == pytest.approx(2.25, abs=1e-5)


def test_unit_directions_are_uniform():
    """Mean 0 and variance 1 / 3 of each entry; two-sided, alpha 1e-6."""
    three = np.array([row for row in rows(long("unit")) if len(row) == 3])
    assert abs(three.mean()) < 4.9 * np.sqrt(1 / 3 / three.size)
    assert abs((three**2).mean(axis=0) - 1 / 3).max() < 4.9 * np.sqrt(4 / 45 / len(three))


@pytest.mark.parametrize(("rule", "fan_in"), [("full", 60), ("band", 3)])
def test_uniform_rules_fill_their_bounds(rule, fan_in):
    slide = np.concatenate(rows(long(rule))[1:59])
    bound = 1 / np.sqrt(fan_in)
    assert 0.97 * bound < np.abs(slide).max() <= bound
    assert slide.var() == pytest.approx(bound**2 / 3, rel=0.25)


def test_he_has_its_variance():
    inner = np.concatenate([row for row in rows(long("he")) if len(row) == 3])
    assert abs(inner.var() / (2 / 3) - 1) < 4.9 * np.sqrt(2 / len(inner))


def test_delta_goes_straight_ahead():
    for row in rows(long("delta"))[1:59]:
        assert np.argmax(row) == 1
        assert abs(row[1] - 1) < 0.6


def test_givens_slides_are_orthogonal_but_for_their_jitter():
    scenario = wave(front=LONG, network={"steps": "d*2 g*25", "initial": "givens"})
    values, taps = initial_parameters(scenario, 3), scenario.chain().steps[0].taps
    matrix = np.zeros((60, 60))
    cell, place = np.nonzero(taps >= 0)
    matrix[cell, taps[cell, place]] = values[: len(cell)]
    gram = matrix @ matrix.T - np.eye(60)
    # Two terms of jitter .1 an entry: standard deviation of a diagonal entry is .2.
    assert 0.05 < np.abs(np.diag(gram)).mean() < 0.5
    assert np.abs(np.linalg.svd(matrix, compute_uv=False) - 1).max() < 0.6


def test_biases_are_zero_unless_published():
    described, own = wave(), published()
    weights = build_program(described).weights
    assert np.all(initial_parameters(described, 1)[weights:] == 0)
    gains = initial_parameters(own, 1)[build_program(own).weights :]
    assert len(gains) == sum(own.widths[1:])
    assert 0 < np.abs(gains).max() <= 1 / np.sqrt(min(own.widths[:-1]))


def test_seeds_differ_and_repeat():
    one, same, other = (initial_parameters(grid(), seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert np.mean(one[:100] == other[:100]) < 0.1  # ends of one tap are +-1


def test_an_mlp_is_dense():
    scenario = wave(network={"model": "mlp", "hidden": [7]})
    assert len(initial_parameters(scenario, 1)) == 14 * 7 + 7 * 10 + 17
    first = initial_parameters(scenario, 1)[: 14 * 7].reshape(7, 14)
    assert np.linalg.norm(first, axis=1) == pytest.approx(1, abs=1e-6)
