"""The one place that chooses an engine; each is imported when it is first asked for, as compiled code loads slowly."""

from __future__ import annotations

from astrosim.contracts.registry import find_system
from astrosim.contracts.simulation import Engine
from astrosim.systems.threshold.scenario.baseline_section import RIVALS
from astrosim.systems.threshold.scenario.schema import Scenario


def make_quick_engine(scenario: Scenario, seed: int) -> Engine:
    """Build the quickest engine with the bits of a scenario's own: the kernel, unless agents have code of their own.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """
    own = scenario.agents.astrocyte is not None
    return make_engine(scenario if own else scenario.model_copy(update={"engine": "kernel"}), seed)


def make_engine(scenario: Scenario, seed: int) -> Engine:
    """Build the engine of one cell.

    Parameters
    ----------
    scenario : Scenario
        Resolved: its `conditions` are not looked at.
    seed : int
    """
    if scenario.neuronal:
        return _together(scenario, seed) if scenario.learner == "both" else _neurons(scenario, seed)
    if scenario.system_name == "published":
        simulation: Engine = find_system("published").part("simulation")(scenario, seed)
        return simulation
    if scenario.learner in RIVALS:
        return _rival(scenario, seed)
    if scenario.engine == "agents":
        from astrosim.systems.threshold.agents.model import AstroModel

        return AstroModel(scenario, seed)
    from astrosim.systems.threshold.kernel.engine import KernelEngine

    return KernelEngine(scenario, seed)


def _rival(scenario: Scenario, seed: int) -> Engine:
    """The engine of a learner beside the astrocytes."""
    if scenario.learner == "cma_es":
        from astrosim.systems.threshold.learners.baselines.cma_es import CovarianceEngine

        return CovarianceEngine(scenario, seed)
    from astrosim.systems.threshold.learners.baselines.engine import RivalEngine

    return RivalEngine(scenario, seed)


def _neurons(scenario: Scenario, seed: int) -> Engine:
    """The engine of neurons that learn by themselves."""
    if scenario.engine == "agents":
        from astrosim.systems.threshold.learners.neurons.model import NeuronModel

        return NeuronModel(scenario, seed)
    from astrosim.systems.threshold.learners.neurons.engine import NeuronEngine

    return NeuronEngine(scenario, seed)


def _together(scenario: Scenario, seed: int) -> Engine:
    """The engine of neurons and astrocytes that learn together."""
    if scenario.engine == "agents":
        from astrosim.systems.threshold.learners.joint.model import TogetherModel

        return TogetherModel(scenario, seed)
    from astrosim.systems.threshold.learners.joint.engine import TogetherEngine

    return TogetherEngine(scenario, seed)
