"""The elementary functions: within one unit in the last place of the truth. The golden weights test their bits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

from astrosim.core.mulberry import uniform
from astrosim.systems.published.kernel import fdlibm
from astrosim.systems.published.kernel.perturbation import angle, fill_gauss, fill_regular, gauss_at

NO_COUNTERS = np.empty(0, dtype=np.uint32)
STRIDE = np.uint32(1831565813)


@pytest.mark.parametrize(
    ("mine", "libm", "values"),
    [
        (fdlibm.log, math.log, np.geomspace(1e-12, 1.0, 20_001)),
        (fdlibm.log, math.log, 1 + np.linspace(-1e-6, 1e-12, 2_001)),
        (fdlibm.log, math.log, np.linspace(0.6, 0.8, 2_001)),
        (fdlibm.exp, math.exp, np.linspace(-25, 25, 20_001)),
        (fdlibm.exp, math.exp, np.array([0.0, 1.0, -0.5, 0.5, 1e-300, math.log(2) / 2, 1.5 * math.log(2)])),
    ],
)
def test_relative_error(mine, libm, values):
    for x in values.tolist():
        assert abs(mine(x) - libm(x)) <= math.ulp(libm(x)), x


def test_cosine_on_the_turn_and_close_to_its_quarters():
    near = [n / 4 + k * 2.0**-32 for n in range(5) for k in range(-2000, 2001)]
    turns = [u for u in near + np.linspace(0, 1, 20_001).tolist() if 0 <= u <= 1]
    for x in (2 * math.pi * u for u in turns):
        assert abs(fdlibm.cos(x) - math.cos(x)) <= math.ulp(math.cos(x)), x


@njit
def find_near_quarter_turn(quarter):
    """A counter whose angle lies near a multiple of pi/2."""
    word = fdlibm.QUARTER_TURN_WORDS[quarter]
    for count in range(2**31):
        if fdlibm.upper(angle(np.uint32(count))) == word:
            return count
    return -1


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_vectorised_gaussians_notice_angles_near_a_quarter_turn(quarter):
    place, gauss = 7, np.empty(20)
    count = find_near_quarter_turn(quarter)
    assert uniform(count) == pytest.approx((quarter + 1) / 4, rel=1e-5)
    low = np.uint32((count - (2 * place + 1) * int(STRIDE)) % 2**32)
    assert fill_regular(low, STRIDE, gauss)
    fill_gauss(low, STRIDE, NO_COUNTERS, gauss)
    assert gauss.tolist() == [gauss_at(k, low, STRIDE, NO_COUNTERS) for k in range(20)]


def test_vectorised_gaussians_equal_single_ones():
    gauss = np.empty(2_000)
    for low in (1, 2**31, 2**32 - 1, 123_456_789):
        assert not fill_regular(np.uint32(low), STRIDE, gauss)
        single = [gauss_at(k, np.uint32(low), STRIDE, NO_COUNTERS) for k in range(2_000)]
        assert gauss.tolist() == single
        assert abs(gauss.mean()) < 4 / math.sqrt(2_000)
