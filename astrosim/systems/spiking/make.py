"""A resolved scenario's network, inputs and simulation (ms)."""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.build import steps_in
from astrosim.systems.spiking.network.description import Network, Poisson, Steps, Trains
from astrosim.systems.spiking.scenario import contents
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.simulation import Simulation, Trace


def network_of(scenario: SpikingScenario, seed: int) -> Network:
    """Return the network of a replicate: of files, or of populations drawn by the seed."""
    if scenario.network.populations:
        from astrosim.systems.spiking.scenario import populations

        network = populations.network_of(scenario, seed)
    else:
        network = contents.files_network(contents.names_of(scenario), scenario.schedule.step_ms)[0]
    neurons = network.neurons
    if "aeif_cond_alpha" in neurons.model:
        tolerance = np.full(len(neurons), scenario.network.tolerance_mv)
        given = neurons.values.get("tolerance")
        tolerance = tolerance if given is None else np.where(np.isnan(given), tolerance, given)
        own = neurons.model == "aeif_cond_alpha"
        values = {**neurons.values, "tolerance": np.where(own, tolerance, np.nan)}
        network = Network(
            type(neurons)(**{**vars(neurons), "values": values}),
            network.astrocytes,
            network.connections,
            network.coupling,
        )
    return network


def trains_of(scenario: SpikingScenario, network: Network) -> Trains:
    """Return the given spikes."""
    if scenario.input.spikes is None:
        return Trains()
    return contents.files_trains(scenario.input.spikes, contents.names_of(scenario), scenario.schedule.step_ms)[0]


def poisson_of(scenario: SpikingScenario, network: Network) -> Poisson:
    """Return the Poisson trains, one per node that an entry names."""
    target, parts = [], []
    for entry in scenario.input.poisson:
        nodes = np.concatenate([network.numbers[label] for label in entry.target])
        if entry.rate_hz > 0.0:
            target.append(nodes)
            values = (entry.rate_hz, entry.weight, entry.delay_ms, entry.start_ms, entry.stop_ms)
            parts.append(np.tile(np.array(values)[:, None], len(nodes)))
    if not parts:
        return Poisson()
    return Poisson(np.concatenate(target), *np.concatenate(parts, axis=1))


def currents_of(scenario: SpikingScenario, network: Network) -> Steps:
    """Return the steps of current."""
    target, time, value = [], [], []
    for entry in scenario.input.currents:
        for label in entry.target:
            for node in network.numbers[label]:
                target.append(int(node))
                time.append(entry.time_ms)
                value.append(entry.amplitude)
    return Steps(np.array(target, "i8"), np.array(time, float), np.array(value, float))


def traces_of(scenario: SpikingScenario, network: Network) -> list[Trace]:
    """Return what is recorded over time."""
    found = []
    for entry in scenario.record.traces:
        nodes = np.concatenate([network.numbers[label] for label in entry.nodes])
        every = steps_in(entry.every_ms, scenario.schedule.step_ms)
        found.append(Trace(entry.variable, tuple(dict.fromkeys(nodes.tolist())), every))
    return found


def simulation_of(scenario: SpikingScenario, seed: int, network: Network | None = None) -> Simulation:
    """Return the simulation of a replicate, before its first step."""
    network = network or network_of(scenario, seed)
    step = scenario.schedule.step_ms
    return Simulation(
        network,
        step,
        stream_key(seed, "spiking_poisson"),
        trains_of(scenario, network),
        poisson_of(scenario, network),
        currents_of(scenario, network),
        traces_of(scenario, network),
        steps_in(scenario.network.leap_ms, step),
    )
