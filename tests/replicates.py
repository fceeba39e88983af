"""Scenarios and comparisons that several tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.systems.threshold.scenario.schema import Scenario

CONDITIONS: dict[str, dict[str, Any]] = {
    "maturity": {},
    "traffic": {"exploration": {"rule": "none"}},
    "baseline": {"sensing": {"rule": "firing"}, "exploration": {"rule": "none"}},
    "epsilon": {"sensing": {"rule": "firing"}, "exploration": {"rule": "flat"}},
    "firing_maturity": {"sensing": {"rule": "firing"}},
    "random": {"perturbation": {"scope": "random"}},
    "single": {"perturbation": {"scope": "single", "sigma": 1.0}},
    "global": {"perturbation": {"scope": "global"}},
    "binary": {"decision": {"reward": "binary"}, "perturbation": {"sigma": 0.4}},
    "log_sigmoid": {"decision": {"reward": "log_sigmoid", "gain": 3.0}, "perturbation": {"sigma": 0.3}},
    "margin_drift": {"decision": {"reward": "margin", "cap": 0.3, "accept": "drift"}},
    "part": {"perturbation": {"fraction": 0.1, "sigma": 0.5}},
    "part_global": {"perturbation": {"fraction": 0.3, "scope": "global"}},
    "metropolis": {"decision": {"accept": "metropolis", "temperature": 0.003}},
    "cursor": {"learner": "cursor"},
    "control": {"learner": "none"},
}


def scenario(**fields: Any) -> Scenario:
    """A scenario with some fields changed from their defaults."""
    return Scenario.model_validate(fields)


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of values that are not the same bits."""
    assert one.keys() == other.keys()
    return [name for name in one if not _same(np.asarray(one[name]), np.asarray(other[name]))]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
