"""Variables that an export adds to the stored ones: what each weight joins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.export.weights import joined
from astrosim.store.variables import Variable
from astrosim.systems.arrays.show.derived import FLAGS, VARIABLES, parameter_places
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.learners.fields import make_net

__all__ = ["FLAGS", "derived"]


def derived(directory: Path, scenario: ImageScenario, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Return what each weight joins: arrays of int, shape (condition, seed, parameter); none without weights."""

    def places(own: Any, one: Dataset) -> np.ndarray:
        net = make_net(own.recipe, int(one["seed"]), own.outputs)
        return parameter_places(net.taps, own.image_shape[1], own.outputs)

    return joined(scenario, dataset, VARIABLES, places)
