"""Engines: what each offers, and the one place that chooses; imported when first asked for, as code loads slowly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from astrosim.contracts.registry import find_system
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.baseline_section import RIVALS
from astrosim.systems.threshold.scenario.schema import Scenario


class Engine(Protocol):
    """A threshold network (a resolved condition and a seed) in motion, whichever way it learns."""

    @property
    def trial(self) -> int:
        """Trials done so far."""

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; with `measure` (one whole episode), also gather what `measure()` reports: nothing else."""

    def measure(self) -> dict[str, Any]:
        """Values of `EPISODE_VARIABLES` for the episode that was just advanced with `measure`."""

    def probe(self) -> np.ndarray:
        """Outputs of the frozen network: uint8, shape (pattern, bit)."""

    def weights(self) -> np.ndarray:
        """A copy of the weights, shape (synapse,)."""

    def state(self) -> dict[str, np.ndarray]:
        """A copy of all that changes, enough to go on from: what a checkpoint holds."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed."""

    def static(self) -> dict[str, np.ndarray]:
        """Values of `STATIC_VARIABLES`; astrocyte arrays are empty where there are none."""

    def happened(self) -> dict[str, np.ndarray]:
        """Values of `EVENT_VARIABLES`: the interventions so far."""

    def sizes(self) -> Mapping[str, int]:
        """Lengths of the dimensions neuron, synapse, astrocyte, pattern, bit, slot."""

    def wiring(self) -> Wiring:
        """The direct input-to-output wiring, for the structural ceiling."""


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
    """Build the engine of one replicate.

    Parameters
    ----------
    scenario : Scenario
        Resolved: its `conditions` are not looked at.
    seed : int
    """
    if scenario.neuronal:
        return _together(scenario, seed) if scenario.learner == "both" else _neurons(scenario, seed)
    if scenario.system_name == "published":
        engine: Engine = find_system("published").part("engine")(scenario, seed)
        return engine
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
