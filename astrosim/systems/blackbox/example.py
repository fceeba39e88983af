"""Small experiments on an environment and an objective: one condition per learner."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from astrosim.contracts.example import Example
from astrosim.systems.blackbox.scenario.sections import Rule

CONDITIONS = {rule: {"learner": {"rule": rule}} for rule in get_args(Rule)}
EXAMPLE = Example(
    tables={
        "kind": "task",
        "name": "example",
        "seeds": [3, 8],
        "task": {"environment": "CartPole-v1"},
        "network": {"units": 4},
        "perturbation": {"together": 2},
        "decision": {"episodes": 4, "stay": 5},
        "birth": {"networks": 4, "warm": 1},
        "schedule": {"steps": 3_000},
        "record": {"every": 1_000, "test": 4, "validation": 2},
        "conditions": CONDITIONS,
    },
    recording={"record": {"every": 1_500, "weights": False}},
    engines=("agents",),
    other_engine={"agents": ("astrocytes",)},
)
OBJECTIVE_EXAMPLE = replace(
    EXAMPLE,
    tables={
        "kind": "task",
        "name": "example",
        "seeds": [3, 8],
        "task": {"objective": "astrosim.tasks:sphere", "size": 12, "allow_code": True},
        "territory": {"size": 4},
        "schedule": {"evaluations": 600},
        "record": {"every": 200},
        "conditions": CONDITIONS,
    },
    recording={"record": {"every": 300, "weights": False}},
    engines=(),
    other_engine={},
)
