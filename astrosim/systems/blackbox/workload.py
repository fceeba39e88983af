"""The work of a scenario of black boxes: replicates, steps, bytes and seconds (estimates)."""

from __future__ import annotations

from dataclasses import dataclass

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario, EnvironmentScenario

SECONDS_A_STEP = 20e-6  # of an environment without a twin; measured: 5 to 130 us
SECONDS_A_TWIN_STEP = 1e-6  # of a compiled twin; measured: .4 to 1.3 us
SECONDS_AN_EVALUATION = 20e-6  # of a function that costs nothing itself
TWINS = ("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1")
PER_RECORD = 8 * 7  # bytes


@dataclass(frozen=True)
class BlackboxWorkload(Workload):
    """Work of a scenario of black boxes.

    Attributes
    ----------
    conditions, seeds, replicates : int
    steps_per_replicate, steps : int
        Environment steps, or evaluations: of the longest condition, and over all replicates.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate.
    """

    conditions: int
    seeds: int
    replicates: int
    steps_per_replicate: int
    steps: int
    disk_bytes: int
    seconds: float

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        counts = f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}, a network each"
        return (
            ("replicates", f"{self.replicates:,}", counts),
            ("steps per replicate", f"{self.steps_per_replicate:,}", "in the longest condition"),
            ("steps", f"{self.steps:,}", "over all replicates"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", "before compression"),
            ("time", f"about {seconds_words(self.seconds)}", "on one core at a nominal rate"),
        )


def seconds_of(scenario: BlackboxScenario) -> float:
    """Return nominal seconds of a replicate on one core."""
    if not isinstance(scenario, EnvironmentScenario):
        return REPLICATE_OVERHEAD + scenario.budget * SECONDS_AN_EVALUATION
    twin = scenario.task.environment in TWINS and not scenario.task.arguments and scenario.engine == "kernel"
    return REPLICATE_OVERHEAD + scenario.budget * (SECONDS_A_TWIN_STEP if twin else SECONDS_A_STEP)


def workload(scenario: BlackboxScenario) -> BlackboxWorkload:
    """Return the work of a scenario of black boxes."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return BlackboxWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        steps_per_replicate=max(one.budget for one in resolved),
        steps=seeds * sum(one.budget for one in resolved),
        disk_bytes=seeds * sum(one.records * PER_RECORD + FILE_OVERHEAD for one in resolved),
        seconds=seeds * sum(seconds_of(one) for one in resolved),
    )
