"""Systems by name, and where each is found: as text, so that nothing imports a system.

Other packages add systems by an entry point of the group `astrosim.systems`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from astrosim.contracts.loading import find, installed
from astrosim.contracts.system import System
from astrosim.core.errors import AstrosimError

SYSTEMS = {
    "astrocyte": "astrosim.systems.threshold.system:SYSTEM",
    "published": "astrosim.systems.published.system:SYSTEM",
    "wave": "astrosim.systems.waves.system:SYSTEM",
    "task": "astrosim.systems.arrays.system:SYSTEM",
    "environment": "astrosim.systems.blackbox.system:ENVIRONMENT",
    "objective": "astrosim.systems.blackbox.system:OBJECTIVE",
    "spiking": "astrosim.systems.spiking.system:SYSTEM",
    "spiking_learning": "astrosim.systems.spiking.system:LEARNING",
    "spiking_images": "astrosim.systems.spiking.system:IMAGES",
}
"""``module:name`` by the name of a system; the name is the `kind` that a scenario file gives, if it can give it."""

ALIASES = {"fields": "task", "images": "task"}
"""Earlier names of kinds, which files may still give."""

GROUP = "astrosim.systems"


@cache
def targets() -> dict[str, str]:
    """Return ``module:name`` by system: the package's own, then those of other packages' entry points."""
    return SYSTEMS | {name: place for name, place in installed(GROUP).items() if name not in SYSTEMS}


def register(name: str, target: str) -> None:
    """Add a system to this process, as an entry point of an installed package does for all.

    Parameters
    ----------
    name : str
        Its name; a name that is there already is taken over.
    target : str
        ``module:name`` of the `System`.
    """
    SYSTEMS[name] = target
    for known in (targets, kinds, find_system):
        known.cache_clear()


@cache
def kinds() -> tuple[str, ...]:
    """Return the names that a scenario file can give as its `kind`."""
    return tuple(name for name in targets() if find_system(name).kind == name)


@cache
def find_system(name: str) -> System:
    """Return a system by its name.

    Raises
    ------
    AstrosimError
        If there is no such system.
    RunError
        If its module needs a package that is not installed.
    """
    name = ALIASES.get(name, name)
    if name not in targets():
        raise AstrosimError(f"kind: no such kind of scenario ({name!r}). Write one of {', '.join(targets())}.")
    system: System = find(targets()[name], f'Scenarios with kind = "{name}" need')
    return system


def system_of(kind: str, tables: Mapping[str, Any]) -> System:
    """Return the system that a scenario file describes.

    Parameters
    ----------
    kind : str
    tables : mapping
        Of the file: where several systems share a kind, the fields that it has tell them apart.

    Raises
    ------
    AstrosimError, RunError
        See `find_system`.
    """
    system = find_system(kind)
    for path, name in system.variants.items():
        section, _, field = path.partition(".")
        if field in (tables.get(section) or ()):
            return find_system(name)
    return system
