"""The work of a scenario of images and spiking units: replicates, trials, bytes and seconds (estimates)."""

from __future__ import annotations

from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD
from astrosim.scenario import condition_names, resolve
from astrosim.systems.arrays.workload import ImageWorkload
from astrosim.systems.spiking.images.scenario.schema import ImageScenario

SECONDS_AN_IMAGE = 2e-8  # softmax of ten classes and its sums; measured on one core with AVX2
SECONDS_A_STEP = 3e-9  # of a unit and an image; measured as above
SECONDS_AN_ARRIVAL = 1.5e-10  # of a synapse in a step, for an image; measured as above


def seconds_of(scenario: ImageScenario) -> float:
    """Return nominal seconds of a replicate on one core."""
    steps = round(scenario.task.window_ms / scenario.task.step_ms)
    window = steps * (SECONDS_A_STEP + SECONDS_AN_ARRIVAL * scenario.incoming)
    shown = scenario.batch_sizes.sum() * scenario.network.units * window
    inward = 1.0 - scenario.perturbation.outward
    return REPLICATE_OVERHEAD + float(shown) + scenario.evaluations * (SECONDS_AN_IMAGE + inward * window)


def workload(scenario: ImageScenario) -> ImageWorkload:
    """Return the work of a scenario."""
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
        seconds=seeds * sum(seconds_of(one) for one in resolved),
    )
