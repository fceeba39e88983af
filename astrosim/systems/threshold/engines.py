"""Engines: what each offers, and the choice: the learner's, loaded by name when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from astrosim.contracts.loading import find
from astrosim.contracts.registry import find_system
from astrosim.rules.choices import chosen
from astrosim.scenario.experiment import Experiment
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.doors import check_kind
from astrosim.systems.threshold.learners.table import carrier_of
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.traces.tracer import Tracer

KIND = "astrocyte"
"""The system whose engines learners name; all others bring a function."""


class Engine(Protocol):
    """A threshold network (a resolved condition and a seed) in motion, whichever way it learns.

    Attributes
    ----------
    tracer : Tracer or None
        Records of single trials of the latest advance, if the scenario asks for them.
    """

    tracer: Tracer | None

    @property
    def trial(self) -> int:
        """Trials done so far."""

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; with `measure` (one whole episode), also gather what `measure()` reports: nothing else."""

    def measure(self) -> dict[str, Any]:
        """Return values of `EPISODE_VARIABLES` for the episode that was just advanced with `measure`."""

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return outputs of the frozen network: uint8, shape (pattern, bit).

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """

    def weights(self) -> np.ndarray:
        """Return a copy of the weights, shape (synapse,)."""

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of all that changes, enough for a checkpoint to go on from: by name, arrays of any shape."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed: by name, arrays of any shape."""

    def static(self) -> dict[str, np.ndarray]:
        """Return values of `STATIC_VARIABLES`, shape (neuron,), (synapse,) or (astrocyte,), the last empty for none."""

    def happened(self) -> dict[str, np.ndarray]:
        """Return values of `EVENT_VARIABLES`, the interventions so far: int, shape (event,)."""

    def sizes(self) -> Mapping[str, int]:
        """Return lengths of the dimensions neuron, synapse, astrocyte, pattern, bit, slot."""

    def wiring(self) -> Wiring:
        """Return the direct input-to-output wiring, for the structural ceiling."""


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


def make_engine(scenario: Experiment, seed: int) -> Engine:
    """Build the engine of one replicate.

    Parameters
    ----------
    scenario : Scenario
        Resolved: its `conditions` are not looked at.
    seed : int

    Raises
    ------
    AstrosimError
        If learner or engine are unknown, the learner has no such engine, or the scenario's system has no engine of
        single trials; names the way.
    """
    if isinstance(scenario, Experiment) and scenario.system_name != KIND:
        other: Engine = find_system(scenario.system_name).part("engine")(scenario, seed)
        return other
    own = check_kind(scenario, "make_engine")
    place = chosen("engine", carrier_of(own).engines, own.engine)
    engine: Engine = find(place, f'learner = "{own.learner}" needs')(own, seed)
    return engine
