"""The program behind the tables of Murray 2026: a threshold network with a simulation of its own."""

from __future__ import annotations

from dataclasses import replace

from astrosim.systems.threshold.system import SYSTEM as THRESHOLD

HERE = "astrosim.systems.published"
PARTS = {"engine": f"{HERE}.engines:make_engine", "example": f"{HERE}.example:EXAMPLE"}
SYSTEM = replace(THRESHOLD, name="published", parts={**THRESHOLD.parts, **PARTS})
