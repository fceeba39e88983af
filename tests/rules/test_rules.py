"""Each rule against its closed form in the specification."""

import math

import numpy as np
import pytest
from scipy.special import expit
from tolerances import LIBM, rounding

from astrosim.rules import adaptation, cursor, decision, exploration, propagation, reward, selection, sensing

TARGETS = np.array([1, 0, 1, 0, 1], np.uint8)


def test_a_neuron_fires_strictly_above_its_threshold():
    assert not propagation.fires(0.5, 0.5)
    assert propagation.fires(np.nextafter(0.5, 1.0), 0.5)


def test_summed_input_counts_fired_neurons_only():
    weight = np.array([0.5, -0.25, 1.0, 2.0], np.float32)
    pre = np.array([0, 1, 2, 0], np.int32)
    fired = np.array([True, True, False])
    assert propagation.summed_input(weight, np.array([0, 1, 2], np.int32), pre, fired) == 0.25


def test_firing_and_traffic_scores():
    fired = np.array([True, False, True, True])
    weight = np.array([0.5, -0.25, 1.0, -2.0], np.float32)
    pre = np.array([0, 1, 2, 3], np.int32)
    assert sensing.score(sensing.summed_firing(np.array([0, 1, 2], np.int32), fired), 3) == 2 / 3
    assert (
        sensing.score(
            sensing.summed_contributions(sensing.TRAFFIC, weight, np.arange(4, dtype=np.int32), pre, fired), 4
        )
        == 3.5 / 4
    )
    assert sensing.score(0.0, 0) == 0.0


@pytest.mark.parametrize(("activations", "rate"), [(0, 0.30), (2000, 0.15), (38_000, 0.015)])
def test_exploration_falls_with_maturity(activations, rate):
    assert exploration.exploration_rate(exploration.MATURITY, activations, 0.01, 0.30, 2000.0) == pytest.approx(rate)
    assert exploration.exploration_rate(exploration.FLAT, activations, 0.01, 0.30, 2000.0) == 0.01
    assert exploration.exploration_rate(exploration.NONE, activations, 0.01, 0.30, 2000.0) == 0.0


def test_exploration_and_thresholds_are_strict():
    assert exploration.explores(0.0099, 0.01)
    assert not exploration.explores(0.01, 0.01)
    assert not selection.above_threshold(0.5, 0.5)


def test_higher_scores_come_first_and_ties_go_by_number():
    assert selection.precedes(0.3, 7, 0.2, 1)
    assert selection.precedes(0.3, 1, 0.3, 2)
    assert not selection.precedes(0.3, 2, 0.3, 1)


def test_soft_reward_is_the_mean_sigmoid_of_signed_margins():
    activations = np.array([1.2, -0.3, 0.5, 0.9, 0.0])
    expected = np.mean(
        [1 / (1 + math.exp(-s * (a - 0.5))) for a, s in zip(activations, [1, -1, 1, -1, 1], strict=True)]
    )
    assert reward.soft_reward(activations, TARGETS, 0.5) == pytest.approx(expected, rel=rounding(9, LIBM))
    assert reward.reward(reward.SOFT, activations, TARGETS, 0.5, 1.0, 1.0) == reward.soft_reward(
        activations, TARGETS, 0.5
    )


def test_binary_reward_is_the_fraction_of_matching_bits():
    assert reward.binary_reward(np.array([1.2, -0.3, 0.5, 0.9, 0.0]), TARGETS, 0.5) == 2 / 5
    assert reward.reward(reward.BINARY, np.array([9.0, 0, 9, 0, 9]), TARGETS, 0.5, 1.0, 1.0) == 1.0


ACTIVATIONS = np.array([1.2, -0.3, 0.5, 0.9, -700.0])
SIGNED = np.array([0.7, 0.8, 0.0, -0.4, -700.5])  # distance from threshold .5 on the right side


@pytest.mark.parametrize("gain", [0.3, 1.0, 7.0])
def test_log_sigmoid_reward_is_the_mean_logarithm_and_falls_without_end(gain):
    expected = np.mean(-np.logaddexp(0.0, -gain * SIGNED))
    found = reward.reward(reward.LOG_SIGMOID, ACTIVATIONS, TARGETS, 0.5, gain, 1.0)
    assert found == pytest.approx(expected, rel=1e-14)
    worse = np.array([1.2, -0.3, 0.5, 0.9, -1e6])
    assert reward.reward(reward.LOG_SIGMOID, worse, TARGETS, 0.5, gain, 1.0) < -gain * 1e5
    perfect = np.array([1e9, -1e9, 1e9, -1e9, 1e9])
    assert 0.0 >= reward.reward(reward.LOG_SIGMOID, perfect, TARGETS, 0.5, gain, 1.0) > -1e-15


def test_a_gain_sharpens_the_soft_reward():
    assert reward.reward(reward.SOFT, ACTIVATIONS, TARGETS, 0.5, 7.0, 1.0) == pytest.approx(
        np.mean(expit(7.0 * SIGNED)), rel=1e-14
    )


@pytest.mark.parametrize("cap", [0.1, 0.75, 10.0])
def test_margin_reward_is_the_mean_distance_up_to_its_cap(cap):
    expected = np.minimum(SIGNED, cap).mean()
    assert reward.reward(reward.MARGIN, ACTIVATIONS, TARGETS, 0.5, 1.0, cap) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("rule", "rose", "same"),
    [(decision.STRICT, True, False), (decision.DRIFT, True, True), (decision.METROPOLIS, True, True)],
)
def test_acceptance_of_a_rise_and_of_no_change(rule, rose, same):
    key = np.array([1, 2], np.uint32)
    assert decision.stands(rule, 0.6, 0.5, 0.0, 0.01, key, 7) == rose
    assert decision.stands(rule, 0.5, 0.5, 0.0, 0.01, key, 7) == same
    assert not decision.stands(rule, 0.4, 0.5, 0.0, 1e-6, key, 7)
    assert decision.stands(rule, 0.4, 0.5, 0.2, 1e-6, key, 7)  # the offset counts


@pytest.mark.parametrize("fall", [0.005, 0.02, 0.05])
def test_metropolis_keeps_a_fall_with_its_probability(fall):
    """Two-sided, alpha about 1e-6: five standard deviations of a binomial count."""
    key, trials = np.array([3, 4], np.uint32), 20_000
    kept = sum(decision.stands(decision.METROPOLIS, 0.5 - fall, 0.5, 0.0, 0.02, key, n) for n in range(trials))
    p = math.exp(-fall / 0.02)
    assert abs(kept - trials * p) < 5.0 * math.sqrt(trials * p * (1.0 - p))


def test_only_a_strict_rise_is_kept():
    assert decision.keeps(0.6, 0.5)
    assert not decision.keeps(0.5, 0.5)


def test_the_window_forgets_its_oldest_outcome():
    outcome, outcomes, recent = np.zeros(4, np.uint8), 0, 0
    history = [1, 1, 0, 1, 0, 0, 1, 0, 0]
    for n, kept in enumerate(history, start=1):
        outcomes, recent = adaptation.remember(outcome, outcomes, recent, np.uint8(kept))
        window = history[max(0, n - 4) : n]
        assert (outcomes, recent) == (n, sum(window))
        assert adaptation.success_rate(recent, outcomes, 4) == sum(window) / len(window)


@pytest.mark.parametrize(
    ("threshold", "rate", "expected"),
    [
        (0.5, 0.16, 0.49),
        (0.5, 0.15, 0.5),
        (0.5, 0.05, 0.5),
        (0.5, 0.04, 0.51),
        (0.1, 1.0, 0.1),
        (0.105, 1.0, 0.1),
        (0.9, 0.0, 0.9),
        (0.895, 0.0, 0.9),
    ],
)
def test_thresholds_follow_success_within_their_bounds(threshold, rate, expected):
    assert adaptation.adapted(threshold, rate, 0.01, 0.15, 0.05, 0.1, 0.9) == expected


def test_thresholds_move_every_fiftieth_trial_counted_from_one():
    assert [n for n in range(1, 151) if adaptation.is_due(n, 50)] == [50, 100, 150]


def test_the_cursor_steps_jumps_and_stays_in_its_box():
    assert cursor.moved(1.0, -5.0, 5.0, False, 0.75, 1.5) == 1.75
    assert cursor.moved(4.9, -5.0, 5.0, False, 1.0 - 2**-32, 1.5) == 5.0
    assert cursor.moved(1.0, -5.0, 5.0, True, 0.25, 1.5) == -2.5
    assert cursor.within(3.0, 4.0, 5.0)
    assert not cursor.within(3.0, 4.0, 4.999)
