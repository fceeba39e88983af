"""The frozen, closed description of a calcium-wave experiment. It knows no torch.

Source: Peterson, "What can astrocytes compute?", and the statement of it that this package follows. Lengths are in
cells of a layer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from astrosim.scenario.experiment import Experiment
from astrosim.scenario.section import Real, complain, quantity, table
from astrosim.systems.population.sections import Adaptation
from astrosim.systems.waves import mesh
from astrosim.systems.waves.scenario import checks
from astrosim.systems.waves.scenario.sections import (
    CLASSES,
    SHAPES,
    SIZES,
    Front,
    Leak,
    Loss,
    Noise,
    Training,
    WaveAstrocytes,
    WaveNetwork,
    WaveRecord,
    WaveSchedule,
    WaveTask,
    goes_by_steps,
    keeps_or_reverts,
    network_defaults,
)

WaveFigure = Literal["test_accuracy", "test_loss", "collapsed"]
"""Published figures that a report can set beside its own."""


class WaveScenario(Experiment):
    """One experiment on calcium-wave networks: conditions x seeds, each pair a network trained on its own.

    Conditions override any field but the shared ones; see `astrosim.scenario.resolve`. `reference` holds published
    figures by condition, shown beside the measured ones.
    """

    work_sections: ClassVar = ("task", "training", "astrocytes", "schedule")

    kind: Literal["wave"] = quantity("wave", "which family of systems")
    device: Literal["cpu", "cuda", "auto"] = quantity("cpu", "where networks train; auto: a GPU if there is one")
    engine: Literal["kernel", "torch"] = quantity(
        "kernel", "kernel: fast, on the CPU; torch: batched, on a GPU wherever device asks for one"
    )
    task: WaveTask = table(WaveTask)
    front: Front = table(Front)
    network: WaveNetwork = table(WaveNetwork)
    training: Training = table(Training)
    astrocytes: WaveAstrocytes = table(WaveAstrocytes, read_if=keeps_or_reverts)
    adaptation: Adaptation = table(Adaptation, read_if=keeps_or_reverts)
    leak: Leak = table(Leak, read_if=goes_by_steps)
    noise: Noise = table(Noise, read_if=goes_by_steps)
    loss: Loss = table(Loss, read_if=goes_by_steps)
    schedule: WaveSchedule = table(WaveSchedule)
    record: WaveRecord = table(WaveRecord)
    reference: dict[str, dict[WaveFigure, Real]] = Field(
        default_factory=dict, description="published figures by condition"
    )

    @classmethod
    def follow(cls, data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
        """Return merged tables in which the network's defaults follow its model and variant."""
        return follow_variant(data, base, override)

    @property
    def work(self) -> int:
        """Train one replicate for some updates."""
        return self.updates

    @model_validator(mode="after")
    def _fits(self) -> WaveScenario:
        complain(checks.problems_of(self))
        return self

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of an input, before any front."""
        return SHAPES[self.task.data]

    @property
    def data_width(self) -> int:
        """Values of an input, before any front."""
        return math.prod(self.image_shape)

    @property
    def input_width(self) -> int:
        """Cells of the network's first layer."""
        return self.data_width if self.front.rule == "none" else self.front.width

    @property
    def output_width(self) -> int:
        """Cells of the network's last layer."""
        return 1 if self.task.data == "xor" else CLASSES

    @property
    def input_grid(self) -> tuple[int, int]:
        """Rows and columns of the network's first layer; a line unless `network.grid` says otherwise."""
        grid = self.network.grid
        return (1, self.input_width) if grid is None else (grid[0], grid[1])

    def chain(self) -> mesh.Chain:
        """Return the steps of the wave; those of an MLP mean nothing.

        Raises
        ------
        ChainError
            If the steps are no chain; only for a scenario that was never validated as a wave.
        """
        network = self.network
        return mesh.parse(network.steps, self.input_grid, network.reach, network.variant)

    @property
    def widths(self) -> tuple[int, ...]:
        """Cells (wave) or neurons (MLP) of every layer, inputs first."""
        if self.network.model == "mlp":
            return (self.input_width, *self.network.hidden, self.output_width)
        return self.chain().widths

    @property
    def step_count(self) -> int:
        """Steps of the wave, or layers of weights of the MLP."""
        return len(self.widths) - 1

    @property
    def cells(self) -> int:
        """Cells or neurons of all layers, inputs included."""
        return sum(self.widths)

    @property
    def live_weights(self) -> int:
        """Weights that can matter: taps of all steps, or all weights of the MLP."""
        if self.network.model == "mlp":
            return sum(before * after for before, after in pairwise(self.widths))
        return self.chain().live_weights

    @property
    def biases(self) -> int:
        """Additive biases or gains: one for each cell after the inputs, or none."""
        return 0 if self.network.bias == "none" else sum(self.widths[1:])

    @property
    def parameters(self) -> int:
        """Numbers that are trained: live weights, and biases or gains."""
        return self.live_weights + self.biases

    @property
    def training_images(self) -> int:
        """Images trained on: none of those kept for validation."""
        return self.task.train or SIZES[self.task.data][0] - self.task.validation

    @property
    def test_images(self) -> int:
        """Images tested on."""
        return self.task.test or SIZES[self.task.data][1]

    @property
    def images_per_update(self) -> int:
        """Images of an update: a batch, or under keep and revert the window of a reward; never more than there are."""
        wanted = self.astrocytes.window if self.training.rule == "keep_revert" else self.schedule.batch
        return min(wanted, self.training_images)

    @property
    def updates_per_epoch(self) -> int:
        """Updates of an epoch; the last one of a pass takes what is left."""
        return self.schedule.passes * -(-self.training_images // self.images_per_update)

    @property
    def updates(self) -> int:
        """Updates of one replicate's run."""
        return self.schedule.epochs * self.updates_per_epoch

    @property
    def leak_reach(self) -> int:
        """Cells on each side that calcium leaks to; 0 without a leak."""
        if self.leak.sigma == 0:
            return 0
        if self.leak.kernel == "attenuated":
            return 1
        return self.leak.reach or math.ceil(3 * self.leak.sigma)


def follow_variant(data: dict[str, Any], base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Return merged tables in which the network's defaults follow an overridden model or variant.

    Parameters
    ----------
    data : dict
        `base` with `override` merged in.
    base, override : mapping
        Values of the base that are its own defaults give way, unless the override states them.
    """
    old, new, own = base.get("network", {}), data.get("network", {}), override.get("network", {})
    if not all(isinstance(table, dict) for table in (old, new, own)):
        return data
    before, after = network_defaults(old), network_defaults(new)
    if before == after:
        return data
    gone = {field for field, value in before.items() if old.get(field) == value and field not in own}
    return {**data, "network": {field: value for field, value in new.items() if field not in gone}}
