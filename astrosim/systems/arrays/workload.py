"""The work of a scenario of image networks: replicates, trials, bytes and seconds (estimates)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.systems.arrays.scenario.schema import ArrayScenario

SECONDS_AN_IMAGE = 6e-9  # softmax of ten classes and its sums; measured: `make bench`, fields
SECONDS_A_SYNAPSE = 1e-10  # an image and an incoming synapse, by difference; measured as above


@dataclass(frozen=True)
class ImageWorkload(Workload):
    """Work of a scenario of image networks.

    Attributes
    ----------
    conditions, seeds, replicates : int
    synapses : int
        Of the largest condition.
    trials_per_replicate : int
        Of the longest condition.
    trials, evaluations : int
        Over all replicates: trials, and images that are put through a changed network, at most.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate.
    what : str
        What is evaluated: images or rows.
    """

    conditions: int
    seeds: int
    replicates: int
    synapses: int
    trials_per_replicate: int
    trials: int
    evaluations: int
    disk_bytes: int
    seconds: float
    what: str = "images"

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        return (
            (
                "replicates",
                f"{self.replicates:,}",
                f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}, a network each",
            ),
            ("synapses", f"{self.synapses:,}", "in the largest condition"),
            ("trials per replicate", f"{self.trials_per_replicate:,}", "in the longest condition"),
            ("trials", f"{self.trials:,}", "over all replicates"),
            (f"{self.what} evaluated", f"{self.evaluations:.2e}", "over all replicates, at most"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", "before compression"),
            ("time", f"about {seconds_words(self.seconds)}", "on one core at a nominal rate"),
        )


def seconds_of(scenario: ArrayScenario) -> float:
    """Return nominal seconds of a replicate on one core."""
    units = scenario.network.units
    touched = {"astrocytes": scenario.territory.units, "random_mask": min(units, scenario.incoming)}
    synapses = touched.get(scenario.learner.rule, units) * (scenario.incoming + scenario.outputs)
    return REPLICATE_OVERHEAD + scenario.evaluations * (SECONDS_AN_IMAGE + SECONDS_A_SYNAPSE * synapses)


def workload(scenario: ArrayScenario) -> ImageWorkload:
    """Return the work of a scenario of receptive fields."""
    return image_workload(scenario, seconds_of, "images" if scenario.task.of_images else "rows")


def image_workload(scenario: Any, seconds: Callable[[Any], float], what: str = "images") -> ImageWorkload:
    """Return the work of a scenario whose trials judge images or rows.

    Parameters
    ----------
    scenario : Experiment
    seconds : callable
        Takes a resolved scenario, returns nominal seconds of a replicate.
    what : str
        Name of what is judged.
    """
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    kept = [4 * one.parameters if one.record.weights else 0 for one in resolved]
    return ImageWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        synapses=max(one.synapses for one in resolved),
        trials_per_replicate=max(one.schedule.trials for one in resolved),
        trials=seeds * sum(one.schedule.trials for one in resolved),
        evaluations=seeds * sum(one.evaluations for one in resolved),
        disk_bytes=seeds * (sum(kept) + len(resolved) * FILE_OVERHEAD),
        seconds=seeds * sum(seconds(one) for one in resolved),
        what=what,
    )
