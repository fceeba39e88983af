"""A small experiment on threshold networks: one condition per learner."""

from __future__ import annotations

from typing import Any, get_args

from astrosim.contracts.example import Example
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.scenario.schema import Scenario

OWN: dict[str, dict[str, Any]] = {
    "astrocytes": {},
    "both": {},
    "cursor": {},
    "neurons": {},
    "none": {},
}
"""Condition by learner; all others are baselines, which see every pattern in an update."""

EVERY = get_args(Scenario.model_fields["learner"].annotation)
CONDITIONS = {name: {"learner": name, **OWN.get(name, {"decision": {"window": 0}})} for name in EVERY}
FURTHER: dict[str, dict[str, Any]] = {
    "coupled": {"coupling": {"graph": "nearest", "neighbours": 2}},
    "windowed": {
        "decision": {"window": 0},
        "perturbation": {"adapt_sigma": True},
        "record": {"firing_trials": [20, 90], "firing_every": 7},
    },
    "intervened": {"interventions": [{"action": "lesion_astrocytes", "which": [3], "at_trial": 40}]},
}
"""Conditions under which astrocytes do more than in the paper."""

EXAMPLE = Example(
    tables={
        "name": "example",
        "seeds": [3],
        "network": {"regular": 4},
        "decision": {"reward": "log_sigmoid"},
        "schedule": {"episodes": 12, "trials_per_episode": 10},
        "record": {"every": 3, "weights_at": [0, -1], "decisions": True, "trials": True, "firing": True},
        "conditions": CONDITIONS | FURTHER,
    },
    recording={"record": {"every": 5, "weights_at": [2], "decisions": False, "trials": False, "firing": False}},
    by_records=("late_degradation",),
    engines=("agents",),
    other_engine={"agents": tuple(name for name in (*CONDITIONS, *FURTHER) if name not in BASELINES)},
)
