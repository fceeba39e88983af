"""Which kinds of scenarios the live view shows."""

from __future__ import annotations

from typing import Any

from astrosim.errors import ScenarioError
from astrosim.scenario import Scenario


def astrocyte_scenario(scenario: Any, name: str) -> Scenario:
    """The scenario, if the view can show it.

    Raises
    ------
    ScenarioError
        For scenarios of other kinds.
    """
    if not isinstance(scenario, Scenario):
        raise ScenarioError(
            [
                f'{name}: kind: the live view shows neurons and astrocytes ("{scenario.kind}"). '
                "`astrosim animate` shows calcium-wave networks."
            ]
        )
    return scenario
