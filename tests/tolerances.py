"""Bounds of rounding error (Higham 2002, chapter 3): tolerances that hold on every processor.

BLAS, NumPy, torch and libm choose their code by the processor. The order of a sum, fused multiply-adds and the last
bits of elementary functions differ with it; a bound by the number of operations holds for every order. All bounds are
for two computations of the same value, each with an error of its own: hence the factor 2.
"""

from __future__ import annotations

import numpy as np

UNIT = 2.0**-53  # unit roundoff of float64
UNIT32 = 2.0**-24  # unit roundoff of float32
LIBM = 1  # units in the last place of exp, log, sin and cos of the C library
VECTORS = 4  # the same of NumPy's vector loops, which promise so much


def gamma(operations: int, unit: float = UNIT) -> float:
    """Relative error of that many operations without cancellation, in any order."""
    return operations * unit / (1 - operations * unit)


def rounding(operations: int, functions: int = 0, unit: float = UNIT) -> float:
    """Relative difference of two values of that many operations on positive terms.

    ``functions`` counts the units in the last place of the elementary functions among them, each two roundings.
    """
    return 2 * gamma(operations + 2 * functions, unit)


def affine(matrix: np.ndarray, values: np.ndarray, added: np.ndarray | float = 0.0) -> np.ndarray:
    """Absolute difference of two computations of ``matrix @ values + added``, however the terms cancel."""
    size = np.abs(matrix) @ np.abs(values) + np.abs(added)
    return rounding(np.shape(values)[0] + 1) * size


def correlation(count: int) -> float:
    """Absolute difference of two correlations of that many pairs.

    The sum of products errs relative to the two norms that divide it, which err alike; the means' own errors are of
    second order. Three more for the product of the norms, its root, and the quotient.
    """
    return 2 * rounding(count + 2) + rounding(3)


def assert_within(found: np.ndarray, wanted: np.ndarray, bound: np.ndarray | float) -> None:
    """Every element within its own bound."""
    excess = np.abs(np.asarray(found) - wanted) / bound
    assert np.max(excess) <= 1, f"{np.max(excess):.3g} times the bound, at {np.argmax(excess)}"
