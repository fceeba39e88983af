"""Neurons and astrocytes that learn together: astrocytes keep or revert, then neurons learn from the standing pass."""

from __future__ import annotations

from astrosim.core.phases import JOINT_PHASES, PHASES
from astrosim.systems.threshold.learners.astrocytes import LEARNER as ASTROCYTES
from astrosim.systems.threshold.learners.learner import REPORT, Learner
from astrosim.systems.threshold.learners.neurons.words import rule
from astrosim.systems.threshold.scenario.schema import Scenario

HERE = "astrosim.systems.threshold.learners.joint"
OF_NEURONS_ALONE = {phase.name for phase in JOINT_PHASES} - {phase.name for phase in PHASES}


class Joint(Learner):
    """Neurons and astrocytes on one set of weights."""

    def passes(self, scenario: Scenario) -> int:
        """Return 2: before and after a perturbation."""
        return 2

    def words(self, phase: str, scenario: Scenario, judged: str) -> str:
        """Return the action of a phase of neurons or of astrocytes in words."""
        if phase == "present":
            return f"{rule(phase, scenario)}; episodes of {scenario.schedule.trials_per_episode} trials"
        return rule(phase, scenario) if phase in OF_NEURONS_ALONE else ASTROCYTES.words(phase, scenario, judged)


LEARNER = Joint(
    source=REPORT,
    engines={"kernel": f"{HERE}.engine:TogetherEngine", "agents": f"{HERE}.model:TogetherModel"},
    phases=JOINT_PHASES,
    mover="astrocytes",
)
