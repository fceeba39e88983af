"""The choice of an engine for the published system."""

from __future__ import annotations

from astrosim.systems.published.engine import PublishedEngine
from astrosim.systems.published.kernel.iterations import IterationEngine
from astrosim.systems.threshold.scenario.schema import Scenario


def make_engine(scenario: Scenario, seed: int) -> PublishedEngine:
    """Return the engine of a resolved scenario of the published system.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    """
    if scenario.homeostasis.rule == "episode":
        return IterationEngine(scenario, seed)
    return PublishedEngine(scenario, seed)
