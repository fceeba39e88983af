"""The work of a scenario of learning over spiking windows: replicates, trials, bytes and seconds (estimates)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.systems.spiking.learning.records import ENDING, LOGGED, RECORDED
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario

SECONDS_A_STEP = 75e-9  # of a tile of 64 neurons, with what it sends; measured
AGENTS = 3000.0  # how much slower agents are; measured
BYTES = 6  # of a value, on average


@dataclass(frozen=True)
class WindowWorkload(Workload):
    """Work of a scenario of learning over spiking windows.

    Attributes
    ----------
    conditions, seeds, replicates : int
    trials : int
        Of all replicates, at most.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core, if no replicate ends early.
    """

    conditions: int
    seeds: int
    replicates: int
    trials: int
    disk_bytes: int
    seconds: float

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        counts = f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}"
        return (
            ("replicates", f"{self.replicates:,}", counts),
            ("trials", f"{self.trials:,}", "of all replicates, if none ends early"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", "before compression"),
            ("time", f"about {seconds_words(self.seconds)}", "on one core, if none ends early"),
        )


def seconds_of(scenario: WindowScenario) -> float:
    """Return nominal seconds of a replicate on one core."""
    task, net = scenario.task, scenario.network
    steps = round(task.window_ms / task.step_ms) * len(task.patterns)
    neurons = net.clusters * (net.inputs + net.outputs + net.modulatory + net.regular) + net.tonic
    slower = AGENTS if scenario.engine == "agents" else 1.0
    return REPLICATE_OVERHEAD + slower * scenario.schedule.trials * steps * SECONDS_A_STEP * -(-neurons // 64)


def bytes_of(scenario: WindowScenario) -> float:
    """Return nominal bytes of a replicate, before compression."""
    astrocytes = scenario.network.clusters * scenario.astrocytes.per_cluster
    records = scenario.records * len(RECORDED) * astrocytes
    logged = scenario.schedule.trials * len(LOGGED) * scenario.astrocytes.max_active * scenario.record.decisions
    return FILE_OVERHEAD * (len(RECORDED) + len(LOGGED) + len(ENDING)) + BYTES * (records + logged)


def workload(scenario: Any) -> WindowWorkload:
    """Return the work of a scenario."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return WindowWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        trials=seeds * sum(one.schedule.trials for one in resolved),
        disk_bytes=int(seeds * sum(bytes_of(one) for one in resolved)),
        seconds=seeds * sum(seconds_of(one) for one in resolved),
    )
