"""Output vectors of a frozen network over the patterns of its task. Murray 2026, section 5.1."""

from __future__ import annotations

import numpy as np


def distinct_outputs(outputs: np.ndarray) -> int:
    """Return the number of distinct output vectors; 1 is a constant-output attractor.

    Parameters
    ----------
    outputs : ndarray of uint8 or int8, shape (pattern, bit)
    """
    return len({vector.tobytes() for vector in np.ascontiguousarray(outputs)})


def constant_output(outputs: np.ndarray) -> bool:
    """Return whether several patterns all give the same output vector (uint8 or int8, shape (pattern, bit))."""
    return len(outputs) > 1 and distinct_outputs(outputs) == 1
