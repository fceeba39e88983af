"""Learning over spiking windows as a run sees it: each replicate alone, the shape of the store, how much to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Runner, RunQueries
from astrosim.systems.spiking.learners.circuit import cluster_network
from astrosim.systems.spiking.learning.recording import Recording
from astrosim.systems.spiking.learning.records import ENDING, EVENTS, LOGGED, RECORDED
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario


def trials(scenario: WindowScenario) -> int:
    """Return the trials of a replicate, at most."""
    return scenario.schedule.trials


def cost(scenario: WindowScenario) -> float:
    """Return the windows of a replicate, at most."""
    return float(scenario.schedule.trials * len(scenario.task.patterns))


def synapses_of(scenario: WindowScenario, seed: int) -> int:
    """Return the synapses of a network."""
    return int(cluster_network(scenario.recipe, seed).post.size)


def most_spikes(scenario: WindowScenario) -> int:
    """Return the largest number of spikes that the windows of a replicate can have."""
    net, task = scenario.network, scenario.task
    neurons = net.clusters * (net.inputs + net.outputs + net.modulatory + net.regular) + net.tonic
    return len(task.patterns) * neurons * round(task.window_ms / task.step_ms)


def dimensions(resolved: Mapping[str, WindowScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store."""
    every = list(resolved.values())
    found = run_queries(
        synapses_of, [Replicate(name, seed, row, 0) for row, name in enumerate(resolved) for seed in seeds]
    )
    records = sorted({(n + 1) * one.record.every for one in every for n in range(one.records)})
    coordinates = {
        "record": np.array(records, dtype="i8"),
        "astrocyte": np.arange(max(s.network.clusters * s.astrocytes.per_cluster for s in every), dtype="i4"),
        "pattern": np.arange(max(len(s.task.patterns) for s in every), dtype="i4"),
        "bit": np.arange(max(len(s.task.patterns[0][1]) for s in every), dtype="i4"),
        "synapse": np.arange(max(found), dtype="i4"),
    }
    lengths = {"spike": max(most_spikes(one) for one in every)}
    variables = [*RECORDED, *ENDING]
    if most := max(one.most_events for one in every):
        variables += EVENTS
        lengths["event"] = most
    if any(one.record.decisions for one in every):
        variables += LOGGED
        lengths["trial"] = max(one.schedule.trials for one in every)
        coordinates["slot"] = np.arange(max(one.astrocytes.max_active for one in every), dtype="i4")
    return Dimensions(tuple(variables), coordinates, lengths)


RUNNER = Runner(
    simulate=Recording,
    units=trials,
    cost=cost,
    dimensions=dimensions,
    preload=("astrosim.systems.spiking.learning.runner",),
)
"""Runner of scenarios with kind = "spiking" and patterns to be learned."""
