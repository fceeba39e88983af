"""Figures for print, from the dataset of `open_run`; every function returns a matplotlib Figure.

Each system brings its own figures; the registry finds them when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from astrosim.contracts.loading import find
from astrosim.contracts.registry import find_system, targets

SHARED = {"solved_curves": "astrosim.plot.solving:solved_curves", "wave_classes": "astrosim.plot.classes:wave_classes"}
"""``module:function`` of the figures that several systems draw."""


def known() -> dict[str, str]:
    """Return ``module:function`` of all figures by name."""
    return SHARED | {name: where for system in targets() for name, where in find_system(system).plots.items()}


def __getattr__(name: str) -> Any:
    """Load a figure, or a module of this folder."""
    if name.startswith("_"):
        raise AttributeError(f"module 'astrosim.plot' has no attribute {name!r}")
    if name in known():
        return find(known()[name], f"astrosim.plot.{name} needs")
    try:
        return import_module(f"astrosim.plot.{name}")
    except ModuleNotFoundError:
        raise AttributeError(f"module 'astrosim.plot' has no attribute {name!r}") from None


def __dir__() -> list[str]:
    """Figures and modules."""
    return sorted({*globals(), *known()})
