"""Trials on receptive fields: time a trial, and an image of a trial, by learner; target: 25 ns an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.fields.images import Batches, Images
from astrosim.fields.kernel.loop import advance
from astrosim.fields.learner import KernelLearner, make_state
from astrosim.scenario import FieldScenario
from benchmarks.timing import Timed, take_turns

IMAGES = 4096
TARGET = 25e-9  # s an image; issue: "25 ns per sample or better"
ROUNDS = 15
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
}


class Trials:
    """Trials of a learner on one batch of noise."""

    def __init__(self, changes: dict[str, Any]) -> None:
        data = {"task": {"data": "mnist"}, "batches": {"first": IMAGES, "last": IMAGES}, **changes}
        scenario = FieldScenario.model_validate(data)
        random = np.random.default_rng(0)
        part = random.integers(0, 256, (IMAGES, 784)).astype(np.uint8), random.integers(0, 10, IMAGES)
        images = Images(part, part, part)
        self.scenario, self.state = scenario, make_state(scenario, 1, images)
        self.learner, self.batch = KernelLearner(scenario, 1, self.state), Batches(scenario, 1, part).at(0)
        self.learner.warm(self.batch)
        self.done = 0

    def advance(self, trials: int) -> None:
        """Carry out trials."""
        own, rooms = self.learner, self.learner.rooms
        advance(
            self.state.net, self.batch, rooms.standing, rooms.proposal, rooms.scratch, own.owned, self.state.sigma,
            own.steps, own.rule, own.keys, self.done, trials, 0.3, rooms.normal, self.state.tally, self.state.counts,
        )  # fmt: skip
        self.done += trials


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row a case."""
    cases = [(name, Trials(changes)) for name, changes in CASES.items()]
    timed = [Timed(name, trials) for name, trials in cases]  # type: ignore[arg-type]
    take_turns(timed, rounds)
    return [
        {
            "case": name,
            "images": IMAGES,
            "fastest_s": one.fastest,
            "median_s": one.typical,
            "image_s": one.typical / IMAGES,
            "target_s": TARGET if name.startswith("astrocytes") else None,
        }
        for (name, _), one in zip(cases, timed, strict=True)
    ]
