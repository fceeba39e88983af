"""Variables that an export of a run of image networks adds to the stored ones: what each weight joins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from xarray import Dataset

from astrosim.export.weights import joined, stacked
from astrosim.store.variables import Variable
from astrosim.systems.arrays.network import heard_by
from astrosim.systems.arrays.scenario.schema import ArrayScenario

LAYERS = ("incoming", "bias", "outgoing", "output_bias")
FLAGS = {"parameter_layer": dict(enumerate(LAYERS))}
"""Words by code."""
VARIABLES = (
    Variable("parameter_layer", ("parameter",), "i1", -1, "1", "part of the network that the weight belongs to"),
    Variable("parameter_unit", ("parameter",), "i4", -1, "unit", "hidden unit, from 0; empty for output biases"),
    Variable("parameter_class", ("parameter",), "i4", -1, "class", "class, from 0, of outgoing weights, output biases"),
    Variable("parameter_x", ("parameter",), "i4", -1, "pixels", "column, from 0, of the pixel of an incoming weight"),
    Variable("parameter_y", ("parameter",), "i4", -1, "pixels", "row, from 0, of the pixel of an incoming weight"),
)


def derived(directory: Path, scenario: ArrayScenario, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Return what each weight joins: arrays of int, shape (condition, seed, parameter); none without weights."""
    return joined(scenario, dataset, VARIABLES, lambda own, one: places(own, int(one["seed"])))


def places(scenario: ArrayScenario, seed: int) -> np.ndarray:
    """Return layer, unit, class, x and y of every parameter, in the order of the store: int32, shape (5, parameter).

    What a parameter lacks is -1.
    """
    return parameter_places(heard_by(scenario, seed), scenario.image_shape[1], scenario.outputs)


def parameter_places(taps: np.ndarray, columns: int, outputs: int) -> np.ndarray:
    """Return layer, unit, class, x and y of the parameters of any network of receptive fields: int32.

    Parameters
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Pixel of each incoming synapse.
    columns : int
        Of an image.
    outputs : int

    Returns
    -------
    ndarray of int32, shape (5, parameter)
        What a parameter lacks is -1.
    """
    units, heard = taps.shape
    y, x = np.divmod(taps.ravel(), columns)
    every, classes = np.arange(units), np.arange(outputs)
    blocks = (
        (0, np.repeat(every, heard), np.full(taps.size, -1), x, y),
        (1, every, np.full(units, -1), -1, -1),
        (2, np.repeat(every, len(classes)), np.tile(classes, units), -1, -1),
        (3, np.full(len(classes), -1), classes, -1, -1),
    )
    return stacked(blocks)
