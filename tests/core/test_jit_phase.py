"""Phases: kernels copy them in, and Python is refused."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim.core.jit import kernel, phase


@phase
def doubled(values):
    for k in range(values.size):
        values[k] *= 2.0


@kernel
def twice(values):
    doubled(values)
    doubled(values)


def test_a_phase_runs_in_kernels_and_is_refused_to_python() -> None:
    values = np.ones(3)
    twice(values)
    assert values.tolist() == [4.0] * 3
    with pytest.raises(TypeError, match=r"^doubled: a phase is copied into kernels and cannot be called from Python"):
        doubled(values)
