"""Intervals of means, medians and shares, paired comparisons, and curves over seeds with their bands.

The public names are loaded when they are first used: data that is only counted needs no statistics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astrosim.statistics.curves import seed_band
    from astrosim.statistics.inference import (
        Comparison,
        Interval,
        Median,
        compare,
        corrected,
        mean_band,
        mean_interval,
        median_interval,
        share_interval,
    )

__all__ = [
    "Comparison",
    "Interval",
    "Median",
    "compare",
    "corrected",
    "mean_band",
    "mean_interval",
    "median_interval",
    "seed_band",
    "share_interval",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in __all__:
        raise AttributeError(f"module 'astrosim.statistics' has no attribute {name!r}")
    module = "curves" if name == "seed_band" else "inference"
    value = getattr(import_module(f"astrosim.statistics.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names and modules."""
    return sorted({*globals(), *__all__})
