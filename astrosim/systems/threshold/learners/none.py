"""No learner: the untrained control (Murray 2026)."""

from __future__ import annotations

from astrosim.systems.threshold.learners.astrocytes import OWN_ENGINES
from astrosim.systems.threshold.learners.learner import REPORT, Learner
from astrosim.systems.threshold.scenario.schema import Scenario

NOTHING = "nothing (nobody learns)"


class Control(Learner):
    """Network whose weights stay as they were drawn."""

    def passes(self, scenario: Scenario) -> int:
        """Return 0: no perturbation is tried."""
        return 0

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words: the current weights are evaluated, nothing else."""
        return judged if phase == "evaluate before" else NOTHING


LEARNER = Control(source=REPORT, engines=OWN_ENGINES)
