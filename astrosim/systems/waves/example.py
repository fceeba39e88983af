"""A small experiment on calcium-wave networks: both learning rules, with disturbances, and an MLP."""

from __future__ import annotations

from astrosim.contracts.example import Example

EXAMPLE = Example(
    tables={
        "kind": "wave",
        "name": "example",
        "seeds": [3, 8],
        "task": {"data": "digits", "train": 200, "test": 100, "validation": 50},
        "front": {"rule": "sparse", "width": 20},
        "network": {"steps": "gd gd gd gd gd"},
        "schedule": {"epochs": 2, "batch": 64},
        "conditions": {
            "gradient": {},
            "disturbed": {"leak": {"sigma": 0.5}, "noise": {"sigma": 0.1}, "loss": {"p": 0.1}},
            "keep_revert": {"training": {"rule": "keep_revert"}},
            "mlp": {"network": {"model": "mlp", "hidden": [20]}},
        },
    },
    recording={"record": {"weights": False}},
)
