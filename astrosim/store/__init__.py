"""Trajectory store: zarr arrays, one replicate per chunk, committed by records with checksums."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["open_replicates", "open_run"]


def __getattr__(name: str) -> Any:
    """Load a function when it is first used: variables are listed without zarr."""
    if name not in __all__:
        raise AttributeError(f"module 'astrosim.store' has no attribute {name!r}")
    return getattr(import_module("astrosim.store.read"), name)
