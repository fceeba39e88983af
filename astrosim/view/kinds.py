"""Which kinds of scenarios the live view shows."""

from __future__ import annotations

from typing import Any

from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, resolve
from astrosim.systems.threshold.scenario.schema import Scenario


def astrocyte_scenario(scenario: Any, name: str) -> Scenario:
    """The scenario, if the view can show it.

    Raises
    ------
    ScenarioError
        For scenarios of other kinds, and for neurons that learn by themselves.
    """
    if not isinstance(scenario, Scenario):
        raise ScenarioError(
            [
                f'{name}: kind: the live view shows neurons and astrocytes ("{scenario.kind}"). '
                "`astrosim animate` shows calcium-wave networks."
            ]
        )
    for condition in condition_names(scenario):
        if resolve(scenario, condition).neuronal:
            raise ScenarioError(
                [
                    f"{name}: learner: the live view does not show neurons that learn by themselves ({condition}). "
                    "Leave that condition out; `astrosim report` and `astrosim plot` show such runs."
                ]
            )
    return scenario
