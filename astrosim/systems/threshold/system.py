"""Threshold networks: its parts, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System

HERE = "astrosim.systems.threshold"
SYSTEM = System(
    name="astrocyte",
    kind="astrocyte",
    unit="trials",
    parts={
        "scenario": f"{HERE}.scenario.schema:Scenario",
        "template": f"{HERE}.scenario.template:TEMPLATE",
        "runner": f"{HERE}.runner:RUNNER",
    },
)
