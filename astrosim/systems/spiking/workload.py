"""The work of a scenario of a spiking network: replicates, steps, bytes and seconds (estimates)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.systems.spiking.make import network_of, traces_of
from astrosim.systems.spiking.network.description import Network
from astrosim.systems.spiking.scenario.schema import SpikingScenario

SECONDS_A_STEP = {"iaf_psc_exp": 2e-9, "iaf_psc_alpha": 3e-9, "aeif_cond_alpha": 60e-9, "parrot_neuron": 1e-9}
"""Of a neuron; measured."""
SECONDS_AN_ASTROCYTE_STEP = 10e-9  # measured
RATE = 10.0  # spikes per second and neuron; assumed
SECONDS_AN_EVENT = 5e-9  # synaptic; measured
AGENTS = 1000.0  # how much slower agents are; assumed
PER_SPIKE, PER_VALUE = 12, 8  # bytes


@dataclass(frozen=True)
class SpikingWorkload(Workload):
    """Work of a scenario of a spiking network.

    Attributes
    ----------
    conditions, seeds, replicates : int
    nodes, synapses : int
        Of the largest network.
    steps : int
        Of the longest replicate.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate.
    """

    conditions: int
    seeds: int
    replicates: int
    nodes: int
    synapses: int
    steps: int
    disk_bytes: int
    seconds: float

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        counts = f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}"
        return (
            ("replicates", f"{self.replicates:,}", counts),
            ("nodes", f"{self.nodes:,}", "neurons and astrocytes of the largest network"),
            ("synapses", f"{self.synapses:,}", "slow inward currents counted too"),
            ("steps", f"{self.steps:,}", "of the grid, in the longest replicate"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", f"at {RATE:g} spikes per second and neuron"),
            ("time", f"about {seconds_words(self.seconds)}", "on one core at a nominal rate"),
        )


def seconds_of(scenario: SpikingScenario, network: Network) -> float:
    """Return nominal seconds of a replicate on one core."""
    per_step = sum(SECONDS_A_STEP[str(model)] for model in network.neurons.model)
    per_step += SECONDS_AN_ASTROCYTE_STEP * len(network.astrocytes)
    biological = scenario.schedule.duration_ms / 1000.0
    events = RATE * biological * len(network.connections)
    slower = AGENTS if scenario.engine == "agents" else 1.0
    return REPLICATE_OVERHEAD + slower * (scenario.steps * per_step + events * SECONDS_AN_EVENT)


def bytes_of(scenario: SpikingScenario, network: Network) -> float:
    """Return nominal bytes of a replicate, before compression."""
    values = sum(
        len(trace.nodes) * (scenario.steps // trace.every)
        for trace in traces_of(scenario.record.traces, network, scenario.schedule.step_ms)
    )
    spikes = RATE * scenario.schedule.duration_ms / 1000.0 * len(network.neurons) * scenario.record.spikes
    return FILE_OVERHEAD + PER_VALUE * values + PER_SPIKE * spikes


def workload(scenario: Any) -> SpikingWorkload:
    """Return the work of a scenario of a spiking network; networks of the first seed stand for all."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    networks = [network_of(one, scenario.seeds[0]) for one in resolved]
    seeds, pairs = len(scenario.seeds), list(zip(resolved, networks, strict=True))
    return SpikingWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        nodes=max(len(one.neurons) + len(one.astrocytes) for one in networks),
        synapses=max(len(one.connections) for one in networks),
        steps=max(one.steps for one in resolved),
        disk_bytes=int(seeds * sum(bytes_of(*pair) for pair in pairs)),
        seconds=seeds * sum(seconds_of(*pair) for pair in pairs),
    )
