"""The program behind the tables of Murray 2026: a threshold network with a simulation of its own."""

from __future__ import annotations

from dataclasses import replace

from astrosim.systems.threshold.system import SYSTEM as THRESHOLD

SYSTEM = replace(THRESHOLD, name="published")
