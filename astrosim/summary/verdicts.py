"""How a measured figure stands to a published one, in words."""

from __future__ import annotations

import math

SAME = 1e-9  # 1; differences below are rounding


def standing(measured: float, published: float, within: str, replayed: bool) -> tuple[str, bool]:
    """Compare a measured figure with a published one, in words; say whether they agree.

    Parameters
    ----------
    measured : float
    published : float
        As printed: its digits say how exact it is.
    within : str
        What the published figure lies within, such as "the interval"; empty if it does not.
    replayed : bool
        Whether the published system itself was run; of another system, equal figures are a coincidence.
    """
    difference = measured - published
    if not math.isfinite(difference):
        return "not measured", False
    if abs(difference) <= SAME:
        return "reproduced exactly" if replayed else "equal", True
    digits = len(repr(float(published)).partition(".")[2])
    if abs(difference) <= 0.5 * 10**-digits + SAME and digits > 1:
        return "reproduced to its digits" if replayed else "equal to its digits", True
    if within:
        return f"within {within}", True
    return f"missed: {abs(difference):.{max(digits, 3)}f} too {'high' if difference > 0 else 'low'}", False
