"""Neurons that learn by rules of their own, or are placed as in experiments 001 to 018 (Murray 2026)."""

from __future__ import annotations

from astrosim.core.phases import NEURON_PHASES
from astrosim.systems.threshold.learners.learner import REPORT, Learner
from astrosim.systems.threshold.learners.neurons.words import rule
from astrosim.systems.threshold.scenario.schema import Scenario

HERE = "astrosim.systems.threshold.learners.neurons"


class Neurons(Learner):
    """Neurons and synapses that learn by eligibility, flags and a chemical."""

    def passes(self, scenario: Scenario) -> int:
        """Return 1: the pattern of the trial."""
        return 1

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase in words."""
        return rule(phase, scenario)


LEARNER = Neurons(
    source=REPORT,
    engines={"kernel": f"{HERE}.engine:NeuronEngine", "agents": f"{HERE}.model:NeuronModel"},
    phases=NEURON_PHASES,
)
