"""Conditions merged into the tables of a scenario, and the defaults that follow what they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astrosim.scenario.experiment import Experiment


def merge(model: type[Experiment], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Merge an override into a scenario's tables, however deep; lists are replaced whole.

    A default follows the choice that sets it: see `Experiment.follow`.
    """
    return model.follow(deep_merge(base, override), base, override)


def deep_merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables within tables; all other values of the override replace those of the base."""
    data = dict(base)
    for key, value in override.items():
        old = data.get(key)
        data[key] = deep_merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return data
