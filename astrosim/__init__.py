"""Agent-based discrete-event simulation in which astrocytes learn and neurons compute.

The public names are loaded when they are first used, so that `import astrosim` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from astrosim.core.platforms import check_platform

if TYPE_CHECKING:
    from astrosim.core.errors import AstrosimError, ScenarioError, StoreError
    from astrosim.export import export_run
    from astrosim.report import write_report
    from astrosim.runs import run
    from astrosim.runs.rerun import rerun
    from astrosim.runs.sweep import sweep
    from astrosim.runs.trained import load_trained
    from astrosim.scenario import condition_names, load_scenario, resolve
    from astrosim.store import open_run
    from astrosim.systems.published.engine import PublishedEngine
    from astrosim.systems.threshold.agents.agents import Astrocyte, Neuron
    from astrosim.systems.threshold.agents.model import AstroModel
    from astrosim.systems.threshold.ceilings import Ceiling, ceiling
    from astrosim.systems.threshold.doors import build_network, build_territories
    from astrosim.systems.threshold.engines import make_engine
    from astrosim.systems.threshold.kernel.engine import KernelEngine
    from astrosim.systems.threshold.network.territories import Territories
    from astrosim.systems.threshold.network.topology import Network
    from astrosim.systems.threshold.scenario.schema import Scenario

__version__ = "0.2.0"
__all__ = [
    "AstroModel",
    "Astrocyte",
    "AstrosimError",
    "Ceiling",
    "KernelEngine",
    "Network",
    "Neuron",
    "PublishedEngine",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "Territories",
    "__version__",
    "build_network",
    "build_territories",
    "ceiling",
    "condition_names",
    "export_run",
    "load_scenario",
    "load_trained",
    "make_engine",
    "open_run",
    "rerun",
    "resolve",
    "run",
    "sweep",
    "write_report",
]

_MODULES = {
    "systems.threshold.agents.agents": ("Astrocyte", "Neuron"),
    "systems.threshold.ceilings": ("Ceiling", "ceiling"),
    "systems.threshold.engines": ("make_engine",),
    "core.errors": ("AstrosimError", "ScenarioError", "StoreError"),
    "export": ("export_run",),
    "systems.threshold.kernel": ("KernelEngine",),
    "systems.threshold.agents.model": ("AstroModel",),
    "systems.published.engine": ("PublishedEngine",),
    "report": ("write_report",),
    "runs": ("rerun", "run"),
    "runs.sweep": ("sweep",),
    "runs.trained": ("load_trained",),
    "scenario": ("condition_names", "load_scenario", "resolve"),
    "systems.threshold.scenario.schema": ("Scenario",),
    "store": ("open_run",),
    "systems.threshold.doors": ("build_network", "build_territories"),
    "systems.threshold.network.territories": ("Territories",),
    "systems.threshold.network.topology": ("Network",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'astrosim' has no attribute {name!r}")
    check_platform()
    value = getattr(import_module(f"astrosim.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names and modules."""
    return sorted({*globals(), *__all__})
