"""The frozen, closed description of an experiment on rows of arrays: images, or tables of a user's own.

A trial is one evaluation of the present batch, for every learner; a batch stays for `batches.stay` trials. Lengths are
in pixels.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from astrosim.contracts.registry import ALIASES
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.inputs import SHOWN, ComplaintError, Located
from astrosim.scenario.section import Real, complain, quantity, table
from astrosim.systems.arrays.scenario.checks import field_problems, image_problems, table_problems, time_problems
from astrosim.systems.arrays.scenario.sections import (
    ASCENDING,
    ArrayDecision,
    ArrayLearner,
    ArrayNetwork,
    ArrayPerturbation,
    ArrayRecord,
    ArraySchedule,
    Batches,
    Territory,
    owns_territories,
    perturbs,
)
from astrosim.systems.arrays.scenario.sizes import sizes_of, table_defaults
from astrosim.systems.arrays.scenario.task_section import SHAPES, ArrayTask, Sizes
from astrosim.systems.arrays.tables.sources import is_module

ArrayFigure = Literal["test_accuracy", "test_r2"]
FEW_INPUTS = 32
"""Inputs up to which a unit hears all of them (own tasks, section 3)."""
COUNTED = {"spsa": 2, "backpropagation": 3}
"""Trials per step of a learner without keep or revert: passes over the batch; a gradient counts as three of them."""


class ArrayScenario(Experiment):
    """One experiment on rows of arrays: conditions x seeds, each pair a network of its own."""

    file_fields: ClassVar = (("task", "file"), ("task", "test_file"), ("task", "validation_file"))
    module_fields: ClassVar = (("task", "data", "file"),)
    _sizes: Sizes | None = PrivateAttr(None)

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

    @model_validator(mode="before")
    @classmethod
    def _follow_data(cls, data: Any) -> Any:
        """Tables of numbers have defaults of their own."""
        return table_defaults(data)

    @model_validator(mode="after")
    def _fits(self) -> ArrayScenario:
        complain(self._problems())
        return self

    def _problems(self) -> list[str | Located]:
        return [
            *self._task_problems(),
            *self._network_problems(),
            *self._engine_problems(),
            *self._round_problems(),
            *time_problems(self),
        ]

    def _task_problems(self) -> list[str | Located]:
        if self.task.of_images:
            return [*image_problems(self.task), *field_problems(self)]
        try:
            sizes = self.sizes
        except ComplaintError as error:
            return list(error.problems)
        return list(table_problems(self, sizes))

    def _network_problems(self) -> list[str]:
        network, problems = self.network, []
        if network.units % self.territory.units:
            problems.append(
                f"territory.units: does not divide network.units = {network.units} ({self.territory.units}). "
                "Write a divisor of it: every unit has one owner."
            )
        if network.activation == "threshold" and self.learner.rule == "backpropagation":
            problems.append(
                'learner.rule: threshold units have no gradient ("backpropagation"). Write network.activation = "relu".'
            )
        if self.decision.l2 and self.learner.rule == "random_mask":
            problems.append(
                f"decision.l2: a mask may draw a synapse twice, which no difference tells ({self.decision.l2:g}). "
                "Write 0, or another rule."
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
        if self.engine == "torch" and (self.regression or self.decision.l2 or self.task.weights):
            what = (
                "numbers" if self.regression else "weights of rows" if self.task.weights else "a penalty (decision.l2)"
            )
            problems.append(
                f'engine: torch knows classes, alike rows and no penalty; this scenario has {what} ("torch"). Write '
                'engine = "kernel".'
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

    @property
    def own_code(self) -> str:
        """Module of the user's own that gives the rows, with its file; empty for none."""
        file = self.task.file
        where = f"{file.path}, sha256 {file.sha256[:SHOWN]}" if file is not None else "an installed module"
        return f"{self.task.data} ({where})" if is_module(self.task.data) else ""

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of an image; a table's row is one line of inputs."""
        return SHAPES[self.task.data] if self.task.of_images else (1, self.inputs)

    @property
    def sizes(self) -> Sizes:
        """Numbers of rows, inputs and outputs."""
        return self._sizes or sizes_of(self.task)

    def sized(self, sizes: Sizes) -> ArrayScenario:
        """Return the scenario for rows that a Python caller holds."""
        other = self.model_copy()
        object.__setattr__(other, "__pydantic_private__", {"_sizes": sizes})
        return other

    @property
    def inputs(self) -> int:
        """Inputs."""
        return self.sizes.inputs

    @property
    def outputs(self) -> int:
        """Outputs: classes, or numbers to be learned."""
        return self.sizes.outputs

    @property
    def regression(self) -> bool:
        """Whether numbers are learned, not classes."""
        return self.sizes.regression

    @property
    def test_images(self) -> int:
        """Images, or rows, tested on."""
        return self.sizes.test

    @property
    def training_images(self) -> int:
        """Images, or rows, trained on: none of those kept for validation."""
        return self.sizes.train

    @property
    def incoming(self) -> int:
        """Incoming synapses of a unit."""
        return heard(self.network, self.inputs)

    @property
    def synapses(self) -> int:
        """Synapses of the network, biases left out."""
        return self.network.units * (self.incoming + self.outputs)

    @property
    def parameters(self) -> int:
        """Numbers that are learned: synapses, and biases of units and outputs."""
        return self.synapses + self.network.units + self.outputs

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

    @property
    def batch_sizes(self) -> np.ndarray:
        """Images of every batch, geometric from first to last, never more than there are: int64, shape (batch,)."""
        first, last = (min(size, self.training_images) for size in (self.batches.first, self.batches.last))
        return whole_steps(first, last, self.stays, self.batches.growth)

    @cached_property
    def caps(self) -> np.ndarray:
        """Highest sigma during every batch: float64, shape (batch,)."""
        cap = self.perturbation.cap
        return geometric(cap, self.perturbation.last_cap or cap, self.stays, 1.0)

    @property
    def evaluations(self) -> int:
        """Evaluations of an image in a run without a race, or at most."""
        return int(self.batch_sizes.sum()) * self.batches.stay


@lru_cache(16)
def whole_steps(first: int, last: int, steps: int, share: float) -> np.ndarray:
    """Return `geometric` in whole numbers: int64, shape (step,), read only."""
    values = np.rint(geometric(first, last, steps, share)).astype(np.int64)
    values.setflags(write=False)
    return values


def heard(network: ArrayNetwork, inputs: int) -> int:
    """Return how many inputs a unit hears."""
    if network.connections == "dense":
        return inputs
    if network.connections == "fields":
        return network.field**2
    if network.features:
        return min(network.features, inputs)
    return inputs if inputs <= FEW_INPUTS else math.ceil(2 * math.sqrt(inputs))


def geometric(first: float, last: float, steps: int, share: float) -> np.ndarray:
    """Return values from first to last in equal ratios over a share of the steps, then last: float64, shape (step,)."""
    from astrosim.core.exact_functions import exp, log  # loads numba, which few need

    slope = log(last) - log(first)
    places = np.minimum(np.arange(steps) / max(share * steps, 1.0), 1.0)
    values = np.array([first * exp(slope * place) for place in places], dtype=np.float64)
    return np.where(places >= 1.0, last, values)
