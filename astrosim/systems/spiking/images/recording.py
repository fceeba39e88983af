"""Recording of a replicate of images and spiking units, as of all networks on images (seconds of wall clock)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.runs.replicate import Replicate
from astrosim.store.replicates import ReplicateWriter
from astrosim.systems.arrays.data import Part
from astrosim.systems.arrays.judge import Verdict
from astrosim.systems.arrays.recording import Recording, curve_names
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.kernel.fields import Fields
from astrosim.systems.spiking.learners.fields import FieldLearning, centres, judge_images


class ImageRecording(Recording):
    """A replicate in motion; see `astrosim.systems.arrays.recording.Recording`.

    Parameters
    ----------
    replicate : Replicate
    scenario : ImageScenario
        Resolved for the replicate's condition.
    writer : ReplicateWriter
        Nothing is written before the commit.
    data : Path or None
        Where data sets lie, if the user said so.
    """

    def __init__(
        self, replicate: Replicate, scenario: ImageScenario, writer: ReplicateWriter, data: Path | None
    ) -> None:
        self.replicate, self.scenario = replicate, scenario  # type: ignore[assignment]  # its fields have those names
        self.fields = FieldLearning(scenario.recipe, replicate.seed, data)
        self.learning = self.fields.learning  # type: ignore[assignment]  # of other units, with the same parameters
        self.images = self.fields.parts
        self.valid, self.test = self.images.validation, self.images.test  # type: ignore[assignment]  # see `judge`
        self.curves: dict[str, list[float]] = {name: [] for name in curve_names(self.scenario)}
        self.stays, self.seconds, self.before = 0, 0.0, [0, 0]
        self.warm = False

    def prepare(self) -> None:
        """Compile what trials call, before time is taken."""
        if not self.warm:
            self.fields.warm()
            self.warm = True

    def carry_on(self) -> float:
        """Carry out all trials on the next batch; returns the mean reward on it at their end."""
        return self.fields.advance(self.scenario.batches.stay)

    def judge(self, net: Fields, part: Part) -> Verdict:
        """Judge a network on a part of the images."""
        return judge_images(self.fields.recipe, net, part)

    def batch_size(self) -> int:
        """Return the images of the last batch."""
        return self.fields.images.images

    def astrocyte_places(self) -> np.ndarray:
        """Return columns and rows of the astrocytes, those of their units: float64, pixels, shape (astrocyte, 2)."""
        return centres(self.fields.net, self.scenario.image_shape[1])

    def restore(self, state: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Go on from a `state()`, whose arrays have the same shape, and `facts()`."""
        super().restore(state, facts)
        self.fields.done = self.done
