"""Random steps: their distribution, the grid of the weights, exact sums, lazy equals eager."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from astrosim.core.rng import stream_key
from astrosim.rules import scope
from astrosim.rules.perturbation import gaussian_at, grid, grid_limit, on_grid, perturb, perturbed

F = np.float32
KEY = stream_key(7, "perturbation")


@pytest.fixture(scope="module")
def gaussians():
    return np.array([gaussian_at(KEY, trial, index) for trial in range(400) for index in range(500)], dtype=np.float64)


def test_gaussians_have_the_moments_of_the_normal_law(gaussians):
    n = gaussians.size
    assert abs(gaussians.mean()) < 3.9 / np.sqrt(n)  # two-sided alpha 1e-4
    assert abs(gaussians.var() - 1.0) < 3.9 * np.sqrt(2.0 / n)
    assert abs(stats.skew(gaussians)) < 3.9 * np.sqrt(6.0 / n)
    assert abs(stats.kurtosis(gaussians)) < 3.9 * np.sqrt(24.0 / n)


def test_gaussians_follow_the_normal_law_also_in_the_tails(gaussians):
    assert stats.kstest(gaussians, "norm").pvalue > 0.001
    tail = np.abs(gaussians[np.abs(gaussians) > 2.5])
    conditional = (stats.norm.sf(tail) / stats.norm.sf(2.5)).clip(0, 1)
    assert stats.kstest(conditional, "uniform").pvalue > 0.001


def test_the_two_branches_of_a_pair_are_independent(gaussians):
    even, odd = gaussians[::2], gaussians[1::2]
    assert abs(np.corrcoef(even, odd)[0, 1]) < 3.9 / np.sqrt(even.size)
    assert abs(np.corrcoef(even**2, odd**2)[0, 1]) < 3.9 / np.sqrt(even.size)


@pytest.mark.parametrize("limit", [2.0, 1.0, 0.3, 5.0, 1000.0])
def test_weights_stay_on_the_grid_and_within_the_limit(limit):
    weights = on_grid(np.random.default_rng(1).uniform(-limit, limit, 400), limit)
    synapses = np.arange(400, dtype=np.int32)
    for trial in range(60):
        perturb(weights, synapses, KEY, trial, F(limit / 4 / grid(limit)), F(grid(limit)), grid_limit(limit))
        assert np.abs(weights).max() <= limit
        assert np.array_equal(weights / grid(limit), np.rint(weights / grid(limit)))
    assert np.abs(weights).max() == grid_limit(limit)  # the clip was reached


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 2000))
def test_sums_of_weights_are_exact_in_any_order(seed, size):
    rng = np.random.default_rng(seed)
    weights = on_grid(rng.uniform(-2, 2, size), 2.0).astype(np.float64)
    exact = int(np.rint(weights / grid(2.0)).astype(np.int64).sum()) * grid(2.0)
    running = 0.0
    for w in rng.permutation(weights):
        running += w
    assert running == exact


def test_a_step_depends_on_trial_and_synapse_alone():
    w = F(0.25)
    one = perturbed(w, KEY, 11, 1003, F(0.1 / grid(2.0)), F(grid(2.0)), F(2.0))
    many = np.full(2000, w, F)
    perturb(many, np.arange(900, 1500, dtype=np.int32), KEY, 11, F(0.1 / grid(2.0)), F(grid(2.0)), F(2.0))
    assert many[1003] == one
    assert np.all(many[:900] == w)
    assert np.all(many[1500:] == w)


def test_samples_are_uniform_without_replacement_and_undone():
    key, size, count, trials = stream_key(9, "scope"), 12, 5, 12_000
    deck, partner = np.arange(size, dtype=np.int32), np.zeros(8, np.uint32)
    hits = np.zeros(size)
    pairs = np.zeros((size, size))
    for trial in range(trials):
        scope.sample(key, trial, count, deck, partner)
        chosen = deck[:count].copy()
        assert np.unique(chosen).size == count
        hits[chosen] += 1
        pairs[np.ix_(chosen, chosen)] += 1
        scope.undo(count, deck, partner)
        assert np.array_equal(deck, np.arange(size))
    assert np.abs(hits / trials - count / size).max() < 4.5 * np.sqrt(count / size * (1 - count / size) / trials)
    together = count * (count - 1) / (size * (size - 1))
    off = pairs[~np.eye(size, dtype=bool)] / trials
    assert np.abs(off - together).max() < 4.5 * np.sqrt(together * (1 - together) / trials)
