"""Simulations of spiking networks as a run sees them: each alone, the shape of the store, how much there is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Lengthening, Runner, RunQueries
from astrosim.systems.spiking.make import network_of, traces_of
from astrosim.systems.spiking.recording import Recording
from astrosim.systems.spiking.records import EVENTS, SPIKES, TRACES, node_of, time_of
from astrosim.systems.spiking.scenario.schema import SpikingScenario

MOST_SPIKES = 2**40  # assumed: no run stores more


def steps(scenario: SpikingScenario) -> int:
    """Return the steps of a replicate."""
    return scenario.steps


def cost(scenario: SpikingScenario) -> float:
    """Return the steps of a replicate."""
    return float(scenario.steps)


def shape_of(scenario: SpikingScenario, seed: int) -> tuple[int, dict[str, tuple[int, list[int], list[str]]]]:
    """Return the number of neurons; by trace, the steps between samples, its node numbers and labels."""
    network = network_of(scenario, seed)
    labels = network.labels
    traces = {
        trace.variable: (trace.every, list(trace.nodes), [str(labels[node]) for node in trace.nodes])
        for trace in traces_of(scenario.record.traces, network, scenario.schedule.step_ms)
    }
    return len(network.neurons), traces


def dimensions(resolved: Mapping[str, SpikingScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store; conditions record the same nodes at the same times."""
    firsts = [Replicate(name, seeds[0], row, 0) for row, name in enumerate(resolved)]
    found = run_queries(shape_of, firsts)
    every = list(resolved.values())
    variables = [SPIKES[0]]
    lengths, names = {}, {}
    coordinates: dict[str, np.ndarray] = {}
    if any(one.record.spikes for one in every):
        variables += SPIKES[1:]
        lengths["spike"] = min(MOST_SPIKES, max(n * s.steps for (n, _), s in zip(found, every, strict=True)) + 1)
    if most := max(one.most_events for one in every):
        variables += EVENTS
        lengths["event"] = most
    first = every[0]
    for name, (between, nodes, labels) in found[0][1].items():
        variables.append(TRACES[name])
        stamps = between * np.arange(1, max(one.steps for one in every) // between + 1)
        coordinates[time_of(name)] = stamps * first.schedule.step_ms
        coordinates[node_of(name)] = np.array(nodes, "i8")
        names[node_of(name)] = np.array(labels, object)
    return Dimensions(tuple(variables), coordinates, lengths, names)


RUNNER = Runner(
    simulate=Recording,
    units=steps,
    cost=cost,
    dimensions=dimensions,
    preload=("astrosim.systems.spiking.runner",),
    lengthening=Lengthening("schedule.duration_ms"),
)
"""Runner of scenarios with kind = "spiking" and no learner."""
