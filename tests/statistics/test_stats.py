import itertools
import math
import warnings

import numpy as np
import pytest
from scipy.stats import binom
from scipy.stats import t as student

from astrosim.statistics.inference import cohens_dz, compare, corrected, holm, mean_band, mean_interval

ALPHA = 1e-4  # false alarms of the test of p-values


def test_interval_of_degenerate_data_without_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        none, one, same = mean_interval([]), mean_interval([0.5]), mean_interval([0.7, 0.1 + 0.6, 0.7])
        two, apart = mean_interval([0.0, 1.0]), mean_interval([7.0, 7.0, 7.0])
    assert none.n == 0
    assert math.isnan(none.mean)
    assert (one.n, one.mean) == (1, 0.5)
    assert math.isnan(one.low)
    assert (two.n, two.mean, two.known) == (2, 0.5, False)  # two values tell of no interval worth the name
    unseen = 1 - 0.025 ** (1 / 3)  # of values elsewhere between 0 and 1, among three that are alike
    assert (same.low, same.high) == pytest.approx((0.7 * (1 - unseen), 0.7 + 0.3 * unseen))
    assert not apart.known  # how far others could lie is unknown


def test_interval_leaves_out_nan_and_repeats_itself():
    values = [0.5, 0.6, float("nan"), 0.9, 0.4]
    assert mean_interval(values) == mean_interval([0.5, 0.6, 0.9, 0.4])
    assert mean_interval(values).mean == pytest.approx(0.6)
    assert mean_interval(values).n == 4


def test_interval_is_equivariant():
    values = np.random.default_rng(3).normal(size=12)
    plain, moved = mean_interval(values), mean_interval(-2 * values + 1)
    assert moved.low == pytest.approx(1 - 2 * plain.high)
    assert mean_interval(3 * values).high == pytest.approx(3 * plain.high)


def test_interval_of_many_normal_values_is_the_textbook_one():
    values = np.random.default_rng(1).normal(size=400)
    interval = mean_interval(values)
    half = 1.96 * values.std(ddof=1) / 20
    assert interval.high - interval.mean == pytest.approx(half, rel=0.06)
    assert interval.mean - interval.low == pytest.approx(half, rel=0.06)
    assert mean_interval(values, 0.5).high < interval.high


def test_known_bounds_end_an_interval():
    values = [1.0, 1.0, 0.9, 1.0, 0.95]
    assert mean_interval(values).high > 1.0
    assert mean_interval(values, bounds=(0, 1)).high == 1.0
    assert mean_interval(values, bounds=(0, 1)).low == mean_interval(values).low


def test_differences_that_are_all_alike_leave_room_for_others():
    same = compare([1.0] * 10, [1.0] * 10).difference
    assert (same.low, same.high) == pytest.approx((-(1 - 0.025**0.1), 1 - 0.025**0.1))
    assert not compare([900.0] * 4, [800.0] * 4).difference.known


def test_band_narrows_and_holds_single_seeds():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(100, 5))
    mean, low, high = mean_band(values)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(high - low, 2 * 1.96 * values.std(axis=0) / 10, rtol=0.03)
    error = values[:, 1].std(ddof=1) / 10
    assert (low[1], high[1]) == pytest.approx(student.interval(0.95, 99, mean[1], error))
    values[:, 2] = np.nan
    values[1:, 3] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mean, low, high = mean_band(values)
    assert np.isnan([mean[2], low[2], high[2]]).all()
    assert mean[3] == low[3] == high[3] == values[0, 3]


def test_sign_flip_test_is_exact_for_few_seeds():
    first, second = np.array([0.7, 0.8, 0.6, 0.9]), np.array([0.5, 0.7, 0.65, 0.5])
    difference = first - second
    signs = np.array(list(itertools.product((1, -1), repeat=4)))
    expected = np.mean(np.abs((signs * difference).sum(axis=1)) >= abs(difference.sum()) - 1e-12)
    comparison = compare(first, second, ("a", "b"))
    assert comparison.p_value == pytest.approx(expected)
    assert (comparison.wins, comparison.ties, comparison.losses) == (3, 0, 1)
    assert comparison.effect == pytest.approx(difference.mean() / difference.std(ddof=1))
    assert comparison.difference.mean == pytest.approx(0.1625)


def test_ten_wins_out_of_ten():
    comparison = compare(np.linspace(0.6, 0.7, 10), np.full(10, 0.5))
    assert comparison.p_value == pytest.approx(2 / 2**10)
    swapped = compare(np.full(10, 0.5), np.linspace(0.6, 0.7, 10))
    assert swapped.p_value == pytest.approx(comparison.p_value)
    assert swapped.effect == pytest.approx(-comparison.effect)


def test_comparison_of_equal_and_of_shifted_values():
    values = [0.6, 0.7, 0.725]
    same = compare(values, values)
    assert (same.p_value, same.effect, same.ties) == (1.0, 0.0, 3)
    assert compare(np.add(values, 0.1), values).effect == math.inf
    rounding = compare([0.1 + 0.2], [0.3])
    assert (rounding.wins, rounding.ties) == (0, 1)


def test_comparison_refuses_unequal_lengths():
    with pytest.raises(ValueError, match="2 values of maturity for 1 of cursor; give the same seeds in both"):
        compare([1, 2], [1], ("maturity", "cursor"))


def test_permutation_p_values_are_uniform_under_no_difference():
    rng = np.random.default_rng(11)
    small = sum(compare(rng.normal(size=8), rng.normal(size=8)).p_value <= 0.1 for _ in range(300))
    level = math.floor(0.1 * 128) / 128  # attainable level: 2^8 sign patterns, two-sided
    assert binom.ppf(ALPHA / 2, 300, level) <= small <= binom.ppf(1 - ALPHA / 2, 300, level)


def test_cohens_dz_of_one_pair_is_unknown():
    assert math.isnan(cohens_dz(np.array([0.3])))


def test_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
    left_out = holm([0.02, float("nan"), 0.04])
    assert left_out[0] == pytest.approx(0.04)
    assert math.isnan(left_out[1])


def test_corrected_fills_in_the_family():
    pair = [compare(np.linspace(0.6, 0.7, 10), np.full(10, 0.5)), compare([0.5, 0.6, 0.9], [0.4, 0.7, 0.2])]
    first, second = corrected(pair)
    assert first.p_holm == pytest.approx(2 * pair[0].p_value)
    assert second.p_holm == pytest.approx(pair[1].p_value)
