"""Scenarios: closed descriptions of experiments, read from TOML files."""

from __future__ import annotations

from astrosim.scenario.load import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.schema import Scenario

__all__ = ["Scenario", "condition_names", "load_scenario", "resolve", "to_toml"]
