"""The program behind the tables of Murray 2026: a threshold network with a simulation of its own."""

from __future__ import annotations

from dataclasses import replace

from astrosim.systems.threshold.system import SYSTEM as THRESHOLD

HERE = "astrosim.systems.published"
SYSTEM = replace(THRESHOLD, name="published", parts={**THRESHOLD.parts, "simulation": f"{HERE}.engines:make_engine"})
