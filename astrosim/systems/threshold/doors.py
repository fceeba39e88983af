"""Which class carries out a scenario's trials: every engine that is built by its own name asks here first."""

from __future__ import annotations

from typing import Any

from astrosim.core.errors import ScenarioError
from astrosim.systems.threshold.learners.table import BASELINES, LEARNERS, carrier_of, learner_of
from astrosim.systems.threshold.network import territories, topology
from astrosim.systems.threshold.network.territories import Territories
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario


def check_door(kind: type, scenario: Any) -> None:
    """Refuse a scenario whose trials a class of engines does not carry out.

    Parameters
    ----------
    kind : type
        Engine, or a subclass of one.
    scenario : Scenario
        Resolved.

    Raises
    ------
    ScenarioError
        Names the way to what carries them out.
    """
    check_kind(scenario, kind.__name__)
    own = own_engine(kind)
    carrier = carrier_of(scenario)
    if own is None or (scenario.system_name == scenario.kind and own in carrier.engines.values()):
        return
    what = f'system = "{scenario.system}" with learner = "{scenario.learner}"'
    raise ScenarioError(
        [
            f"learner: {kind.__name__} does not carry out its trials ({what}). Build what does: "
            "astrosim.make_engine(astrosim.resolve(scenario, condition), seed)."
        ]
    )


def build_network(scenario: Scenario, seed: int) -> Network:
    """Place and wire the neurons of a scenario: from its files if it names them, else by chance.

    Parameters
    ----------
    scenario : Scenario
    seed : int

    Raises
    ------
    ScenarioError
        If its networks are built otherwise: those of the published system, and relays.
    """
    _check_plane(scenario, "build_network")
    return topology.build_network(scenario, seed)


def build_territories(scenario: Scenario, network: Network) -> Territories:
    """Place the astrocytes of a scenario and find their territories.

    Parameters
    ----------
    scenario : Scenario
    network : Network

    Raises
    ------
    ScenarioError
        See `build_network`.
    """
    _check_plane(scenario, "build_territories")
    return territories.build_territories(scenario, network)


def _check_plane(scenario: Any, door: str) -> None:
    """Refuse networks that do not lie in the plane of the described system."""
    check_kind(scenario, door)
    if scenario.system == "described" and scenario.network.layout != "relay":
        return
    what = f'system = "{scenario.system}", network.layout = "{scenario.network.layout}"'
    right = "astrosim.make_engine(scenario, seed).static() holds its neurons and synapses."
    raise ScenarioError([f"network: {door} does not build such networks ({what}). {right}"])


def own_engine(kind: type) -> str | None:
    """Return the engine that a class is or extends, as ``module:name``; None for parts that all engines share."""
    names = [name for name in LEARNERS if name not in BASELINES]
    known = {place for name in names for place in learner_of(name).engines.values()}
    places = (f"{base.__module__}:{base.__qualname__}" for base in kind.__mro__)
    return next((place for place in places if place in known), None)


def check_kind(scenario: Any, door: str) -> Scenario:
    """Return a scenario of neurons and astrocytes; refuse what is none.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    if isinstance(scenario, Scenario):
        return scenario
    kind = getattr(scenario, "kind", None)
    what = f'kind = "{kind}"' if isinstance(kind, str) else type(scenario).__name__
    right = "Give a Scenario of that kind, as load_scenario returns it; astrosim.run runs every kind."
    raise ScenarioError([f'scenario: {door} is for neurons and astrocytes, kind = "astrocyte" ({what}). {right}'])
