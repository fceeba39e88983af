"""Cells that train together: fronts, learners, epochs, checkpoints and commits. Times in seconds of wall clock.

Replicates with the same network, task and schedule that stand at the same place form a *group* and learn in step.
Groups of a block share the front ends of their seeds and go through the epochs side by side.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.datasets import DataSet
from astrosim.runs.checkpoint import Checkpoint, CheckpointError
from astrosim.runs.replicate import Cell, Control, Stopped, write_cell
from astrosim.systems.waves.history import History, summary_row
from astrosim.systems.waves.inputs import Features, Front, data_of, order_of
from astrosim.systems.waves.learners.choose import batched_key, device_of, make_learner
from astrosim.systems.waves.learners.learner import Deciding, Learner, Stretch, Verdict
from astrosim.systems.waves.scenario.schema import WaveScenario

FIRST_BATCHES = 8  # assumed: a first stretch, to learn how long a batch takes


@dataclass(frozen=True, order=True)
class Place:
    """How far a replicate is: epoch, pass of the epoch, batch of the pass; all from 0, all done before."""

    epoch: int = 0
    round: int = 0
    batch: int = 0


@dataclass
class Member:
    """One cell of a block.

    Attributes
    ----------
    cell : Cell
    scenario : WaveScenario
        Resolved for the cell's condition.
    checkpoint : Checkpoint
    history : History
    place : Place
    found : dict
        Arrays of its checkpoint by part: learner, front; empty if it begins.
    """

    cell: Cell
    scenario: WaveScenario
    checkpoint: Checkpoint
    history: History = field(default_factory=History)
    place: Place = field(default_factory=Place)
    found: dict[str, dict[str, np.ndarray]] = field(default_factory=lambda: {"learner": {}, "front": {}})

    def load(self, warn: Any) -> None:
        """Take up the cell's checkpoint, if there is one that is of use."""
        try:
            loaded = self.checkpoint.load()
            if loaded is not None:
                self._restore(*loaded)
        except CheckpointError as error:
            warn(self.checkpoint.lost(error))

    def _restore(self, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
        parts: dict[str, dict[str, np.ndarray]] = {"learner": {}, "front": {}, "curves": {}}
        try:
            for name, values in arrays.items():
                part, _, key = name.partition("/")
                parts[part][key] = values
            self.place = Place(*facts["place"])
            self.history.restore(parts.pop("curves"), facts["history"])
        except (KeyError, TypeError) as error:  # written by another version
            raise CheckpointError(f"{self.checkpoint.path}: cannot be taken up ({error!r})") from error
        self.found = parts

    def save(self, learner: Mapping[str, np.ndarray], front: Mapping[str, np.ndarray]) -> None:
        """Write the cell's checkpoint."""
        arrays = {f"learner/{name}": values for name, values in learner.items()}
        arrays |= {f"front/{name}": values for name, values in front.items()}
        arrays |= {f"curves/{name}": values for name, values in self.history.arrays().items()}
        place = (self.place.epoch, self.place.round, self.place.batch)
        self.checkpoint.save(arrays, {"place": place, "history": self.history.facts})

    @property
    def updates(self) -> int:
        """Updates done."""
        per_round = self.scenario.updates_per_epoch // self.scenario.schedule.passes
        rounds = self.place.epoch * self.scenario.schedule.passes + self.place.round
        return rounds * per_round + self.place.batch


class Group:
    """Members that learn in step.

    Parameters
    ----------
    members : sequence of Member
    data : DataSet
    """

    def __init__(self, members: Sequence[Member], data: DataSet) -> None:
        self.members, self.data = list(members), data
        self.scenario = members[0].scenario
        self.learner: Learner = make_learner([m.scenario for m in members], [m.cell.seed for m in members])
        for number, member in enumerate(members):
            if member.found["learner"]:
                self.learner.restore(number, member.found["learner"])
        self.labels = data.train_y.astype(np.float32)
        self._rate = 0.0

    @property
    def place(self) -> Place:
        """Where all members stand."""
        return self.members[0].place

    def train_epoch(self, features: Sequence[Features], control: Control, look: Any) -> None:
        """Carry on to the end of the epoch, and judge."""
        schedule = self.scenario.schedule
        batches = self.scenario.updates_per_epoch // schedule.passes
        epoch = self.place.epoch
        for number in range(self.place.round, schedule.passes):
            orders = [order_of(m.cell.seed, len(self.labels), epoch * schedule.passes + number) for m in self.members]
            while (batch := self.place.batch) < batches:
                count = max(1, int(self._rate * control.stretch_seconds)) if self._rate else FIRST_BATCHES
                stretch = Stretch(self.members[0].updates, batch, min(count, batches - batch), orders)
                self._advance([own.train for own in features], stretch)
                self._stand(Place(epoch, number, batch + stretch.batches))
                look()
            self._stand(Place(epoch, number + 1, 0))
        self._judge(features)
        self._stand(Place(epoch + 1, 0, 0))
        look()

    def _advance(self, features: Sequence[np.ndarray], stretch: Stretch) -> None:
        start = time.perf_counter()
        losses = self.learner.advance(features, self.labels, stretch)
        elapsed = time.perf_counter() - start
        self._rate = stretch.batches / max(elapsed, 1e-9)
        for member, own in zip(self.members, losses, strict=True):
            member.history.add_batches(own, elapsed / len(self.members))
        if isinstance(self.learner, Deciding):
            for member, decided in zip(self.members, self.learner.decisions(), strict=True):
                member.history.add_decisions(*decided)

    def _judge(self, features: Sequence[Features]) -> None:
        """Close the epoch: test every member, and validate where images were kept for it."""
        data = self.data
        trial = self.place.epoch * (len(data.test_y) + len(data.valid_y))  # a trial an image, at most: none twice
        keep = len(data.test_y) if not data.classes else 0
        tested = self.learner.evaluate([f.test for f in features], data.test_y, trial, keep)
        valid: Sequence[Verdict | None] = [None] * len(tested)
        if len(data.valid_y):
            valid = self.learner.evaluate([f.valid for f in features], data.valid_y, trial + len(data.test_y))
        for member, test, other in zip(self.members, tested, valid, strict=True):
            member.history.close_epoch(test, other)

    def _stand(self, place: Place) -> None:
        for member in self.members:
            member.place = place


class Block:
    """Cells of one job, from where they stand to their commits.

    Parameters
    ----------
    directory : Path
        Run directory, its arrays created.
    cells : sequence of Cell
    resolved : mapping of str to WaveScenario
        By condition.
    control : Control
    """

    def __init__(
        self, directory: Path, cells: Sequence[Cell], resolved: Mapping[str, WaveScenario], control: Control
    ) -> None:
        self.directory, self.control = directory, control
        self.members = [
            Member(c, resolved[c.condition], Checkpoint(directory, c, resolved[c.condition])) for c in cells
        ]
        self.data = data_of(self.members[0].scenario, control.data)
        for member in self.members:
            member.load(control.warn)
        self.fronts = self._make_fronts()
        self.groups = self._make_groups()
        self.rows: dict[Cell, dict[str, Any]] = {}
        self._saved = time.monotonic()
        self._report()

    def _make_fronts(self) -> dict[int, Front]:
        """One a seed, from the checkpoint of the member that is least far."""
        fronts: dict[int, Front] = {}
        for member in sorted(self.members, key=lambda m: m.place):
            if member.cell.seed not in fronts:
                front = Front(member.scenario, member.cell.seed, self.data)
                front.restore(member.found["front"])
                fronts[member.cell.seed] = front
        return fronts

    def _make_groups(self) -> list[Group]:
        together: dict[tuple[Any, Place], list[Member]] = {}
        for member in self.members:
            together.setdefault((batched_key(member.scenario, member.cell), member.place), []).append(member)
        return [Group(members, self.data) for members in together.values()]

    def run(self) -> list[dict[str, Any]]:
        """Train to the end and commit; returns rows in the order of the cells.

        Raises
        ------
        Stopped
            If asked to; every cell that is not committed has left a checkpoint.
        """
        first = min(group.place.epoch for group in self.groups)
        last = max(group.scenario.schedule.epochs for group in self.groups)
        for epoch in range(first, last + 1):
            for group in self.groups:
                if group.place.epoch != epoch:
                    continue
                if epoch < group.scenario.schedule.epochs:
                    group.train_epoch(self._features(group, epoch), self.control, self._look)
                else:
                    self._commit(group)
        return [self.rows[member.cell] for member in self.members]

    def _features(self, group: Group, epoch: int) -> list[Features]:
        features = []
        for member in group.members:
            front = self.fronts[member.cell.seed]
            while front.behind(epoch):
                front.learn()
                self._look()
            features.append(front.features(epoch))
        return features

    def _look(self) -> None:
        """Between stretches: tell how far it is, stop if asked, save if it is time."""
        self._report()
        stopped = self.control.stopped()
        if stopped or time.monotonic() - self._saved >= self.control.checkpoint_seconds:
            self._save()
        if stopped:
            raise Stopped

    def _report(self) -> None:
        self.control.report(sum(member.updates for member in self.members))

    def _save(self) -> None:
        for group in self.groups:
            for number, member in enumerate(group.members):
                if member.cell not in self.rows:
                    member.save(group.learner.state(number), self.fronts[member.cell.seed].state())
        self._saved = time.monotonic()

    def _commit(self, group: Group) -> None:
        for number, member in enumerate(group.members):
            cell, scenario = member.cell, member.scenario
            row = summary_row(scenario, cell.condition, cell.seed, member.history, self.data, device_of(scenario))
            values = member.history.arrays()
            if scenario.record.weights:
                values["weight"] = group.learner.parameters(number)
            self.rows[cell] = write_cell(self.directory, cell, values, row)
            member.checkpoint.remove()
