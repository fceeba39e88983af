"""Calcium-wave networks (dimensionless values): the only room that uses torch. Peterson, see `scenarios/waves`.

The public names are loaded when they are first used: all but `WaveNet` work without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astrosim.systems.waves.agents import WaveAstrocyte, WaveModel
    from astrosim.systems.waves.learners.learner import KernelNetwork
    from astrosim.systems.waves.net import WaveNet
    from astrosim.systems.waves.show.animation import animate_wave, draw_wave
    from astrosim.systems.waves.stored import stored_network

__all__ = [
    "KernelNetwork",
    "WaveAstrocyte",
    "WaveModel",
    "WaveNet",
    "animate_wave",
    "draw_wave",
    "stored_network",
]

_MODULES = {
    "agents": ("WaveAstrocyte", "WaveModel"),
    "show.animation": ("animate_wave", "draw_wave"),
    "learners.learner": ("KernelNetwork",),
    "net": ("WaveNet",),
    "stored": ("stored_network",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'astrosim.systems.waves' has no attribute {name!r}")
    value = getattr(import_module(f"astrosim.systems.waves.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names and modules."""
    return sorted({*globals(), *__all__})
