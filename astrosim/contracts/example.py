"""A small experiment by which a system shows that it keeps the contract of all systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Example:
    """Tables of a scenario file whose replicates take a fraction of a second.

    Attributes
    ----------
    tables : mapping
        As read from TOML; one condition per learner, at least two seeds.
    recording : mapping
        Tables of another record plan, which must change nothing but `by_records`.
    by_records : tuple of str
        Columns of summary.csv that are computed from the recorded episodes, and so follow the record plan.
    engines : tuple of str
        Engines that give the bits of the scenario's own.
    other_engine : mapping of str to tuple of str
        By engine: the conditions that it can run; all if left out.
    """

    tables: Mapping[str, Any]
    recording: Mapping[str, Any]
    by_records: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    other_engine: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
