"""Coverage of the 95 % interval of a mean, by simulation: few seeds, skewed values, accuracies near 0 and 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from astrosim.statistics.inference import mean_interval

ALPHA = 1e-4  # false alarms of each simulation
REPEATS = 1000  # samples of each
BITS = 40  # of an accuracy: eight patterns of five bits
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
FAIR: dict[str, tuple[Draw, float, float]] = {  # how values are drawn, their mean, least coverage at any n
    "normal": (lambda rng, shape: rng.normal(2.0, 3.0, shape), 2.0, 0.94),
    "uniform": (lambda rng, shape: rng.random(shape), 0.5, 0.93),
    "near one": (lambda rng, shape: rng.binomial(BITS, 0.99, shape) / BITS, 0.99, 0.95),
    "nearly one": (lambda rng, shape: rng.binomial(BITS, 0.998, shape) / BITS, 0.998, 0.95),
    "near zero": (lambda rng, shape: rng.binomial(BITS, 0.02, shape) / BITS, 0.02, 0.95),
    "all or nothing": (lambda rng, shape: (rng.random(shape) < 0.98).astype(float), 0.98, 0.95),
    "one in twenty collapses": (lambda rng, shape: 1 - 0.5 * (rng.random(shape) < 0.05), 0.975, 0.95),
}
SHORT: dict[str, tuple[Draw, float, float, float]] = {  # the same with the most coverage: below 95 %, and named so
    "exponential": (lambda rng, shape: rng.exponential(1.0, shape), 1.0, 0.90, 0.94),
    "log-normal": (lambda rng, shape: rng.lognormal(0.0, 1.0, shape), float(np.exp(0.5)), 0.86, 0.91),
}


def hits(draw: Draw, mean: float, n: int) -> int:
    samples = draw(np.random.default_rng(n), (REPEATS, n))
    return sum(mean_interval(sample).holds(mean) for sample in samples)


@pytest.mark.parametrize("n", [3, 5, 10, 100])
@pytest.mark.parametrize("name", FAIR)
def test_the_interval_covers_as_often_as_it_says(name: str, n: int) -> None:
    draw, mean, least = FAIR[name]
    assert hits(draw, mean, n) >= binom.ppf(ALPHA, REPEATS, least)


@pytest.mark.parametrize("n", [3, 5])
@pytest.mark.parametrize("name", SHORT)
def test_longer_tails_are_covered_less_often_as_the_module_says(name: str, n: int) -> None:
    draw, mean, least, most = SHORT[name]
    assert binom.ppf(ALPHA, REPEATS, least) <= hits(draw, mean, n) <= binom.ppf(1 - ALPHA, REPEATS, most)


def test_normal_values_are_covered_no_more_often_than_said() -> None:
    draw, mean, _ = FAIR["normal"]
    assert hits(draw, mean, 10) <= binom.ppf(1 - ALPHA, REPEATS, 0.95)


def test_a_collapse_that_no_seed_has_shown_is_not_covered() -> None:
    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return 0.98 - 0.48 * (rng.random(shape) < 0.2) + 0.01 * rng.normal(size=shape)

    assert hits(draw, 0.884, 3) <= binom.ppf(1 - ALPHA, REPEATS, 0.55)
    assert hits(draw, 0.884, 100) >= binom.ppf(ALPHA, REPEATS, 0.95)
