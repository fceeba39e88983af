"""Words for numbers of things."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun in the singular or plural: 1 seed, 1,200 seeds."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
