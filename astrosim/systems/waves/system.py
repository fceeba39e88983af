"""Calcium-wave networks: its parts, and where each is found."""

from __future__ import annotations

from astrosim.contracts.system import System

HERE = "astrosim.systems.waves"
SYSTEM = System(
    name="wave",
    kind="wave",
    unit="updates",
    parts={
        "scenario": f"{HERE}.scenario.schema:WaveScenario",
        "template": f"{HERE}.scenario.template:TEMPLATE",
        "runner": f"{HERE}.runner:RUNNER",
    },
)
