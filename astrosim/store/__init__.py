"""Trajectory store: zarr arrays written a cell at a time, committed by records with checksums."""

from __future__ import annotations

from astrosim.store.read import open_run

__all__ = ["open_run"]
