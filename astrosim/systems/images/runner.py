"""Image networks as a run sees them: each replicate alone, the shape of the store, how much there is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Jobs, Runner, RunQueries, each_alone, warn_of_devices
from astrosim.systems.images.recording import Recording
from astrosim.systems.images.records import VARIABLES
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.images.scenario.sections import CLASSES


def trials(scenario: FieldScenario) -> int:
    """Return the trials of a replicate."""
    return scenario.schedule.trials


def cost(scenario: FieldScenario) -> float:
    """Return the units that are evaluated, over all images."""
    width = scenario.territory.units if scenario.learner.rule == "astrocytes" else scenario.network.units
    return scenario.evaluations * width


def jobs(resolved: Mapping[str, FieldScenario], replicates: Sequence[Replicate], workers: int) -> Jobs:
    """Return a job for every replicate; warn if a GPU is wanted and there is none."""
    warn_of_devices(resolved[one.condition] for one in replicates)
    return each_alone(resolved, replicates, workers)


def dimensions(resolved: Mapping[str, FieldScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store, from the scenarios alone."""
    every = list(resolved.values())
    records = sorted({(n + 1) * one.record.every for one in every for n in range(one.records)})
    parameters = max(one.parameters if one.record.weights else 0 for one in every)
    coordinates = {
        "record": np.array(records, dtype="i8"),
        "class": np.arange(CLASSES, dtype="i4"),
        "answer": np.arange(CLASSES, dtype="i4"),
        "astrocyte": np.arange(max(one.astrocytes for one in every), dtype="i4"),
        "parameter": np.arange(parameters, dtype="i4"),
    }
    return Dimensions(VARIABLES, coordinates)


RUNNER = Runner(
    simulate=Recording,
    units=trials,
    cost=cost,
    dimensions=dimensions,
    jobs=jobs,
    preload=("astrosim.systems.images.runner",),
    packages=("scikit-learn",),
)
"""Runner of scenarios with kind = "fields"."""
