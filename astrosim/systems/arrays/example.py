"""A small experiment on image networks: one condition per learner, on scikit-learn's digits."""

from __future__ import annotations

from typing import get_args

from astrosim.contracts.example import Example
from astrosim.systems.arrays.scenario.sections import ArrayLearner

RULES = get_args(ArrayLearner.model_fields["rule"].annotation)
CONDITIONS = {rule: {"learner": {"rule": rule}} for rule in RULES}

EXAMPLE = Example(
    tables={
        "kind": "task",
        "name": "example",
        "seeds": [3, 8],
        "task": {"data": "digits", "split": "drawn", "test": 100, "validation": 50, "train": 200},
        "network": {"units": 16, "field": 4},
        "batches": {"first": 64, "last": 128, "stay": 20},
        "schedule": {"trials": 120},
        "record": {"every": 40},
        "conditions": CONDITIONS | {"rounds": {"decision": {"proposals": 4}}},
    },
    recording={"record": {"every": 60, "weights": False}},
    engines=("agents",),
    other_engine={"agents": ("astrocytes", "random_mask", "one_plus_one", "rounds")},
)
