"""Leak kernels: sums, borders, and the attenuated one's printed weights."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from astrosim.systems.waves.mesh.leak import attenuated_kernel, leak_table, normalised_kernel


def matrix(grid: tuple[int, int], *arguments, **options) -> np.ndarray:
    """The whole map of a layer onto itself."""
    heard, weights = leak_table(grid, *arguments, **options)
    cells, ends = grid[0] * grid[1], np.cumsum([len(cell) for cell in heard])
    whole = np.zeros((cells, cells))
    for j, (cell, part) in enumerate(zip(heard, np.split(weights, ends[:-1]), strict=True)):
        whole[j, cell] = part
    return whole


PRINTED = {0.1: (1, 0, 1), 0.3: (0.9847, 0.0038, 0.992), 0.35: (0.9358, 0.0158, 0.967), 0.4: (0.8450, 0.0371, 0.919),
           0.5: (0.6193, 0.0838, 0.787), 0.6: (0.4452, 0.1110, 0.667)}  # fmt: skip


@pytest.mark.parametrize("sigma", PRINTED)
def test_the_attenuated_kernel_is_as_printed(sigma):
    """Centre, side, sum: spec, section 3. Its sum is g0."""
    kernel = attenuated_kernel(sigma)
    assert kernel == pytest.approx([PRINTED[sigma][1], PRINTED[sigma][0], PRINTED[sigma][1]], abs=6e-5)
    assert kernel.sum() == pytest.approx(PRINTED[sigma][2], abs=6e-4)
    assert kernel.sum() == pytest.approx(1 / (1 + 2 * np.exp(-0.5 / sigma**2)))


@pytest.mark.parametrize(("border", "mode"), [("zero", "constant"), ("reflect", "reflect"), ("ring", "wrap")])
@pytest.mark.parametrize(("cells", "sigma", "reach"), [(12, 0.7, 3), (5, 1.5, 5), (2, 2.0, 7), (1, 1.0, 3)])
def test_lines_are_those_of_scipy(border, mode, cells, sigma, reach):
    values = np.random.default_rng(1).standard_normal(cells)
    reference = gaussian_filter1d(values, sigma, mode=mode, radius=reach)
    assert matrix((1, cells), sigma, reach, border) @ values == pytest.approx(reference, abs=1e-6)


def test_a_grid_leaks_along_both_axes():
    values = np.random.default_rng(1).standard_normal((4, 5))
    reference = gaussian_filter1d(gaussian_filter1d(values, 0.8, 0, radius=2, mode="reflect"), 0.8, 1, radius=2,
                                  mode="reflect")  # fmt: skip
    assert (matrix((4, 5), 0.8, 2, "reflect") @ values.ravel()).reshape(4, 5) == pytest.approx(reference, abs=1e-6)


@pytest.mark.parametrize("border", ["reflect", "ring"])
def test_nothing_is_lost_but_over_a_border_of_zeros(border):
    assert matrix((1, 9), 1.2, 4, border).sum(axis=0) == pytest.approx(1, abs=1e-6)
    assert matrix((1, 9), 1.2, 4, "zero").sum(axis=0)[0] < 0.9


def test_a_normalised_kernel_sums_to_one():
    assert normalised_kernel(0.6, 2).sum() == pytest.approx(1)
    assert normalised_kernel(0.6, 2)[0] / normalised_kernel(0.6, 2)[2] == pytest.approx(np.exp(-0.5 * (2 / 0.6) ** 2))
