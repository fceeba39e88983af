"""Objects found by the text ``module:name``; a missing package is named with the extra that brings it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from astrosim.core.errors import PackageError

EXTRAS = {
    "torch": "wave",
    "sklearn": "tasks",
    "threadpoolctl": "tasks",
    "pooch": "wave",
    "imageio_ffmpeg": "view",
    "gymnasium": "control",
    "pygame": "control",
    "Box2D": "box2d",
    "libsonata": "sonata",
    "neo": "neo",
    "nixio": "neo",
    "SALib": "sweep",
    "dask": "cluster",
    "distributed": "cluster",
    "dask_jobqueue": "cluster",
}
"""Extra of the package that brings a module."""


@cache
def _entry_points() -> EntryPoints:
    return entry_points()  # read once: all installed packages are looked through, which takes some 20 ms


def installed(group: str) -> dict[str, str]:
    """Return ``module:name`` by name of what other packages add to a group of entry points."""
    return {point.name: point.value for point in _entry_points().select(group=group)}


def find(target: str, who: str) -> Any:
    """Return what a module offers, by name.

    Parameters
    ----------
    target : str
        ``module:name``.
    who : str
        Begin of the sentence of the error, up to the verb.

    Raises
    ------
    PackageError
        If the module needs a package that is not installed; says what to install.
    """
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise missing_extra(error, who) from error


def missing_extra(error: ModuleNotFoundError, who: str) -> Exception:
    """Return the error to raise where a module is missing: it names the extra, if one brings the module.

    Parameters
    ----------
    error : ModuleNotFoundError
    who : str
        Begin of the sentence, up to the verb.
    """
    missing = (error.name or "").partition(".")[0]
    if missing not in EXTRAS:
        return error
    return PackageError(
        f"{who} {missing}, which is not installed. Install it: pip install 'astrosim[{EXTRAS[missing]}]'"
    )
