"""The frozen, closed description of an experiment with receptive fields: astrocytes that learn to classify images.

A trial is one evaluation of the present batch, for every learner; a batch stays for `batches.stay` trials. Lengths are
in pixels.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from astrosim.contracts.registry import ALIASES
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.section import Real, complain, quantity, table
from astrosim.systems.arrays.scenario.sections import (
    ASCENDING,
    CLASSES,
    SHAPES,
    SIZES,
    ArrayDecision,
    ArrayLearner,
    ArrayNetwork,
    ArrayPerturbation,
    ArrayRecord,
    ArraySchedule,
    ArrayTask,
    Batches,
    Territory,
    owns_territories,
    perturbs,
)

ArrayFigure = Literal["test_accuracy"]
COUNTED = {"spsa": 2, "backpropagation": 3}
"""Trials per step of a learner without keep or revert: passes over the batch; a gradient counts as three of them."""


class ArrayScenario(Experiment):
    """One experiment on receptive fields: conditions x seeds, each pair a network of its own."""

    work_sections: ClassVar = ("schedule",)

    kind: Annotated[
        Literal["task"], BeforeValidator(lambda value: ALIASES.get(value, value) if isinstance(value, str) else value)
    ] = quantity("task", 'which family of systems; "fields" and "images" are earlier names')
    engine: Literal["kernel", "agents", "torch"] = quantity(
        "kernel", "kernel: fast; agents: on a Mesa model, the same bits; torch: proposals of a round in one batch"
    )
    device: Literal["cpu", "cuda", "auto"] = quantity(
        "cpu", "where torch computes; auto: a GPU if there is one", read_if=lambda s: s.engine == "torch"
    )
    task: ArrayTask = table(ArrayTask)
    network: ArrayNetwork = table(ArrayNetwork)
    territory: Territory = table(Territory, read_if=owns_territories)
    perturbation: ArrayPerturbation = table(ArrayPerturbation, read_if=perturbs)
    decision: ArrayDecision = table(ArrayDecision, read_if=perturbs)
    batches: Batches = table(Batches)
    learner: ArrayLearner = table(ArrayLearner)
    schedule: ArraySchedule = table(ArraySchedule)
    record: ArrayRecord = table(ArrayRecord)
    reference: dict[str, dict[ArrayFigure, Real]] = Field(
        default_factory=dict, description="published figures by condition"
    )

    @property
    def work(self) -> int:
        """Trials of one replicate."""
        return self.schedule.trials

    @model_validator(mode="after")
    def _fits(self) -> ArrayScenario:
        complain(self._problems())
        return self

    def _problems(self) -> list[str]:
        return [
            *self._task_problems(),
            *self._network_problems(),
            *self._engine_problems(),
            *self._round_problems(),
            *self._time_problems(),
        ]

    def _task_problems(self) -> list[str]:
        task, problems = self.task, []
        held, test = SIZES[task.data]
        if task.split == "drawn" and not task.test:
            problems.append('task.test: task.split = "drawn" draws this number of test images (0). Write their number.')
            return problems
        if task.test > (held + test - 2 if task.split == "drawn" else test):
            problems.append(f"task.test: more than {task.data} has ({task.test}). At most {test} are given.")
            return problems
        left = held + test - task.test if task.split == "drawn" else held
        if task.validation >= left:
            problems.append(f"task.validation: leaves nothing to train on ({task.validation}). Write less than {left}.")
        elif task.train > left - task.validation:
            problems.append(
                f"task.train: more than there are ({task.train}). At most {left - task.validation} remain of "
                f"{task.data} without those for validation and test."
            )
        return problems

    def _network_problems(self) -> list[str]:
        network, problems = self.network, []
        if network.connections == "fields" and network.field > min(self.image_shape):
            rows, columns = self.image_shape
            problems.append(
                f"network.field: larger than the images, {rows} x {columns} pixels ({network.field}). "
                f"Write {min(self.image_shape)} or less."
            )
        if network.units % self.territory.units:
            problems.append(
                f"territory.units: does not divide network.units = {network.units} ({self.territory.units}). "
                "Write a divisor of it: every unit has one owner."
            )
        if network.activation == "threshold" and self.learner.rule == "backpropagation":
            problems.append(
                'learner.rule: threshold units have no gradient ("backpropagation"). Write network.activation = "relu".'
            )
        return problems

    def _engine_problems(self) -> list[str]:
        rule, problems = self.learner.rule, []
        if self.engine == "agents" and rule in ASCENDING:
            problems.append(
                f'learner.rule: no agents carry it out ("{rule}"). Write engine = "kernel", or another rule.'
            )
        if self.engine == "torch" and rule != "astrocytes":
            problems.append(
                f'learner.rule: torch evaluates astrocytes\' proposals alone ("{rule}"). Write engine = "kernel", or '
                'learner.rule = "astrocytes".'
            )
        if self.engine == "torch" and self.decision.race < 1.0:
            problems.append(
                f"decision.race: torch evaluates all proposals of a round to the end ({self.decision.race:g}). "
                'Write 1, or engine = "kernel".'
            )
        if self.engine != "torch" and self.device != "cpu":
            problems.append(
                f'device: only torch computes elsewhere ("{self.device}"). Write "cpu", or engine = "torch".'
            )
        return problems

    def _round_problems(self) -> list[str]:
        size = self.decision.proposals
        if size == 1:
            return []
        problems = []
        if self.learner.rule != "astrocytes":
            problems.append(
                f"decision.proposals: only astrocytes propose side by side ({size}, learner.rule = "
                f'"{self.learner.rule}"). Write 1.'
            )
        elif size > self.astrocytes:
            problems.append(
                f"decision.proposals: more than there are astrocytes ({size}). Write {self.astrocytes} or less."
            )
        if self.batches.stay % size:
            problems.append(
                f"decision.proposals: does not divide batches.stay = {self.batches.stay} ({size}). "
                "Rounds end with their batch: write a divisor of it."
            )
        return problems

    def _time_problems(self) -> list[str]:
        stay, every, trials, problems = self.batches.stay, self.record.every, self.schedule.trials, []
        if every % stay:
            problems.append(
                f"record.every: no multiple of batches.stay = {stay} ({every}). Records come with whole batches: "
                f"write {max(stay, every // stay * stay)}."
            )
        elif trials % every:
            problems.append(
                f"schedule.trials: no multiple of record.every = {every} ({trials}). "
                f"Write {max(every, trials // every * every)}."
            )
        if self.batches.last < self.batches.first:
            problems.append(
                f"batches.last: smaller than batches.first = {self.batches.first} ({self.batches.last}). "
                "Batches grow, or stay the same."
            )
        if self.perturbation.last_cap > self.perturbation.cap:
            problems.append(
                f"perturbation.last_cap: above perturbation.cap = {self.perturbation.cap:g} "
                f"({self.perturbation.last_cap:g}). The cap falls, or stays: write 0."
            )
        return problems

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        return SHAPES[self.task.data]

    @property
    def pixels(self) -> int:
        """Inputs."""
        return self.image_shape[0] * self.image_shape[1]

    @property
    def classes(self) -> int:
        """Outputs."""
        return CLASSES

    @property
    def test_images(self) -> int:
        """Images tested on."""
        return self.task.test or SIZES[self.task.data][1]

    @property
    def training_images(self) -> int:
        """Images trained on: none of those kept for validation."""
        held, test = SIZES[self.task.data]
        left = held + test - self.task.test if self.task.split == "drawn" else held
        return self.task.train or left - self.task.validation

    @property
    def incoming(self) -> int:
        """Incoming synapses of a unit."""
        return self.pixels if self.network.connections == "dense" else self.network.field**2

    @property
    def synapses(self) -> int:
        """Synapses of the network, biases left out."""
        return self.network.units * (self.incoming + self.classes)

    @property
    def parameters(self) -> int:
        """Numbers that are learned: synapses, and biases of units and outputs."""
        return self.synapses + self.network.units + self.classes

    @property
    def astrocytes(self) -> int:
        """Astrocytes: one per territory."""
        return self.network.units // self.territory.units

    @property
    def stays(self) -> int:
        """Batches of a run."""
        return self.schedule.trials // self.batches.stay

    @property
    def records(self) -> int:
        """Records of a run."""
        return self.schedule.trials // self.record.every

    @cached_property
    def batch_sizes(self) -> np.ndarray:
        """Images of every batch, geometric from first to last, never more than there are: int64, shape (batch,)."""
        first, last = (min(size, self.training_images) for size in (self.batches.first, self.batches.last))
        return np.rint(geometric(first, last, self.stays, self.batches.growth)).astype(np.int64)

    @cached_property
    def caps(self) -> np.ndarray:
        """Highest sigma during every batch: float64, shape (batch,)."""
        cap = self.perturbation.cap
        return geometric(cap, self.perturbation.last_cap or cap, self.stays, 1.0)

    @property
    def evaluations(self) -> int:
        """Evaluations of an image in a run without a race, or at most."""
        return int(self.batch_sizes.sum()) * self.batches.stay


def geometric(first: float, last: float, steps: int, share: float) -> np.ndarray:
    """Return values from first to last in equal ratios over a share of the steps, then last: float64, shape (step,)."""
    from astrosim.core.exact_functions import exp, log  # loads numba, which few need

    slope = log(last) - log(first)
    places = np.minimum(np.arange(steps) / max(share * steps, 1.0), 1.0)
    values = np.array([first * exp(slope * place) for place in places], dtype=np.float64)
    return np.where(places >= 1.0, last, values)
