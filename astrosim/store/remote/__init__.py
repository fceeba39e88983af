"""Runs at an address (URL): an object store, a server, or whatever else fsspec reaches. Sizes in bytes.

A run is computed in a local working copy, which has locks and checkpoints, and is mirrored to its address; readers get
a local copy of what is committed there, checked against its records.
"""

from __future__ import annotations

from astrosim.store.remote.address import is_address, without_secrets
from astrosim.store.remote.copies import local_copy, run_lies_at
from astrosim.store.remote.working import working_copy

__all__ = ["is_address", "local_copy", "run_lies_at", "without_secrets", "working_copy"]
