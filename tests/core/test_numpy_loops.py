"""NumPy's cosine and sine in compiled code: the very bits of NumPy, in float64 and float32."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from astrosim.core.jit import kernel
from astrosim.core.numpy_loops import cosine, cosine_single, loop_of, loops, sine, sine_single, square, square_single

COUNT = 100_000


@kernel
def in_double(loops, x, cosines, sines, squares):
    for i in range(x.size):
        cosines[i] = cosine(loops, x[i])
        sines[i] = sine(loops, x[i])
        squares[i] = square(loops, x[i])


@kernel
def in_single(loops, x, cosines, sines, squares):
    for i in range(x.size):
        cosines[i] = cosine_single(loops, x[i])
        sines[i] = sine_single(loops, x[i])
        squares[i] = square_single(loops, x[i])


KERNELS = {np.float64: in_double, np.float32: in_single}


def numbers(kind: Any) -> np.ndarray:
    """Angles of everyday size, of every size, and those that are none."""
    draw = np.random.default_rng(7)
    usual = draw.normal(0.0, 4.0, COUNT // 2)
    wide = draw.uniform(-1.0, 1.0, COUNT // 2) * 10.0 ** draw.uniform(-30.0, 6.0, COUNT // 2)
    return np.concatenate([usual, wide, [0.0, -0.0, np.inf, -np.inf, np.nan]]).astype(kind)


def bits(values: np.ndarray) -> np.ndarray:
    return values.view(f"u{values.itemsize}")


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_bits_are_numpys(kind: Any):
    x = numbers(kind)
    cosines, sines, squares = (np.empty_like(x) for _ in range(3))
    KERNELS[kind](loops(), x, cosines, sines, squares)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        one_by_one = [(np.cos(value), np.sin(value), value**2) for value in x]
    expected = np.array(one_by_one, kind).T
    finite = np.isfinite(x)
    for found, wanted in zip((cosines, sines, squares), expected, strict=True):
        assert np.array_equal(bits(found[finite]), bits(np.ascontiguousarray(wanted)[finite]))
        assert np.array_equal(np.isnan(found), np.isnan(wanted))


def test_a_table_that_is_no_ufuncs_is_refused():
    with pytest.raises(LookupError, match="keeps the loops of add elsewhere"):
        loop_of(np.add, "d")
    with pytest.raises(LookupError, match="no known loop of cos for b->b"):
        loop_of(np.cos, "b")


INTERPRETED = """
import numpy as np
from test_numpy_loops import in_double, in_single, numbers
from astrosim.core.numpy_loops import loops
for kernel, kind in ((in_double, np.float64), (in_single, np.float32)):
    x = numbers(kind)[-2_000:-5]
    found = [np.empty_like(x) for _ in range(3)]
    kernel(loops(), x, *found)
    assert all(np.array_equal(a, b) for a, b in zip(found, (np.cos(x), np.sin(x), [v**2 for v in x])))
print("equal")
"""


def test_the_interpreter_calls_the_same_loops():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", INTERPRETED],
        cwd=os.path.dirname(__file__),
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.stdout == "equal\n", done.stderr
