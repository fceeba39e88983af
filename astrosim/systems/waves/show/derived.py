"""Variables that an export of a run of wave networks adds to the stored ones: what each weight joins."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from xarray import Dataset

from astrosim.export.weights import joined, stacked
from astrosim.store.variables import Variable
from astrosim.systems.waves.build import live_taps
from astrosim.systems.waves.scenario.schema import WaveScenario

FLAGS = {"parameter_layer": {0: "weight", 1: "bias_or_gain"}}
"""Words by code."""
VARIABLES = (
    Variable("parameter_layer", ("parameter",), "i1", -1, "1", "whether it is a weight, or a bias or gain of a cell"),
    Variable("parameter_step", ("parameter",), "i4", -1, "step", "step of the wave, or layer of the MLP, from 0"),
    Variable("parameter_from", ("parameter",), "i4", -1, "cell", "cell that is heard, from 0, in the layer before"),
    Variable("parameter_to", ("parameter",), "i4", -1, "cell", "cell that hears, or that has the bias, from 0"),
)


def derived(directory: Path, scenario: WaveScenario, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Return what each weight joins: arrays of int, shape (condition, seed, parameter); none without weights."""
    return joined(scenario, dataset, VARIABLES, lambda own, one: places(own))


def places(scenario: WaveScenario) -> np.ndarray:
    """Return kind, step, and cells of every parameter, in the order of the store: int32, shape (4, parameter).

    What a parameter lacks is -1.
    """
    if scenario.network.model == "mlp":
        heard = [[np.arange(n)] * m for n, m in pairwise(scenario.widths)]
    else:
        heard = [live_taps(step) for step in scenario.chain().steps]
    blocks = [
        (0, step, np.concatenate(cells), np.repeat(np.arange(len(cells)), [len(cell) for cell in cells]))
        for step, cells in enumerate(heard)
    ]
    if scenario.network.bias != "none":
        blocks += [(1, step, np.full(len(cells), -1), np.arange(len(cells))) for step, cells in enumerate(heard)]
    return stacked(blocks)
