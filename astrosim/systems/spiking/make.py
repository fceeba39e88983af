"""A resolved scenario's network, inputs and simulation (ms)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.build import steps_in
from astrosim.systems.spiking.network.description import Network, Poisson, Steps, Trains
from astrosim.systems.spiking.network.files import read_trains
from astrosim.systems.spiking.scenario import contents, populations
from astrosim.systems.spiking.scenario.plain import named_files
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.scenario.sections import CurrentInput, PoissonInput, TraceEntry
from astrosim.systems.spiking.simulation import Simulation, Trace


def network_of(scenario: SpikingScenario, seed: int) -> Network:
    """Return the network of a replicate: of files, or of populations drawn by the seed."""
    if named_files(scenario):
        network = contents.files_network(contents.names_of(scenario), scenario.schedule.step_ms)[0]
    else:
        network = populations.network_of(scenario, seed)
    return with_tolerance(network, scenario.network.tolerance_mv)


def with_tolerance(network: Network, tolerance_mv: float) -> Network:
    """Return the network with the tolerance (mV) of those adaptive exponential neurons that have none of their own."""
    neurons, own = network.neurons, network.neurons.model == "aeif_cond_alpha"
    if not own.any():
        return network
    given = neurons.values.get("tolerance", np.full(len(neurons), np.nan))
    tolerance = np.where(own, np.where(np.isnan(given), tolerance_mv, given), np.nan)
    return replace(network, neurons=replace(neurons, values={**neurons.values, "tolerance": tolerance}))


def trains_of(scenario: SpikingScenario, network: Network) -> Trains:
    """Return the given spikes."""
    return read_trains(scenario.input.spikes, network, scenario.schedule.step_ms)[0]


def poisson_of(entries: Sequence[PoissonInput], network: Network) -> Poisson:
    """Return the Poisson trains, one per node that an entry names."""
    target, parts = [], []
    for entry in entries:
        nodes = np.concatenate([network.numbers[label] for label in entry.target])
        if entry.rate_hz > 0.0:
            target.append(nodes)
            values = (entry.rate_hz, entry.weight, entry.delay_ms, entry.start_ms, entry.stop_ms)
            parts.append(np.tile(np.array(values)[:, None], len(nodes)))
    if not parts:
        return Poisson()
    return Poisson(np.concatenate(target), *np.concatenate(parts, axis=1))


def currents_of(entries: Sequence[CurrentInput], network: Network) -> Steps:
    """Return the steps of current."""
    target, time, value = [], [], []
    for entry in entries:
        for label in entry.target:
            for node in network.numbers[label]:
                target.append(int(node))
                time.append(entry.time_ms)
                value.append(entry.amplitude)
    return Steps(np.array(target, "i8"), np.array(time, float), np.array(value, float))


def traces_of(entries: Sequence[TraceEntry], network: Network, step: float) -> list[Trace]:
    """Return what is recorded over time, in steps of the grid (ms)."""
    found = []
    for entry in entries:
        nodes = np.concatenate([network.numbers[label] for label in entry.nodes])
        every = steps_in(entry.every_ms, step)
        found.append(Trace(entry.variable, tuple(dict.fromkeys(nodes.tolist())), every))
    return found


def simulation_of(scenario: SpikingScenario, seed: int, network: Network | None = None) -> Simulation:
    """Return the simulation of a replicate, before its first step."""
    network = network or network_of(scenario, seed)
    step = scenario.schedule.step_ms
    simulation = Simulation(
        network,
        step,
        stream_key(seed, "spiking_poisson"),
        trains_of(scenario, network),
        poisson_of(scenario.input.poisson, network),
        currents_of(scenario.input.currents, network),
        traces_of(scenario.record.traces, network, step),
        steps_in(scenario.network.leap_ms, step),
    )
    simulation.intervene(scenario.interventions, stream_key(seed, "intervention"))
    return simulation
