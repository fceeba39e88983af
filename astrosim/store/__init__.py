"""Trajectory store: zarr arrays, one replicate per chunk, committed by records with checksums."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["open_run"]


def __getattr__(name: str) -> Any:
    """Load `open_run` when it is first used: variables are listed without zarr."""
    if name != "open_run":
        raise AttributeError(f"module 'astrosim.store' has no attribute {name!r}")
    return import_module("astrosim.store.read").open_run
