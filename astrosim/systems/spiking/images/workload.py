"""The work of a scenario of images and spiking units: replicates, trials, bytes and seconds (estimates)."""

from __future__ import annotations

from astrosim.explain.workload import REPLICATE_OVERHEAD
from astrosim.systems.arrays.workload import ImageWorkload, image_workload
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
    return image_workload(scenario, seconds_of)
