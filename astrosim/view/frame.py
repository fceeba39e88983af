"""Frames: facts and typed arrays as bytes, and of these only what has changed since the frame before.

A frame is a little-endian uint32 n, n bytes of JSON, and the arrays one after the other, each from a multiple of 8
bytes on. The JSON holds `facts`, and `arrays` as [name, type, shape, offset]; offsets count from the first array.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

TYPES = {"float32": "f4", "int32": "i4", "uint8": "u1"}
ALIGNMENT = 8  # bytes


def pack(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return a frame as bytes.

    Parameters
    ----------
    facts : mapping
        Whatever JSON can hold.
    arrays : mapping of str to ndarray of float32, int32 or uint8, of any shape

    Raises
    ------
    TypeError
        If an array has another type.
    """
    table, blocks, offset = [], [], 0
    for name, array in arrays.items():
        if str(array.dtype) not in TYPES:
            raise TypeError(f"{name}: no type of a frame ({array.dtype}). Convert it to one of {', '.join(TYPES)}.")
        block = np.ascontiguousarray(array).astype(f"<{TYPES[str(array.dtype)]}", copy=False).tobytes()
        table.append([name, TYPES[str(array.dtype)], list(array.shape), offset])
        blocks.append(_padded(block))
        offset += len(blocks[-1])
    head = json.dumps({"facts": dict(facts), "arrays": table}, separators=(",", ":")).encode()
    room = -(4 + len(head)) % ALIGNMENT  # JSON may end in spaces
    return b"".join([struct.pack("<I", len(head) + room), head, b" " * room, *blocks])


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return facts and arrays (by name, of any shape) of a frame: what the page does in its own language."""
    (length,) = struct.unpack_from("<I", frame)
    head = json.loads(frame[4 : 4 + length])
    arrays = {
        name: np.frombuffer(frame, f"<{kind}", int(np.prod(shape)), 4 + length + offset).reshape(shape)
        for name, kind, shape, offset in head["arrays"]
    }
    return head["facts"], arrays


def _padded(block: bytes) -> bytes:
    return block + b"\0" * (-len(block) % ALIGNMENT)


class Changes:
    """Record of the arrays that a page has, so that none is sent twice."""

    def __init__(self) -> None:
        self._sent: dict[str, np.ndarray] = {}

    def of(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the arrays (by name, of any shape) that differ from those sent last; they then count as sent."""
        fresh = {name: array for name, array in arrays.items() if not self._has(name, array)}
        self._sent |= {name: array.copy() for name, array in fresh.items()}
        return fresh

    def _has(self, name: str, array: np.ndarray) -> bool:
        old = self._sent.get(name)
        return old is not None and old.shape == array.shape and old.tobytes() == array.tobytes()
