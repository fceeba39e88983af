"""Calcium-wave networks as a run sees them: replicates that train together, the shape of the store, the work."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Jobs, Lengthening, Runner, RunQueries, warn_of_devices
from astrosim.systems.waves.learners.choose import batched_key, in_torch
from astrosim.systems.waves.lockstep import Trainee, make_groups
from astrosim.systems.waves.records import VARIABLES
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.scenario.sections import follows_gradients

LARGEST_BATCH = 256  # replicates per job in torch; assumed: fits the memory of a GPU
CLASSES = 10


def updates(scenario: WaveScenario) -> int:
    """Return the updates of a replicate."""
    return scenario.updates


def cost(scenario: WaveScenario) -> float:
    """Return the weights that are updated, over all updates."""
    return scenario.updates * scenario.live_weights


def jobs(resolved: Mapping[str, WaveScenario], replicates: Sequence[Replicate], workers: int) -> Jobs:
    """Return replicates that share an autoencoder, or a batch in torch, together; all others alone."""
    warn_of_devices(resolved[one.condition] for one in replicates)
    together: dict[str, list[Replicate]] = {}
    for one in replicates:
        together.setdefault(_key(resolved[one.condition], one), []).append(one)
    found: Jobs = []
    for members in together.values():
        size = LARGEST_BATCH
        if in_torch(resolved[members[0].condition]) and resolved[members[0].condition].device == "cpu":
            size = max(1, -(-len(members) // workers))
        found += [tuple(members[n : n + size]) for n in range(0, len(members), size)]
    return found


def _key(scenario: WaveScenario, replicate: Replicate) -> str:
    if in_torch(scenario):
        return batched_key(scenario, replicate)
    if scenario.front.rule in ("vae", "covae"):
        return json.dumps([replicate.seed, scenario.task.model_dump(), scenario.front.model_dump()])
    return f"{replicate.condition} {replicate.seed}"


def dimensions(resolved: Mapping[str, WaveScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store, from the scenarios alone."""
    every = list(resolved.values())
    epochs = max(one.schedule.epochs for one in every)
    classes = max(0 if one.task.data == "xor" else CLASSES for one in every)
    parameters = max(one.parameters if one.record.weights else 0 for one in every)
    coordinates = {
        "epoch": np.arange(1, epochs + 1, dtype="i4"),
        "class": np.arange(classes, dtype="i4"),
        "parameter": np.arange(parameters, dtype="i4"),
    }
    return Dimensions(VARIABLES, coordinates)


def length_problem(short: WaveScenario, long: WaveScenario) -> str:
    """Say why a run differs from a longer one from the start: a learning rate that falls to 0 at the end."""
    if follows_gradients(long) and long.training.decay != "constant":
        return "training.decay: the learning rate falls to 0 over the run, so a longer run differs at once (cosine)."
    return ""


RUNNER = Runner(
    simulate=Trainee,
    units=updates,
    cost=cost,
    dimensions=dimensions,
    jobs=jobs,
    lockstep=make_groups,
    preload=("astrosim.systems.waves.runner",),
    packages=("torch", "scikit-learn"),
    lengthening=Lengthening("schedule.epochs", length_problem),
)
"""Runner of scenarios with kind = "wave"."""
