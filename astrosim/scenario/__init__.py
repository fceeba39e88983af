"""Scenarios: closed descriptions of experiments, read from TOML files."""

from __future__ import annotations

from astrosim.scenario.kinds import AnyScenario
from astrosim.scenario.load import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.receptive import FieldScenario
from astrosim.scenario.schema import Scenario
from astrosim.scenario.wave import WaveScenario

__all__ = [
    "AnyScenario",
    "FieldScenario",
    "Scenario",
    "WaveScenario",
    "condition_names",
    "load_scenario",
    "resolve",
    "to_toml",
]
