"""Scenario files: closed descriptions of experiments in TOML; read, merged, checked, and written."""

from __future__ import annotations

from astrosim.scenario.conditions import condition_names, resolve
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.load import load_run, load_scenario, to_toml

__all__ = ["Experiment", "condition_names", "load_run", "load_scenario", "resolve", "to_toml"]
