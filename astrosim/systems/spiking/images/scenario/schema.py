"""The frozen, closed description of spiking units that learn images. After Murray 2026, section 4."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from astrosim.scenario.experiment import Experiment, own_code_runs
from astrosim.scenario.section import Real, complain, quantity, table
from astrosim.systems.arrays.scenario.checks import field_problems, image_problems, time_problems
from astrosim.systems.arrays.scenario.schema import ArrayFigure
from astrosim.systems.arrays.scenario.task_section import Sizes
from astrosim.systems.spiking.images.scenario.sections import (
    ImageBatches,
    ImageDecision,
    ImageLearner,
    ImageNetwork,
    ImagePerturbation,
    ImageRecord,
    ImageSchedule,
    ImageTask,
)
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe
from astrosim.systems.spiking.learners.recipe import off_grid

NAME = "spiking_images"
"""Of the system in the registry; files say kind = "spiking" and have a field ``task.data``."""


class ImageScenario(Experiment):
    """Learning of images by spiking units: conditions x seeds, each pair a network of its own.

    What networks on images of all kinds have in common is named as `ArrayScenario` names it.
    """

    work_sections: ClassVar = ("schedule",)

    kind: Literal["spiking"] = quantity("spiking", "which family of systems")
    engine: Literal["kernel"] = quantity("kernel", "kernel: compiled; there is no other for images")
    task: ImageTask = table(ImageTask)
    network: ImageNetwork = table(ImageNetwork)
    perturbation: ImagePerturbation = table(ImagePerturbation)
    decision: ImageDecision = table(ImageDecision)
    batches: ImageBatches = table(ImageBatches)
    learner: ImageLearner = table(ImageLearner)
    schedule: ImageSchedule = table(ImageSchedule)
    record: ImageRecord = table(ImageRecord)
    reference: dict[str, dict[ArrayFigure, Real]] = Field(
        default_factory=dict, description="published figures by condition"
    )

    @property
    def family(self) -> str:
        """Name of the system."""
        return NAME

    @property
    def work(self) -> int:
        """Trials of one replicate."""
        return self.schedule.trials

    @cached_property
    def recipe(self) -> FieldRecipe:
        """Numbers of the scenario as learners take them."""
        task, net, batches = self.task, self.network, self.batches
        return FieldRecipe(
            **task.model_dump(),
            **net.model_dump(exclude={"delay_ms", "initial_weight"}),
            delay_steps=round(net.delay_ms / task.step_ms),
            initial=net.initial_weight,
            **self.perturbation.model_dump(),
            race=self.decision.race,
            **batches.model_dump(),
            average=self.learner.average,
            trials=self.schedule.trials,
        )

    @property
    def sizes(self) -> Sizes:
        """Numbers of images, inputs and classes."""
        return self.recipe.sizes

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        return self.recipe.shape

    @property
    def regression(self) -> bool:
        """Whether numbers are learned, not classes."""
        return False

    @property
    def inputs(self) -> int:
        """Pixels."""
        return self.sizes.inputs

    @property
    def outputs(self) -> int:
        """Classes."""
        return self.sizes.outputs

    @property
    def test_images(self) -> int:
        """Images tested on."""
        return self.sizes.test

    @property
    def training_images(self) -> int:
        """Images trained on: none of those kept for validation."""
        return self.sizes.train

    @property
    def incoming(self) -> int:
        """Incoming synapses of a unit, the tonic one left out."""
        return self.network.field**2

    @property
    def synapses(self) -> int:
        """Synapses of the network, tonic ones left out."""
        return self.network.units * (self.incoming + self.outputs)

    @property
    def parameters(self) -> int:
        """Numbers that are learned: synapses, tonic ones among them, and biases of the readouts."""
        return self.synapses + self.network.units + self.outputs

    @property
    def astrocytes(self) -> int:
        """Astrocytes: one for each unit."""
        return self.network.units

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
        """Images of every batch: int64, shape (batch,)."""
        return self.recipe.batch_sizes

    @property
    def caps(self) -> np.ndarray:
        """Highest sigma during every batch: float64, shape (batch,)."""
        return self.recipe.caps

    @property
    def evaluations(self) -> int:
        """Images that proposals are judged on in a run without a race, or at most."""
        return int(self.batch_sizes.sum()) * self.batches.stay

    @model_validator(mode="after")
    def _fits(self) -> ImageScenario:
        task, step = self.task, self.task.step_ms
        times = {"network.delay_ms": self.network.delay_ms, "task.window_ms": task.window_ms}
        found = [*off_grid(times, step), *_neuron_problems(self)]
        found = [f"{problem}." for problem in found]
        complain([*found, *image_problems(task), *field_problems(self), *time_problems(self)])
        return self


def _neuron_problems(scenario: ImageScenario) -> list[str]:
    """Say what is wrong with the parameters of units."""
    if not own_code_runs.get():  # a listing loads no compiler
        return []
    from astrosim.systems.spiking.learners.recipe import parameter_problems
    from astrosim.systems.spiking.models import NEURONS

    return parameter_problems("network", scenario.network.parameters, NEURONS["iaf_psc_exp"])
