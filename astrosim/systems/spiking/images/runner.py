"""Learning of images by spiking units as a run sees it: each replicate alone, shape of the store, how much to do."""

from __future__ import annotations

from astrosim.runs.runner import Lengthening, Runner
from astrosim.systems.arrays.runner import dimensions, length_problem, trials
from astrosim.systems.spiking.images.recording import ImageRecording
from astrosim.systems.spiking.images.scenario.schema import ImageScenario


def cost(scenario: ImageScenario) -> float:
    """Return the windows of a unit that are computed, over all images, at most."""
    steps = scenario.task.window_ms / scenario.task.step_ms
    return scenario.evaluations * steps * (1.0 - scenario.perturbation.outward)


RUNNER: Runner[ImageScenario] = Runner(
    simulate=ImageRecording,
    units=trials,  # type: ignore[arg-type]  # what networks on images have in common, scenarios name alike
    cost=cost,
    dimensions=dimensions,  # type: ignore[arg-type]
    preload=("astrosim.systems.spiking.images.runner",),
    packages=("scikit-learn",),
    lengthening=Lengthening("schedule.trials", length_problem),
)
"""Runner of scenarios with kind = "spiking" and images to be learned."""
