"""Cost of a trial: forward passes, each of one pattern through the whole network."""

from __future__ import annotations

from astrosim.systems.threshold.learners.table import learner_of
from astrosim.systems.threshold.scenario.schema import Scenario


def passes_a_trial(scenario: Scenario) -> int:
    """Return the forward passes of a trial or update of a resolved scenario; see `Learner.passes`."""
    return learner_of(scenario.learner).passes(scenario)
