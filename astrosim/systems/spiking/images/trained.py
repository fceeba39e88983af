"""Spiking networks that have learned images: images in, classes out (weights: 1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.contracts.trained import Held
from astrosim.systems.arrays.data import Part, in_steps
from astrosim.systems.arrays.trained import TrainedArrays, from_store
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.learners.fields import judge_images, make_learned


class TrainedImages(TrainedArrays):
    """The network that was tested at the end of a replicate.

    Parameters
    ----------
    scenario : ImageScenario
        Resolved.
    held : Held

    Raises
    ------
    AstrosimError
        If nothing was kept of the replicate.
    """

    net: Any

    def __init__(self, scenario: ImageScenario, held: Held) -> None:
        self.scenario, self.held = scenario, held
        self.inputs = scenario.inputs
        self.names, self.classes = tuple(map(str, range(self.inputs))), tuple(map(str, range(scenario.outputs)))
        state = make_learned(scenario.recipe, held.seed)
        if held.state is not None:
            state.restore(held.state)
            self.net = state.judged()
        else:
            self.net = from_store(state.net, held)

    def outputs(self, rows: np.ndarray) -> np.ndarray:
        """Return readouts of the classes, logits: float64, shape (row, output).

        Parameters
        ----------
        rows : ndarray of float64, shape (row, input)
            Pixels in [0, 1].
        """
        part = Part(in_steps(rows.astype(np.float32), self.steps), np.zeros(len(rows), np.int64))
        return judge_images(self.scenario.recipe, self.net, part).outputs.astype(np.float64)
