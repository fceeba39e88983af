"""Trials on receptive fields: time a trial, and an image of it, by learner, one or many at once; target: 25 ns."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.systems.arrays.data import Batches, Images
from astrosim.systems.arrays.learners.choice import make_learner
from astrosim.systems.arrays.learners.keep_or_revert import make_state
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from benchmarks.timing import Timed, take_turns

IMAGES = 4096
TARGET = 25e-9  # s an image; issue: "25 ns per sample or better"
ROUNDS = 15
SIDE_BY_SIDE: dict[str, Any] = {
    "network": {"units": 1024},
    "batches": {"stay": 1024},
    "schedule": {"trials": 1024},
    "record": {"every": 1024},
}
CASES: dict[str, dict[str, Any]] = {
    "astrocytes, H 256": {"network": {"units": 256}},
    "astrocytes, H 2048": {"network": {"units": 2048}},
    "a third of the synapses, race": {
        "network": {"units": 256},
        "perturbation": {"fraction": 0.3},
        "decision": {"race": 0.25},
    },
    "random mask, H 256": {"network": {"units": 256}, "learner": {"rule": "random_mask"}},
    "whole network, H 256": {"network": {"units": 256}, "learner": {"rule": "one_plus_one"}},
    "rounds of 64": SIDE_BY_SIDE | {"decision": {"proposals": 64}},
    "torch, rounds of 1": SIDE_BY_SIDE | {"engine": "torch", "device": "auto"},
    "torch, rounds of 64": SIDE_BY_SIDE | {"engine": "torch", "device": "auto", "decision": {"proposals": 64}},
    "torch, rounds of 1024": SIDE_BY_SIDE | {"engine": "torch", "device": "auto", "decision": {"proposals": 1024}},
}


class Trials:
    """Rounds of a learner on one batch of noise."""

    def __init__(self, changes: dict[str, Any]) -> None:
        batches = {"first": IMAGES, "last": IMAGES} | changes.get("batches", {})
        data = {"task": {"data": "mnist"}, **changes, "batches": batches}
        scenario = ArrayScenario.model_validate(data)
        random = np.random.default_rng(0)
        part = random.integers(0, 256, (IMAGES, 784)).astype(np.uint8), random.integers(0, 10, IMAGES)
        images = Images(part, part, part)
        self.scenario, self.state = scenario, make_state(scenario, 1, images)
        self.learner: Any = make_learner(scenario, 1, self.state)
        self.batch = Batches(scenario, 1, part).at(0)
        self.learner.warm(self.batch)
        self.learner.present(self.batch)
        self.done, self.round = 0, scenario.decision.proposals

    def advance(self, rounds: int) -> None:
        """Carry out rounds."""
        trials = rounds * self.round
        self.learner.advance(self.batch, self.done, trials, 0.3)
        self.done += trials


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per case."""
    cases = [(name, Trials(changes)) for name, changes in CASES.items()]
    timed = [Timed(name, trials) for name, trials in cases]  # type: ignore[arg-type]
    take_turns(timed, rounds)
    return [
        {
            "case": name,
            "images": IMAGES,
            "fastest_s": one.fastest / trials.round,
            "median_s": one.typical / trials.round,
            "image_s": one.typical / trials.round / IMAGES,
            "target_s": TARGET if name.startswith("astrocytes") else None,
        }
        for (name, trials), one in zip(cases, timed, strict=True)
    ]
