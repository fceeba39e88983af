"""Replicates that train in lock-step: members, groups and their front ends. Times in seconds of wall clock.

Replicates with the same network, task and schedule that stand at the same place form a *group* and learn in step.
Groups of a job share the front ends of their seeds and go through the epochs side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.simulation import Outcome
from astrosim.datasets import DataSet
from astrosim.runs.replicate import Replicate
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.waves.history import History, summary_row
from astrosim.systems.waves.inputs import Features, Front, data_of, order_of
from astrosim.systems.waves.learners.choose import batched_key, device_of, make_learner
from astrosim.systems.waves.learners.learner import Deciding, Learner, Stretch, Verdict
from astrosim.systems.waves.scenario.schema import WaveScenario

FIRST_BATCHES = 8  # assumed: a first stretch, to learn how long a batch takes


@dataclass(frozen=True, order=True)
class Place:
    """Progress of a replicate: epoch, pass of the epoch, batch of the pass; all from 0, all done before."""

    epoch: int = 0
    round: int = 0
    batch: int = 0


class Trainee:
    """One replicate of a group: a `Member` as of `astrosim.contracts.simulation`.

    Parameters
    ----------
    replicate : Replicate
    scenario : WaveScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
        Nothing is written before the commit.
    data : Path or None
        The group reads the data.

    Attributes
    ----------
    history : History
    place : Place
    found : dict
        Arrays of its checkpoint by part: learner, front; empty if it begins.
    group : Group
        Joined once all members of the job have taken up their checkpoints.
    number : int
        Its place in the group.
    """

    group: Group
    number: int

    def __init__(
        self, replicate: Replicate, scenario: WaveScenario, writer: ReplicateWriter, data: Path | None
    ) -> None:
        self.replicate, self.scenario = replicate, scenario
        self.history, self.place = History(), Place()
        self.found: dict[str, dict[str, np.ndarray]] = {"learner": {}, "front": {}}

    @property
    def done(self) -> int:
        """Updates done."""
        per_round = self.scenario.updates_per_epoch // self.scenario.schedule.passes
        rounds = self.place.epoch * self.scenario.schedule.passes + self.place.round
        return rounds * per_round + self.place.batch

    def state(self) -> dict[str, np.ndarray]:
        """Return the arrays of this replicate: of the learner, of the front, and its curves.

        Names begin with ``learner/``, ``front/`` or ``curves/``; each array has the shape that `Learner.state`,
        `Front.state` and `History.arrays` give it.
        """
        arrays = {f"learner/{name}": values for name, values in self.group.learner.state(self.number).items()}
        arrays |= {f"front/{name}": values for name, values in self.group.fronts[self.number].state().items()}
        return arrays | {f"curves/{name}": values for name, values in self.history.arrays().items()}

    def facts(self) -> dict[str, Any]:
        """Return its place, and what its history counts."""
        place = (self.place.epoch, self.place.round, self.place.batch)
        return {"place": place, "history": self.history.facts}

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, of the same shape array by array, and `facts()`.

        See `astrosim.contracts.simulation.Member.restore`.
        """
        parts: dict[str, dict[str, np.ndarray]] = {"learner": {}, "front": {}, "curves": {}}
        for name, values in state.items():
            part, _, key = name.partition("/")
            parts[part][key] = values
        self.place = Place(*facts["place"])
        self.history.restore(parts.pop("curves"), facts["history"])
        self.found = parts

    def end(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return a `state()`, whose arrays keep their shape, and `facts()`."""
        return self.state(), self.facts()

    def prolong(
        self,
        state: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
        short: WaveScenario,
        stored: Callable[[str], np.ndarray | None],
    ) -> None:
        """Go on from the `end()` of a shorter run, whose arrays keep their shape."""
        self.restore(state, facts)

    def outcome(self) -> Outcome:
        """Return the curves and, where they are kept, the parameters."""
        scenario, replicate, data = self.scenario, self.replicate, self.group.data
        row = summary_row(scenario, replicate.condition, replicate.seed, self.history, data, device_of(scenario))
        values = self.history.arrays()
        if scenario.record.weights:
            values["weight"] = self.group.learner.parameters(self.number)
        return Outcome(values, row)


@dataclass(frozen=True)
class Lesson:
    """Features of an epoch and orders of a pass, a row per member.

    Attributes
    ----------
    epoch, round : int
    features : list of Features
    orders : list of ndarray of int32, shape (image,)
    """

    epoch: int
    round: int
    features: list[Features]
    orders: list[np.ndarray]


class Group:
    """Members that learn in step: a `Simulation` as of `astrosim.contracts.simulation`.

    Parameters
    ----------
    members : sequence of Trainee
        All at the same place.
    fronts : sequence of Front
        Of the members' seeds; other groups may have the same.
    data : DataSet
    """

    first_stretch = FIRST_BATCHES

    def __init__(self, members: Sequence[Trainee], fronts: Sequence[Front], data: DataSet) -> None:
        self.members, self.fronts, self.data = tuple(members), tuple(fronts), data
        self.scenario = members[0].scenario
        seeds = [m.replicate.seed for m in members]
        self.learner: Learner = make_learner([m.scenario for m in members], seeds)
        for number, member in enumerate(members):
            member.group, member.number = self, number
            if member.found["learner"]:
                self.learner.restore(number, member.found["learner"])
        self.labels = data.train_y.astype(np.float32)
        self._lesson: Lesson | None = None

    @property
    def place(self) -> Place:
        """Where all members stand."""
        return self.members[0].place

    @property
    def turn(self) -> int:
        """The epoch."""
        return self.place.epoch

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.place.epoch >= self.scenario.schedule.epochs

    def batch_of(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the training features of a member, and the images of its next batch; no front end may be behind.

        float32, shape (image, feature), and int32, shape (image of the batch,).
        """
        lesson, size = self._present_lesson(), self.scenario.images_per_update
        first = self.place.batch * size
        return lesson.features[number].train, lesson.orders[number][first : first + size]

    def advance(self, units: int) -> float:
        """Carry out updates, to the end of the pass at most; after the last pass of an epoch, judge.

        A front end that is behind makes one of its own passes instead.
        """
        for front in self.fronts:
            if front.behind(self.place.epoch):
                front.learn()
                return 0.0
        place, lesson = self.place, self._present_lesson()
        left = self.scenario.updates_per_epoch // self.scenario.schedule.passes - place.batch
        stretch = Stretch(self.members[0].done, place.batch, min(units, left), lesson.orders)
        elapsed = self._train([own.train for own in lesson.features], stretch)
        if stretch.batches < left:
            self._stand(Place(place.epoch, place.round, place.batch + stretch.batches))
        elif place.round + 1 < self.scenario.schedule.passes:
            self._stand(Place(place.epoch, place.round + 1))
        else:
            self._judge(lesson.features)
            self._stand(Place(place.epoch + 1))
            self._lesson = None
        return elapsed

    def _present_lesson(self) -> Lesson:
        """Return what is learned from in this pass; features are made once per epoch."""
        place, old = self.place, self._lesson
        if old is None or (old.epoch, old.round) != (place.epoch, place.round):
            same = old is not None and old.epoch == place.epoch
            features = old.features if old and same else [front.features(place.epoch) for front in self.fronts]
            number = place.epoch * self.scenario.schedule.passes + place.round
            orders = [order_of(m.replicate.seed, len(self.labels), number) for m in self.members]
            self._lesson = old = Lesson(place.epoch, place.round, features, orders)
        return old

    def _train(self, features: Sequence[np.ndarray], stretch: Stretch) -> float:
        start = time.perf_counter()
        losses = self.learner.advance(features, self.labels, stretch)
        elapsed = time.perf_counter() - start
        for member, own in zip(self.members, losses, strict=True):
            member.history.add_batches(own, elapsed / len(self.members))
        if isinstance(self.learner, Deciding):
            for member, decided in zip(self.members, self.learner.decisions(), strict=True):
                member.history.add_decisions(*decided)
        return elapsed

    def _judge(self, features: Sequence[Features]) -> None:
        """Close the epoch: test every member, and validate where images were kept for it."""
        data = self.data
        trial = self.place.epoch * (len(data.test_y) + len(data.valid_y))  # a trial per image, at most: none twice
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


def make_groups(members: Sequence[Trainee], folder: Path | None) -> list[Group]:
    """Return the groups of a job's replicates.

    Parameters
    ----------
    members : sequence of Trainee
        Each as far as its checkpoint; with the same task and front end.
    folder : Path or None
        Where data sets lie, if the user said so.
    """
    data = data_of(members[0].scenario, folder)
    fronts = _make_fronts(members, data)
    together: dict[tuple[Any, Place], list[Trainee]] = {}
    for member in members:
        together.setdefault((batched_key(member.scenario, member.replicate), member.place), []).append(member)
    return [Group(group, [fronts[m.replicate.seed] for m in group], data) for group in together.values()]


def _make_fronts(members: Sequence[Trainee], data: DataSet) -> dict[int, Front]:
    """Return a front end per seed, from the checkpoint of the member that is least far."""
    fronts: dict[int, Front] = {}
    for member in sorted(members, key=lambda m: m.place):
        if member.replicate.seed not in fronts:
            front = Front(member.scenario, member.replicate.seed, data)
            front.restore(member.found["front"])
            fronts[member.replicate.seed] = front
    return fronts
