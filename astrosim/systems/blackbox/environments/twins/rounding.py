"""Arithmetic in float32 by float64: one operation, rounded (correct for +, -, *, /: float64 has more than twice the
digits).
"""

from __future__ import annotations

import numpy as np

from astrosim.core.jit import inlined


@inlined
def single(x):
    """Return a float64 rounded to float32."""
    return np.float64(np.float32(x))
