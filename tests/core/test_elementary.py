"""Elementary functions against the mathematical ones, and bit for bit against plain NumPy arithmetic."""

import math

import numpy as np
import pytest

from astrosim.core.exact_functions import (
    cos_sin_turn,
    exp,
    exp_single,
    expm1_single,
    log,
    log_scaled,
    log_sigmoid,
    minus_two_log,
    sigmoid,
    sigmoid_single,
    tanh_single,
)

WORDS = np.unique(
    np.concatenate(
        [
            np.random.default_rng(5).integers(0, 2**32, 20_000, dtype=np.uint64),
            np.arange(40, dtype=np.uint64),
            np.uint64(2**32) - 1 - np.arange(40, dtype=np.uint64),
            *[np.uint64(2**k) + np.arange(-2, 3).astype(np.uint64) for k in range(2, 32)],
        ]
    )
).astype(np.uint32)


def test_minus_two_log_is_accurate_and_never_negative():
    values = np.array([minus_two_log(w) for w in WORDS], dtype=np.float64)
    exact = -2.0 * np.log((WORDS.astype(np.float64) + 0.5) / 2.0**32)
    assert values.min() >= 0.0
    assert np.abs(values - exact).max() < 4e-6
    assert values.max() < 45.8


def test_cos_sin_turn_are_accurate():
    pairs = np.array([cos_sin_turn(w) for w in WORDS], dtype=np.float64)
    angle = 2.0 * np.pi * WORDS.astype(np.float64) / 2.0**32
    assert np.abs(pairs - np.stack([np.cos(angle), np.sin(angle)], axis=1)).max() < 1.5e-7


def test_exp_is_within_one_unit_in_the_last_place():
    for x in np.concatenate([np.linspace(-708, 708, 4001), np.linspace(-2, 2, 4001)]):
        assert exp(x) == pytest.approx(math.exp(x), rel=2.3e-16)


def test_log_sigmoid_is_accurate_and_has_no_floor():
    numbers = np.concatenate([np.linspace(-800.0, 800.0, 4001), np.linspace(-1.0, 1.0, 2001), [-1e300, 1e300]])
    exact = -np.logaddexp(0.0, -numbers)
    found = np.array([log_sigmoid(x) for x in numbers])
    assert np.allclose(found, exact, rtol=5e-16 * 4, atol=1e-300)
    assert (np.diff(found[:4001]) >= 0.0).all()


def test_exp_is_clamped_beyond_its_range():
    assert exp(1e9) == exp(708.0)
    assert exp(-1e9) == exp(-708.0) > 0.0


def test_sigmoid_is_symmetric_and_monotone():
    x = np.linspace(-30, 30, 2001)
    s = np.array([sigmoid(v) for v in x])
    assert np.all(np.diff(s) >= 0.0)
    assert np.abs(s + s[::-1] - 1.0).max() < 1e-15
    assert sigmoid(0.0) == 0.5


@pytest.mark.parametrize("x", [2.0**-53, 1e-9, 0.4, 0.5, 0.999999, 1.0, 1.7, 1e6, 2.0**53])
def test_log_inverts_exp(x):
    assert log(x) == pytest.approx(math.log(x), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("function", [minus_two_log, cos_sin_turn])
def test_compiled_bits_are_those_of_uncontracted_arithmetic(function):
    """The Python source, run in NumPy scalars, rounds after every operation: no fused multiply-add."""
    plain = function.py_func
    with np.errstate(over="ignore"):
        for w in WORDS[:: WORDS.size // 800]:
            assert np.array_equal(np.float32(function(w)), np.float32(plain(w)))


SINGLES = np.concatenate(
    [np.linspace(-20, 20, 4001), np.geomspace(1e-20, 87, 2000), -np.geomspace(1e-20, 87, 2000)]
).astype(np.float32)


@pytest.mark.parametrize(
    ("function", "reference", "units"),
    [
        (exp_single, np.exp, 2),
        (expm1_single, np.expm1, 3),
        (tanh_single, np.tanh, 4),
        (sigmoid_single, lambda x: 1 / (1 + np.exp(-x)), 4),
    ],
    ids=["exp", "expm1", "tanh", "sigmoid"],
)
def test_single_precision_is_within_its_units_in_the_last_place(function, reference, units):
    found = np.array([function(x) for x in SINGLES], dtype=np.float64)
    exact = reference(SINGLES.astype(np.float64))
    assert np.max(np.abs(found - exact) / np.spacing(np.abs(exact).astype(np.float32))) <= units


def test_the_logarithm_in_single_precision():
    numbers = np.geomspace(1e-30, 1e30, 4001).astype(np.float32)
    found = np.array([log_scaled(x, 0) for x in numbers], dtype=np.float64)
    exact = np.log(numbers.astype(np.float64))
    assert np.max(np.abs(found - exact) / np.maximum(np.abs(exact), 1)) < 2e-7
    assert log_scaled(np.float32(1), 0) == 0
    assert log_scaled(np.float32(8), 3) == 0


def test_single_precision_is_clamped_far_out():
    far = np.float32(1e30)
    assert tanh_single(far) == 1
    assert tanh_single(-far) == -1
    assert np.isfinite(exp_single(far))
    assert 0 < exp_single(-far) < 1e-37
    assert expm1_single(-far) == -1
