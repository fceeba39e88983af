"""Checkpoints inside a cell: arrays and a JSON text in one npz file, never pickle, written atomically."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.store.files import write_atomically

CHECKPOINTS = "checkpoints"
FORMAT_VERSION = 1


class CheckpointError(Exception):
    """A checkpoint that cannot be used; its text says why."""


def _seal(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write a checkpoint.

    Parameters
    ----------
    path : Path
    arrays : mapping of str to ndarray
    facts : mapping
        What JSON can hold.
    """
    facts = {**facts, "format_version": FORMAT_VERSION}
    text = json.dumps({"facts": facts, "sha256": _seal(arrays, facts)})
    buffer = io.BytesIO()
    np.savez(buffer, **{"checkpoint.json": np.frombuffer(text.encode(), dtype="u1"), **arrays})  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())


def load(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """Read a checkpoint; None if there is none.

    Raises
    ------
    CheckpointError
        If it is damaged, truncated, or of another format.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(arrays.pop("checkpoint.json").tobytes())
        facts, expected = head["facts"], head["sha256"]
    except Exception as error:  # a damaged zip fails in many ways, all of them mean the same
        raise CheckpointError(f"{path}: damaged after {len(data)} bytes ({error})") from error
    if _seal(arrays, facts) != expected:
        raise CheckpointError(f"{path}: its checksum is not the one that was written")
    if facts.get("format_version") != FORMAT_VERSION:
        raise CheckpointError(f"{path}: format {facts.get('format_version')} where {FORMAT_VERSION} is known")
    return arrays, facts
