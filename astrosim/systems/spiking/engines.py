"""The two engines of a simulation: compiled, and agents on a Mesa model; bit-identical."""

from __future__ import annotations

from typing import Any

from astrosim.systems.spiking.make import simulation_of
from astrosim.systems.spiking.network.description import Network
from astrosim.systems.spiking.scenario.schema import SpikingScenario


def make_simulation(scenario: SpikingScenario, seed: int, network: Network | None = None) -> Any:
    """Return the simulation of a replicate on the engine that the scenario names, before its first step."""
    simulation = simulation_of(scenario, seed, network)
    if scenario.engine == "agents":
        from astrosim.systems.spiking.agents import AgentSimulation

        return AgentSimulation(simulation)
    return simulation
