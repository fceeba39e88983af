"""A runner without torch for scenarios with kind = "wave": cells that "train" together, step by step, bit for bit.

A cell's state is a number on the logistic map, its start given by the seed: a lost or repeated epoch shows in every
later value. Environment variables of the process that starts a run say how large blocks are, how long an epoch takes,
and when to die: the runner takes them to the workers.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.runs import run_scenario
from astrosim.runs.checkpoint import Checkpoint, CheckpointError
from astrosim.runs.replicate import Cell, Control, Stopped, write_cell
from astrosim.runs.runner import RUNNERS, Ask
from astrosim.store.layout import Layout
from astrosim.systems.waves.records import VARIABLES as WAVE_VARIABLES
from astrosim.systems.waves.scenario.schema import WaveScenario

PLACE = "fake_runner:FakeRunner"
CLASSES = 3


def logbook(directory: Path) -> Path:
    """Where blocks leave a line each: process, cells, epochs already done, data path."""
    return directory.with_name(directory.name + ".log")


class Training:
    """One cell in motion."""

    def __init__(self, directory: Path, cell: Cell, scenario: WaveScenario, control: Control, shift: float) -> None:
        self.cell, self.epochs = cell, scenario.schedule.epochs
        self.checkpoint = Checkpoint(directory, cell, scenario)
        self.values = [1.0 / (2.0 + cell.seed) + shift]
        try:
            if (found := self.checkpoint.load()) is not None:
                arrays, facts = found
                assert facts["epoch"] == len(arrays["values"]) - 1
                self.values = arrays["values"].tolist()
        except CheckpointError as error:
            control.warn(self.checkpoint.lost(error))

    @property
    def epoch(self) -> int:
        return len(self.values) - 1

    def step(self) -> None:
        self.values.append(3.9 * self.values[-1] * (1 - self.values[-1]))

    def save(self) -> None:
        self.checkpoint.save({"values": np.array(self.values)}, {"epoch": self.epoch})

    def commit(self, directory: Path) -> dict[str, Any]:
        losses = np.array(self.values[1:])
        shares = np.outer(losses, np.arange(1, CLASSES + 1))
        values = {"train_loss": losses, "test_loss": 2 * losses, "predicted_share": shares, "weight": losses[-2:]}
        summary = {
            "condition": self.cell.condition,
            "seed": self.cell.seed,
            "epochs": self.epoch,
            "test_loss": np.float64(2 * losses[-1]),
            "validation_accuracy": float("nan"),
            "collapsed": np.bool_(losses[-1] < 0.5),
            "wall_s": time.perf_counter(),
        }
        row = write_cell(directory, self.cell, values, summary)
        self.checkpoint.remove()
        return row


def setting(name: str, default: float) -> Any:
    return field(default_factory=lambda: type(default)(os.environ.get(name, default)))


@dataclass(frozen=True)
class FakeRunner:
    """Blocks of `block` cells, those of the last condition first."""

    block: int = setting("FAKE_BLOCK", 3)
    epoch_seconds: float = setting("FAKE_EPOCH_SECONDS", 0.0)
    kill_after: int = setting("FAKE_KILL_AFTER", 0)
    shift: float = setting("FAKE_SHIFT", 0.0)
    preload: tuple[str, ...] = ("fake_runner",)
    packages: tuple[str, ...] = ("pytest", "no-such-distribution")

    def blocks(
        self, resolved: Mapping[str, WaveScenario], cells: Sequence[Cell], workers: int
    ) -> list[tuple[Cell, ...]]:
        turned = cells[::-1]
        return [tuple(turned[start : start + self.block]) for start in range(0, len(turned), self.block)]

    def units(self, scenario: WaveScenario) -> int:
        return scenario.schedule.epochs

    def layout(self, scenario: WaveScenario, resolved: Mapping[str, WaveScenario], ask: Ask) -> Layout:
        epochs = max(s.schedule.epochs for s in resolved.values())
        return Layout(
            title=scenario.title or scenario.name,
            conditions=tuple(resolved),
            seeds=scenario.seeds,
            variables=WAVE_VARIABLES,
            coordinates={
                "epoch": np.arange(1, epochs + 1, dtype="i4"),
                "class": np.arange(CLASSES, dtype="i4"),
                "parameter": np.arange(2, dtype="i4"),
            },
            lengths={},
        )

    def run(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, WaveScenario], control: Control
    ) -> list[dict[str, Any]]:
        training = [Training(directory, cell, resolved[cell.condition], control, self.shift) for cell in cells]
        line = {
            "process": os.getpid(),
            "cells": [[cell.condition, cell.seed] for cell in cells],
            "epochs": [one.epoch for one in training],
            "data": None if control.data is None else str(control.data),
        }
        with logbook(directory).open("a") as file:
            file.write(json.dumps(line) + "\n")
        rows: dict[Cell, dict[str, Any]] = {}
        saved = time.monotonic()
        while len(rows) < len(cells):
            for one in training:
                if one.cell in rows:
                    continue
                if one.epoch == one.epochs:
                    rows[one.cell] = one.commit(directory)
                    if len(rows) == self.kill_after < len(cells):
                        os.kill(os.getpid(), signal.SIGKILL)
                else:
                    one.step()
            time.sleep(self.epoch_seconds)
            control.report(sum(one.epoch for one in training))
            stopped = control.stopped()
            if stopped or time.monotonic() - saved >= control.checkpoint_seconds:
                for one in training:
                    if one.cell not in rows:
                        one.save()
                saved = time.monotonic()
            if stopped:
                raise Stopped
        return [rows[cell] for cell in cells]


def _child(directory: Path, scenario: WaveScenario, environment: dict[str, str]) -> None:
    with mock.patch.dict(RUNNERS, wave=PLACE), mock.patch.dict(os.environ, environment):
        try:
            run_scenario(scenario, directory, workers=1)
        except AstrosimError as error:
            raise SystemExit(str(error)) from error


def run_in_a_process(directory: Path, scenario: WaveScenario, **environment: str) -> int:
    """Run a scenario with one worker in a process of its own; its exit code."""
    process = multiprocessing.get_context("spawn").Process(target=_child, args=(directory, scenario, environment))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode
