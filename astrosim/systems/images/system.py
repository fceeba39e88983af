"""Image networks: its parts, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System

HERE = "astrosim.systems.images"
SYSTEM = System(
    name="fields",
    kind="fields",
    unit="trials",
    parts={
        "scenario": f"{HERE}.scenario.schema:FieldScenario",
        "template": f"{HERE}.scenario.template:TEMPLATE",
        "runner": f"{HERE}.runner:RUNNER",
    },
)
