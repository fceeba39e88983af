"""A cursor that wanders over the plane and perturbs the synapses around it (Murray 2026).

Source: Murray 2026, section 6.1, experiment 020. Rules: `astrosim.rules.cursor`.
"""

from __future__ import annotations

from astrosim.rules.choices import SCOPE
from astrosim.systems.threshold.learners.astrocytes import OWN_ENGINES, decide_words, passes_of_window, perturb_words
from astrosim.systems.threshold.learners.learner import REPORT, Learner
from astrosim.systems.threshold.scenario.schema import Scenario


class Cursor(Learner):
    """Wandering point, which senses nothing."""

    def passes(self, scenario: Scenario) -> int:
        """Return the passes of a trial with a perturbation."""
        return passes_of_window(scenario)

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words."""
        told = {
            "sense": lambda _: "nothing (the cursor senses nothing)",
            "activate": _move,
            "evaluate before": lambda _: judged,
            "perturb": _perturb,
            "evaluate after": lambda _: judged,
            "decide": decide_words,
            "adapt": lambda _: "nothing (the cursor does not adapt)",
        }
        return told[phase](scenario)


def _move(scenario: Scenario) -> str:
    cursor = scenario.cursor
    return f"after the first pass the cursor jumps (p = {cursor.jump:g}) or steps (up to {cursor.step:g} units)"


def _perturb(scenario: Scenario) -> str:
    if scenario.perturbation.scope != "territory":
        return perturb_words(scenario, SCOPE[scenario.perturbation.scope].told())
    return perturb_words(scenario, f"synapses with a neuron within {scenario.cursor.radius:g} units of the cursor")


LEARNER = Cursor(source=REPORT, engines=OWN_ENGINES, mover="cursor")
