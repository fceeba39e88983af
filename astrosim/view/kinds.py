"""Which kinds of scenarios the live view shows."""

from __future__ import annotations

from typing import Any

from astrosim.contracts.registry import find_system
from astrosim.core.errors import ScenarioError
from astrosim.systems.threshold.scenario.schema import Scenario


def is_watched(scenario: Any) -> bool:
    """Return whether the system brings replicates of its own to be shown: policies that play, spiking networks."""
    return bool(find_system(scenario.family).has("watched"))


def astrocyte_scenario(scenario: Any, name: str) -> Scenario:
    """Return the scenario, if the view can show it.

    Raises
    ------
    ScenarioError
        For scenarios of other kinds.
    """
    system = find_system(scenario.family)
    if not system.has("view") or system.has("watched"):
        raise ScenarioError([f"{name}: {system.refusal('view')}"])
    shown: Scenario = scenario
    return shown
