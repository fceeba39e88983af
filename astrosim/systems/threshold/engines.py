"""The one place that chooses an engine: the learner's, found by name, as compiled code loads slowly."""

from __future__ import annotations

from astrosim.contracts.registry import find, find_system
from astrosim.contracts.simulation import Engine
from astrosim.rules.choices import chosen
from astrosim.systems.threshold.learners.learner import Learner
from astrosim.systems.threshold.learners.table import learner_of
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

    Raises
    ------
    AstrosimError
        If learner or engine are unknown, or the learner has no such engine.
    """
    if scenario.system_name == "published":
        simulation: Engine = find_system("published").part("simulation")(scenario, seed)
        return simulation
    place = chosen("engine", carrier_of(scenario).engines, scenario.engine)
    engine: Engine = find(place, f'learner = "{scenario.learner}" needs')(scenario, seed)
    return engine


def carrier_of(scenario: Scenario) -> Learner:
    """Return the learner whose engines and phases carry out a scenario's trials: a relay of neurons has no other's."""
    alone = scenario.neuronal and not scenario.astrocytic
    return learner_of("neurons" if alone else scenario.learner)
