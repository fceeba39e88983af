"""Astrocytes of a scenario and their territories: `systems.population.territories`."""

from __future__ import annotations

from astrosim.systems.population.territories import Territories, lattice, territories_of
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario


def build_territories(scenario: Scenario, network: Network) -> Territories:
    """Place the astrocytes of a scenario and find their territories.

    Parameters
    ----------
    scenario : Scenario
    network : Network
        Built from the same scenario.
    """
    own = scenario.astrocytes
    return territories_of(network, scenario.network.clusters, own.per_cluster, own.radius)


__all__ = ["Territories", "build_territories", "lattice"]
