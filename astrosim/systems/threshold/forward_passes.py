"""What a trial costs: forward passes, each of one pattern through the whole network."""

from __future__ import annotations

from astrosim.rules.consolidation import CONSOLIDATION, WHOLE
from astrosim.rules.window import passes_before, window_size
from astrosim.systems.threshold.scenario.baseline_section import RIVALS
from astrosim.systems.threshold.scenario.schema import Scenario


def passes_a_trial(scenario: Scenario) -> int:
    """Forward passes of a trial or update; of one in which something is perturbed, and that is not given up in a race.

    What stands is evaluated once and remembered where all patterns are shown; the very first evaluation is not counted,
    nor are the looks at the frozen network that records take. A gradient's way back is no pass.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    """
    if scenario.learner == "none":
        return 0
    patterns = len(scenario.task.patterns)
    if scenario.learner in RIVALS:
        return patterns * _networks_an_update(scenario.learner, scenario.rival.population)
    if scenario.neuronal:
        return 2 if scenario.learner == "both" else 1
    shown = window_size(scenario.decision.window, patterns)
    whole = CONSOLIDATION[scenario.decision.consolidation] == WHOLE
    return int(shown + passes_before(shown, patterns, whole))


def _networks_an_update(learner: str, population: int) -> int:
    """How often a rival shows every pattern in an update."""
    several = {
        "evolution": 2 * population,
        "cma_es": 2 * population,
        "spsa": 2,
        "node_perturbation": 1 + population,
        "reinforce": population,
    }
    return several.get(learner, 1)
