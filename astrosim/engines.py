"""The one place that chooses an engine; each is imported when it is first asked for, as compiled code loads slowly."""

from __future__ import annotations

from astrosim.engine import Engine
from astrosim.scenario.rival_section import RIVALS
from astrosim.scenario.schema import Scenario


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
    if scenario.system == "published":
        if scenario.homeostasis.rule == "episode":
            from astrosim.published.iterations import IterationEngine

            return IterationEngine(scenario, seed)
        from astrosim.published.engine import PublishedEngine

        return PublishedEngine(scenario, seed)
    if scenario.learner in RIVALS:
        return _rival(scenario, seed)
    if scenario.engine == "agents":
        from astrosim.model import AstroModel

        return AstroModel(scenario, seed)
    from astrosim.kernel import KernelEngine

    return KernelEngine(scenario, seed)


def _rival(scenario: Scenario, seed: int) -> Engine:
    """The engine of a learner beside the astrocytes."""
    if scenario.learner == "cma_es":
        from astrosim.rivals.cma_es import CovarianceEngine

        return CovarianceEngine(scenario, seed)
    from astrosim.rivals.engine import RivalEngine

    return RivalEngine(scenario, seed)


def _neurons(scenario: Scenario, seed: int) -> Engine:
    """The engine of neurons that learn by themselves."""
    if scenario.engine == "agents":
        from astrosim.neurons.model import NeuronModel

        return NeuronModel(scenario, seed)
    from astrosim.neurons.engine import NeuronEngine

    return NeuronEngine(scenario, seed)


def _together(scenario: Scenario, seed: int) -> Engine:
    """The engine of neurons and astrocytes that learn together."""
    if scenario.engine == "agents":
        from astrosim.together.model import TogetherModel

        return TogetherModel(scenario, seed)
    from astrosim.together.engine import TogetherEngine

    return TogetherEngine(scenario, seed)
