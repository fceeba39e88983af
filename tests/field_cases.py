"""Small scenarios of receptive fields for tests."""

from __future__ import annotations

from typing import Any

from astrosim.systems.arrays.scenario.schema import ArrayScenario

SMALL: dict[str, Any] = {
    "name": "small",
    "seeds": [3, 8],
    "task": {"data": "digits", "split": "drawn", "test": 150, "validation": 100, "train": 300},
    "network": {"units": 12, "field": 4},
    "perturbation": {"cap": 0.3},
    "batches": {"first": 140, "last": 300, "stay": 50},
    "schedule": {"trials": 300},
    "record": {"every": 100},
}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Nested tables merged."""
    return base | {
        key: merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in changes.items()
    }


def small(**changes: Any) -> ArrayScenario:
    """Twelve units on a part of scikit-learn's digits."""
    return ArrayScenario.model_validate(merged(SMALL, changes))
