"""A small experiment on the published system: the rules of the paper, the cursor, and iteration 1 of experiment 020."""

from __future__ import annotations

from astrosim.contracts.example import Example

EXAMPLE = Example(
    tables={
        "name": "example",
        "kind": "astrocyte",
        "system": "published",
        "seeds": [42, 137],
        "schedule": {"episodes": 4},
        "record": {"every": 1, "weights_at": [0, -1], "trials": True, "firing": True},
        "conditions": {
            "maturity": {},
            "cursor": {"learner": "cursor"},
            "iteration": {"learner": "cursor", "homeostasis": {"rule": "episode"}},
            "none": {"learner": "none"},
        },
    },
    recording={"record": {"every": 2, "weights_at": [2]}},
    by_records=("late_degradation",),
)
