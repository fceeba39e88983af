"""A system without torch in the place of kind = "wave": replicates that "train" together, step by step, bit for bit.

A replicate holds a number on the logistic map, its start given by the seed: a lost or repeated epoch shows in every
later value. Environment variables of the process that starts a run say how large jobs are, how long an epoch takes, and
when to die: the runner takes them to the workers.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from astrosim.contracts import registry
from astrosim.contracts.simulation import Alone, Outcome
from astrosim.core.errors import AstrosimError
from astrosim.runs import run_scenario
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Dimensions, Jobs, Runner, RunQueries
from astrosim.store import blocks as block_shapes
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.waves.records import VARIABLES as WAVE_VARIABLES
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.system import SYSTEM as WAVES

RUNNER_PART = "fake_system:RUNNER"
CLASSES = 3


def logbook(directory: Path) -> Path:
    """Where jobs leave a line each: process, replicates, epochs already done, data path."""
    return directory.with_name(directory.name + ".log")


def setting(name: str, default: float) -> Any:
    return field(default_factory=lambda: type(default)(os.environ.get(name, default)))


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    block: int = setting("FAKE_BLOCK", 3)
    epoch_seconds: float = setting("FAKE_EPOCH_SECONDS", 0.0)
    kill_after: int = setting("FAKE_KILL_AFTER", 0)
    shift: float = setting("FAKE_SHIFT", 0.0)
    fail: str = setting("FAKE_FAIL", "")  # replicates that raise an error in their third epoch, such as wave-1,long-7
    grouped: int = setting("FAKE_GROUPED", 0)  # replicates of a job are members of one simulation


@dataclass
class SharedJob:
    """What the replicates of a job share: how many they are, and how many have handed in their results."""

    size: int
    results: int = 0


class Training(Alone):
    """One replicate in motion."""

    def __init__(
        self,
        settings: Settings,
        replicate: Replicate,
        scenario: WaveScenario,
        writer: ReplicateWriter,
        data: Path | None,
    ) -> None:
        self.settings, self.replicate, self.directory = settings, replicate, writer.directory
        self.epochs = scenario.schedule.epochs
        self.values = [1.0 / (2.0 + replicate.seed) + settings.shift]
        self.job = SharedJob(1)

    first_stretch = 1

    @property
    def done(self) -> int:
        return len(self.values) - 1

    @property
    def finished(self) -> bool:
        return self.done == self.epochs

    def advance(self, units: int) -> float:
        self._die_if_it_is_time()
        if self.done == 2 and f"{self.replicate.condition}-{self.replicate.seed}" in self.settings.fail.split(","):
            raise ValueError("the map has left its interval")
        seconds = self.settings.epoch_seconds / self.job.size
        time.sleep(seconds)
        self.values.append(3.9 * self.values[-1] * (1 - self.values[-1]))
        return seconds

    def _die_if_it_is_time(self) -> None:
        if 0 < self.settings.kill_after == self.job.results:
            os.kill(os.getpid(), signal.SIGKILL)

    def state(self) -> dict[str, np.ndarray]:
        return {"values": np.array(self.values)}

    def facts(self) -> dict[str, Any]:
        return {"epoch": self.done}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        assert facts["epoch"] == len(state["values"]) - 1
        self.values = state["values"].tolist()

    def outcome(self) -> Outcome:
        self._die_if_it_is_time()
        self.job.results += 1
        losses = np.array(self.values[1:])
        shares = np.outer(losses, np.arange(1, CLASSES + 1))
        values = {"train_loss": losses, "test_loss": 2 * losses, "predicted_share": shares, "weight": losses[-2:]}
        row = {
            "condition": self.replicate.condition,
            "seed": self.replicate.seed,
            "epochs": self.done,
            "test_loss": np.float64(2 * losses[-1]),
            "validation_accuracy": float("nan"),
            "collapsed": np.bool_(losses[-1] < 0.5),
            "wall_s": time.perf_counter(),
        }
        return Outcome(values, row)


class Group:
    """Replicates of a job as one simulation: an error of one stops all."""

    first_stretch = 1

    def __init__(self, members: Sequence[Training]) -> None:
        self.members = members

    @property
    def turn(self) -> int:
        return min(member.done for member in self.members)

    @property
    def finished(self) -> bool:
        return all(member.finished for member in self.members)

    def advance(self, units: int) -> float:
        return sum(member.advance(units) for member in self.members if not member.finished)


def together(members: Sequence[Training], data: Path | None) -> Sequence[Training] | list[Group]:
    """Note that a job begins; its replicates go through the epochs side by side."""
    job = SharedJob(len(members))
    for member in members:
        member.job = job
    line = {
        "process": os.getpid(),
        "replicates": [[one.replicate.condition, one.replicate.seed] for one in members],
        "epochs": [one.done for one in members],
        "data": None if data is None else str(data),
    }
    with logbook(members[0].directory).open("a") as file:
        file.write(json.dumps(line) + "\n")
    return [Group(members)] if members[0].settings.grouped else members


def blocks(block: int, resolved: Mapping[str, WaveScenario], replicates: Sequence[Replicate], workers: int) -> Jobs:
    """Return jobs of `block` replicates, those of the last condition first."""
    turned = replicates[::-1]
    return [tuple(turned[start : start + block]) for start in range(0, len(turned), block)]


def epochs(scenario: WaveScenario) -> int:
    return scenario.schedule.epochs


def as_they_come(scenario: WaveScenario) -> float:
    return 0.0


def dimensions(resolved: Mapping[str, WaveScenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    longest = max(run_queries(longest_epoch, [Replicate(name, seeds[0], 0, 0) for name in resolved]))
    coordinates = {
        "epoch": np.arange(1, longest + 1, dtype="i4"),
        "class": np.arange(CLASSES, dtype="i4"),
        "parameter": np.arange(2, dtype="i4"),
    }
    return Dimensions(WAVE_VARIABLES, coordinates)


def longest_epoch(scenario: WaveScenario, seed: int) -> int:
    return scenario.schedule.epochs


def __getattr__(name: str) -> Any:
    """The runner as the environment is now."""
    if name != "RUNNER":
        raise AttributeError(name)
    settings = Settings()
    return Runner(
        simulate=partial(Training, settings),
        units=epochs,
        cost=as_they_come,
        dimensions=dimensions,
        jobs=partial(blocks, settings.block),
        lockstep=together,
        preload=("fake_system",),
        packages=("pytest", "no-such-distribution"),
    )


OWN = {name: part for name, part in WAVES.parts.items() if name != "derived"}  # its parameters join nothing
SYSTEM = replace(WAVES, parts={**OWN, "runner": RUNNER_PART})


@contextlib.contextmanager
def many_to_a_block() -> Iterator[None]:
    """Let runs of more than FAKE_ALONE replicates have blocks, about six."""
    most = int(os.environ.get("FAKE_ALONE", block_shapes.MOST_ALONE))
    with mock.patch.multiple(block_shapes, MOST_ALONE=most, FEW=0, LEAST=6):
        yield


def _forget() -> None:
    for cached in (registry.targets, registry.kinds, registry.find_system):
        cached.cache_clear()


@contextlib.contextmanager
def registered(place: str = "fake_system:SYSTEM") -> Iterator[None]:
    """Let the registry find another system for scenarios with kind = "wave"."""
    with mock.patch.dict(registry.SYSTEMS, wave=place):
        _forget()
        yield
    _forget()


def _child(directory: Path, scenario: WaveScenario, environment: dict[str, str]) -> None:
    with mock.patch.dict(os.environ, environment), registered(), many_to_a_block():
        resume = (directory / "scenario.toml").exists()
        try:
            run_scenario(scenario, directory, workers=int(environment.get("FAKE_WORKERS", 1)), resume=resume)
        except AstrosimError as error:
            raise SystemExit(str(error)) from error


def started(directory: Path, scenario: WaveScenario, **environment: str) -> Any:
    """A run of a scenario in a process of its own; it goes on with what the directory holds."""
    process = multiprocessing.get_context("spawn").Process(target=_child, args=(directory, scenario, environment))
    process.start()
    return process


def run_in_a_process(directory: Path, scenario: WaveScenario, **environment: str) -> int:
    """Run a scenario with one worker in a process of its own; its exit code."""
    process = started(directory, scenario, **environment)
    process.join(60)
    assert process.exitcode is not None
    return int(process.exitcode)
