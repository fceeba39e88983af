"""Time an update of a wave network: the kernel's and torch's, forward and back alone or whole, within one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from astrosim.core.rng import stream_key
from astrosim.systems.waves.build import live_taps
from astrosim.systems.waves.kernel import loop
from astrosim.systems.waves.learners.learner import KernelLearner, Stretch, read_only
from astrosim.systems.waves.learners.torch_learner import TorchLearner
from astrosim.systems.waves.mesh import parse
from astrosim.systems.waves.program import LIKELIHOOD, Builder, Program
from astrosim.systems.waves.scenario.schema import WaveScenario
from benchmarks.timing import Timed, take_turns

QUOTED = 31.2e-3  # s, forward and back of the published loop on the digits net; quoted from its spec, not measured here
BATCH = 128  # images
IMAGES = 12_800
ROUNDS = 15
NETWORKS: dict[str, dict[str, Any]] = {
    "gd*5": {"network": {"steps": "(gd)*5"}},
    "gd*5 published": {"network": {"steps": "(gd)*5", "variant": "published"}},
    "2-D sdddGGC": {"network": {"steps": "sdddGGC", "grid": [4, 5], "activation": "elu"}},
    "raw g*9 G*5": {
        "front": {"rule": "none"},
        "network": {"steps": "g*9 G*5", "grid": [28, 28], "activation": "elu"},
    },
    "MLP 20-20-10": {"network": {"model": "mlp"}},
    "MLP 784-38-10": {"front": {"rule": "none"}, "network": {"model": "mlp", "hidden": [38], "activation": "elu"}},
}
WIDE = "10 slides of 400"
GOALS = {("gd*5", "kernel"): 100e-6, (WIDE, "kernel"): 4e-3, ("raw g*9 G*5", "kernel"): 10e-3}  # s, forward and back


def scenario_of(name: str) -> WaveScenario:
    """A network on digits."""
    return WaveScenario.model_validate({"task": {"data": "mnist"}, **NETWORKS[name]})


@dataclass
class Updates:
    """Whole updates of some replicates: batches gathered, forward, loss, back, Adam."""

    learner: Any
    replicates: int
    features: np.ndarray
    labels: np.ndarray
    done: int = 0
    order: np.ndarray = field(default_factory=lambda: np.arange(IMAGES, dtype=np.int32))

    def advance(self, updates: int) -> None:
        """Carry out updates, pass after pass."""
        while updates:
            batch = self.done % (IMAGES // BATCH)
            count = min(updates, IMAGES // BATCH - batch)
            stretch = Stretch(self.done, batch, count, [self.order] * self.replicates)
            self.learner.advance([self.features] * self.replicates, self.labels, stretch)
            self.done, updates = self.done + count, updates - count


class Passes:
    """Forward, loss and back on the kernel, of a batch that lies there."""

    def __init__(self, program: Program, parameters: np.ndarray) -> None:
        random = np.random.default_rng(0)
        keys = np.stack([stream_key(0, "wave_values")] * 4)
        self.program, self.parameters = program, parameters
        self.replicate = loop.Replicate(np.zeros(0, np.float32), np.float32(0), np.float32(0), keys)
        self.scratch = loop.make_scratch(program, BATCH)
        self.scratch.values[: program.inputs] = random.standard_normal((program.inputs, BATCH))
        self.labels = read_only(random.integers(0, 10, BATCH).astype(np.float32))
        self.chosen = np.arange(BATCH, dtype=np.int32)

    def advance(self, updates: int) -> None:
        """The same gradient, several times."""
        for update in range(updates):
            loop.gradient(self.program, self.replicate, self.parameters, self.scratch, self.chosen, self.labels, update)


def wide() -> Passes:
    """Ten slides over 400 cells, tanh."""
    chain = parse("d*10", 400)
    builder = Builder(400)
    for step in chain.steps:
        builder.product(live_taps(step), True)
        builder.activation("tanh")
    program = builder.finish(gains=False, link_noise=0, link_loss=0, loss=LIKELIHOOD)
    return Passes(program, np.random.default_rng(1).standard_normal(program.parameters).astype(np.float32) / 2)


def make_cases() -> list[tuple[str, str, int, Timed]]:
    """Network, what is timed, replicates, and the warmed-up engine."""
    cases = []
    for name in NETWORKS:
        scenario = scenario_of(name)
        random = np.random.default_rng(0)
        features = random.standard_normal((IMAGES, scenario.input_width)).astype(np.float32)
        labels = random.integers(0, 10, IMAGES).astype(np.float32)
        kernel = KernelLearner([scenario], [1])
        forward_back = Passes(kernel.networks[0].program, kernel.parameters(0))
        cases.append((name, "kernel", 1, Timed(name, forward_back)))  # type: ignore[arg-type]
        cases.append((name, "kernel, update", 1, Timed(name, Updates(kernel, 1, features, labels))))  # type: ignore[arg-type]
        for replicates in (1, 20) if scenario.input_width < 100 else (1,):
            torched = TorchLearner([scenario] * replicates, list(range(replicates)))
            updates = Updates(torched, replicates, features, labels)
            cases.append((name, "torch, update", replicates, Timed(name, updates)))  # type: ignore[arg-type]
    cases.append((WIDE, "kernel", 1, Timed(WIDE, wide())))  # type: ignore[arg-type]
    return cases


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per network, engine and number of replicates; times per replicate."""
    torch.set_num_threads(1)
    cases = make_cases()
    take_turns([case for *_, case in cases], rounds)
    torched = {
        name: case.typical for name, what, replicates, case in cases if (what, replicates) == ("torch, update", 1)
    }
    return [
        {
            "network": name,
            "what": what,
            "replicates": replicates,
            "fastest_s": case.fastest / replicates,
            "median_s": case.typical / replicates,
            "times_torch": torched[name] * replicates / case.typical if what.endswith("update") else None,
            "times_quoted": QUOTED / case.typical if (name, what) == ("gd*5 published", "kernel") else None,
            "goal_s": GOALS.get((name, what)),
        }
        for name, what, replicates, case in cases
    ]
