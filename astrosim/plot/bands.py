"""Means over seeds with their bands, as far as seeds and conditions allow any."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from astrosim.plot.style import marker
from astrosim.statistics.inference import LEAST, mean_band

MOST_BANDS = 6  # conditions; bands of more only hide each other
FRACTION = (0.0, 1.0)
"""Bounds of a fraction."""
BANDS = (
    f"bands (of {LEAST} seeds or more, and of at most {MOST_BANDS} conditions): pointwise 95 % "
    "intervals of that mean over seeds (Student's t)"
)
"""What a caption says of them."""


def draw_mean(
    axes: Axes,
    x: np.ndarray,
    values: np.ndarray,
    look: tuple[str, Any],
    label: str,
    conditions: int = 1,
    bounds: tuple[float, float] = FRACTION,
) -> None:
    """Draw the mean over seeds, and its band where there are seeds enough and not too many conditions.

    Parameters
    ----------
    axes : Axes
    x : ndarray of float, shape (point,)
    values : ndarray of float, shape (seed, point)
        nan where a seed has none.
    look : (str, line style)
        Of `astrosim.plot.style.colours`.
    label : str
    conditions : int
        Drawn in the axes.
    bounds : tuple of float
        Least and largest possible value.
    """
    (colour, line), seeds = look, np.isfinite(values).any(axis=1).sum()
    mean, low, high = mean_band(values, bounds=bounds)
    if seeds >= LEAST and conditions <= MOST_BANDS:
        axes.fill_between(x, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(x, mean, color=colour, linestyle=line, marker=marker(len(x)), label=label)
