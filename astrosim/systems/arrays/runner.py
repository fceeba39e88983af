"""Networks on rows of arrays as a run sees them: each replicate alone, the store's shape, how much there is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Jobs, Lengthening, Runner, RunQueries, each_alone, warn_of_devices
from astrosim.scenario import condition_names, resolve
from astrosim.systems.arrays.baselines import NAMES
from astrosim.systems.arrays.data import loaded, most_test_rows
from astrosim.systems.arrays.recording import Recording
from astrosim.systems.arrays.records import IMAGE_VARIABLES, VARIABLES
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.scenario.sections import keeps_or_reverts
from astrosim.systems.arrays.tables.remarks import remarks


def trials(scenario: ArrayScenario) -> int:
    """Return the trials of a replicate."""
    return scenario.schedule.trials


def cost(scenario: ArrayScenario) -> float:
    """Return the units that are evaluated, over all images."""
    width = scenario.territory.units if scenario.learner.rule == "astrocytes" else scenario.network.units
    return scenario.evaluations * width


def jobs(resolved: Mapping[str, ArrayScenario], replicates: Sequence[Replicate], workers: int) -> Jobs:
    """Return a job for every replicate; warn if a GPU is wanted and there is none."""
    warn_of_devices(resolved[one.condition] for one in replicates)
    return each_alone(resolved, replicates, workers)


def dimensions(resolved: Mapping[str, ArrayScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store; the user's own code gives its table first, where the scenario allows it."""
    every = list(resolved.values())
    tables = [one for one in every if not one.task.of_images]
    for one in tables:
        loaded(one)
    records = sorted({(n + 1) * one.record.every for one in every for n in range(one.records)})
    parameters = max(one.parameters if one.record.weights else 0 for one in every)
    outputs = max(one.outputs for one in every)
    coordinates = {
        "record": np.array(records, dtype="i8"),
        "class": np.arange(outputs, dtype="i4"),
        "answer": np.arange(outputs, dtype="i4"),
        "astrocyte": np.arange(max(one.astrocytes for one in every), dtype="i4"),
        "parameter": np.arange(parameters, dtype="i4"),
    }
    if not tables:
        return Dimensions(IMAGE_VARIABLES, coordinates)
    targets = max(one.outputs if one.regression else 1 for one in tables)
    coordinates |= {
        "test_row": np.arange(max(most_test_rows(one, seeds) for one in tables), dtype="i4"),
        "output": np.arange(outputs, dtype="i4"),
        "target": np.arange(targets, dtype="i4"),
        "input": np.arange(max(one.inputs for one in tables), dtype="i4"),
    }
    return Dimensions(VARIABLES, coordinates | _baselines(tables), names=baseline_names(every))


def _baselines(tables: Sequence[ArrayScenario]) -> dict[str, np.ndarray]:
    """Places of the baselines; none where no condition has any."""
    asked = any(one.record.baselines for one in tables)
    return {"baseline": np.arange(len(NAMES["label"]) if asked else 0, dtype="i4")}


def baseline_names(every: Sequence[ArrayScenario]) -> dict[str, np.ndarray]:
    """Return names of the baselines by dimension, shape (condition, baseline); nothing where there are none."""
    if not any(one.record.baselines and not one.task.of_images for one in every):
        return {}
    return {"baseline": np.array([NAMES["number" if one.regression else "label"] for one in every], dtype=object)}


def sources(scenario: ArrayScenario) -> dict[str, Any]:
    """Return the tables that a scenario reads, by condition: names, sizes and the checksum of all values; remarks."""
    found = {}
    for name in condition_names(scenario):
        own = resolve(scenario, name)
        if not own.task.of_images:
            table = loaded(own)
            found[name] = {
                "data": own.task.data,
                "sha256": table.sha256,
                "rows": len(table.labels),
                "inputs": list(table.names),
                "outputs": list(table.outputs),
                "learned": "numbers" if table.regression else "classes",
                "remarks": remarks(table, own.task, own.seeds),
            }
    return found


def length_problem(short: ArrayScenario, long: ArrayScenario) -> str:
    """Say why a run differs from a longer one from the start: batches or caps that reach their last at the end."""
    if not np.array_equal(short.batch_sizes, long.batch_sizes[: short.stays]):
        return f"batches.last: batches grow to it over the run, so a longer run differs at once ({long.batches.last})."
    if keeps_or_reverts(long) and not np.array_equal(short.caps, long.caps[: short.stays]):
        cap = long.perturbation.last_cap
        return f"perturbation.last_cap: the cap falls to it over the run, so a longer run differs at once ({cap:g})."
    return ""


RUNNER = Runner(
    simulate=Recording,
    units=trials,
    cost=cost,
    dimensions=dimensions,
    jobs=jobs,
    preload=("astrosim.systems.arrays.runner",),
    packages=("scikit-learn",),
    sources=sources,
    lengthening=Lengthening("schedule.trials", length_problem),
)
"""Runner of scenarios with kind = "task" and data."""
