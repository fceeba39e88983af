"""Small scenarios whose figures and animations tests draw."""

from __future__ import annotations

from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

ASTROCYTES = Scenario.model_validate(
    {
        "name": "drawn",
        "seeds": [3, 8],
        "network": {"regular": 4},
        "schedule": {"episodes": 12},
        "record": {"every": 4, "weights_at": [0, 8, -1]},
        "conditions": {
            "maturity": {},
            "lesioned": {"interventions": [{"action": "lesion_astrocytes", "at_episode": 6, "which": [1]}]},
        },
    }
)
XOR = WaveScenario.model_validate(
    {
        "kind": "wave",
        "name": "waves",
        "seeds": [3, 8],
        "task": {"data": "xor"},
        "front": {"rule": "none"},
        "network": {"steps": "s d g g"},
        "schedule": {"epochs": 3, "batch": 4},
        "conditions": {"wave": {}, "mlp": {"network": {"model": "mlp", "hidden": [4]}}},
    }
)
