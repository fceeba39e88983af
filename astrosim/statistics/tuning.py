"""Settings that tuning tries: the defaults first, then points of a Halton sequence (Halton 1960) over the logarithms.

The points are the same on every call, and those of a smaller number come first in those of a larger one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def settings_to_try(
    defaults: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
    count: int,
    multiples: Mapping[str, int] | None = None,
) -> list[dict[str, float]]:
    """Return settings, the first of them the defaults.

    Parameters
    ----------
    defaults : mapping of str to float
    ranges : mapping of str to tuple of float
        Lowest and highest value, above 0, of what is tuned; all else stays at its default.
    count : int
        Number of settings, at least 1.
    multiples : mapping of str to int
        By name: values are rounded to multiples of it, and at least it.

    Raises
    ------
    ValueError
        If no setting is to be tried, or a range does not lie above 0.
    """
    if count < 1:
        raise ValueError(f"count: at least one setting must be tried ({count}). Write 1 or more.")
    wrong = [name for name, (low, high) in ranges.items() if not 0.0 < low <= high]
    if wrong:
        raise ValueError(f"ranges: no range above 0 ({wrong[0]}). Write its lowest and its highest value.")
    from scipy.stats import qmc  # late: tables of settings are read without it

    tried = [dict(defaults)]
    if count > 1 and ranges:
        points = qmc.Halton(len(ranges), scramble=False).fast_forward(1).random(count - 1)  # the point 0 is left out
        for point in points:
            values = {
                name: float(low * (high / low) ** share)
                for share, (name, (low, high)) in zip(point, ranges.items(), strict=True)
            }
            for name, multiple in (multiples or {}).items():
                if multiple and name in values:
                    values[name] = float(max(1, np.rint(values[name] / multiple)) * multiple)
            tried.append(tried[0] | values)
    return tried
