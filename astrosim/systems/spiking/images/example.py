"""A small experiment on images and spiking units, by which the system shows that it keeps the contract."""

from __future__ import annotations

from astrosim.contracts.example import Example

EXAMPLE = Example(
    tables={
        "kind": "spiking",
        "name": "example",
        "seeds": [3, 8],
        "task": {
            "data": "digits",
            "split": "drawn",
            "test": 100,
            "validation": 50,
            "train": 200,
            "window_ms": 20.0,
        },
        "network": {"units": 16, "field": 4},
        "batches": {"first": 64, "last": 128, "stay": 20},
        "schedule": {"trials": 120},
        "record": {"every": 40},
        "conditions": {
            "plain": {},
            "noisy": {
                "batches": {"jitter": True, "shift": 1},
                "learner": {"average": 0.5},
                "perturbation": {"fraction": 0.5, "last_cap": 0.1},
                "decision": {"race": 0.5},
            },
        },
    },
    recording={"record": {"every": 60, "weights": False}},
)
"""Jitter, shifts, a running mean, a part of the synapses and a race in one condition: each has draws of its own."""
