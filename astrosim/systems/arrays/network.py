"""Geometry, initial parameters and the draws that come before any trial (lengths in pixels)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.rng import below, stream_key
from astrosim.rules.choices import chosen
from astrosim.systems.arrays.kernel.arrays import REWARDS, TARGETS, UNITS, Network
from astrosim.systems.arrays.kernel.batches import permutation
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.proposals.proposing import gaussians

BESIDE = 4.0  # pixels from the image's edge to the outputs' column; assumed: for figures alone


class Plane(NamedTuple):
    """Where everything lies: float64, shape (n, 2), columns x (pixel column) and y (pixel row).

    Attributes
    ----------
    inputs : ndarray, shape (pixel, 2)
        The grid of the image.
    units : ndarray, shape (unit, 2)
        Each at the centre of its field.
    outputs : ndarray, shape (class, 2)
        A column beside the image.
    astrocytes : ndarray, shape (astrocyte, 2)
        Each at the mean of its units.
    """

    inputs: np.ndarray
    units: np.ndarray
    outputs: np.ndarray
    astrocytes: np.ndarray


def field_corners(scenario: ArrayScenario, seed: int) -> np.ndarray:
    """Return upper left pixels of the receptive fields: int64, shape (unit, 2), row and column; in order along the
    plane.

    Draws: stream `field_position`, trial = unit, index 0 the row, 1 the column.
    """
    network, key = scenario.network, stream_key(seed, "field_position")
    if network.connections != "fields":
        return np.zeros((network.units, 2), np.int64)
    rows, columns = (size - network.field + 1 for size in scenario.image_shape)
    corners = np.array([[below(key, h, 0, rows), below(key, h, 1, columns)] for h in range(network.units)])
    return corners[np.lexsort((corners[:, 1], corners[:, 0] // max(network.field // 2, 1)))]


def heard_by(scenario: ArrayScenario, seed: int) -> np.ndarray:
    """Return inputs that each unit hears: int32, shape (unit, synapse), ascending.

    Draws: stream `array_features`, trial = unit, where inputs are drawn at random.
    """
    if scenario.network.connections == "fields":
        return tapped(scenario, field_corners(scenario, seed))
    units, inputs, heard = scenario.network.units, scenario.inputs, scenario.incoming
    if heard == inputs:
        return np.tile(np.arange(inputs, dtype=np.int32), (units, 1))
    key, taps = stream_key(seed, "array_features"), np.empty((units, heard), np.int32)
    for h in range(units):
        taps[h] = np.sort(permutation(key, h, inputs)[:heard])
    return taps


def tapped(scenario: ArrayScenario, corners: np.ndarray) -> np.ndarray:
    """Return pixels of receptive fields: int32, shape (unit, synapse), row by row."""
    side = np.arange(scenario.network.field)
    rows = corners[:, 0, None, None] + side[None, :, None]
    columns = corners[:, 1, None, None] + side[None, None, :]
    return (rows * scenario.image_shape[1] + columns).reshape(len(corners), -1).astype(np.int32)


def make_network(scenario: ArrayScenario, seed: int, centre: np.ndarray, largest: int) -> Network:
    """Return a network before it has learned: incoming weights N(0, 1 / synapses), everything else 0.

    Parameters
    ----------
    scenario : ArrayScenario
    seed : int
    centre : ndarray of float32, shape (pixel,)
        Mean pixel of the training images, in steps.
    largest : int
        Largest pixel; 0: columns of a table, which are scaled by now.

    Returns
    -------
    Network
        Draws: stream `field_weight`, trial = unit.
    """
    taps = heard_by(scenario, seed)
    units, synapses = taps.shape
    line, key = np.zeros(synapses + 4, np.float32), stream_key(seed, "field_weight")
    incoming = np.empty((units, synapses), np.float32)
    for h in range(units):
        gaussians(key, h, synapses, line)
        incoming[h] = line[:synapses] * incoming_scale(scenario)
    return Network(
        taps=taps,
        incoming=incoming,
        bias=np.zeros(units, np.float32),
        outgoing=np.zeros((units, scenario.outputs), np.float32),
        output_bias=np.zeros(scenario.outputs, np.float32),
        owned=owned_units(scenario),
        centre=centre.astype(np.float32),
        scale=np.float32(1.0 / (largest * scenario.network.input_scale)) if largest else np.float32(1.0),
        kind=chosen("network.activation", UNITS, scenario.network.activation),
        reward=TARGETS if scenario.regression else chosen("decision.reward", REWARDS, scenario.decision.reward),
        l2=float(scenario.decision.l2),
    )


def incoming_scale(scenario: ArrayScenario) -> np.float32:
    """Return standard deviation of an initial incoming weight: one over the root of their number."""
    return np.float32(1.0 / np.sqrt(np.float64(scenario.incoming)))


def owned_units(scenario: ArrayScenario) -> np.ndarray:
    """Return units of each territory, neighbours in the plane: int64, shape (astrocyte, unit); (1+1)-ES owns all in
    one.
    """
    number = np.arange(scenario.network.units, dtype=np.int64)
    if scenario.learner.rule == "one_plus_one":
        return number[None]
    return number.reshape(scenario.astrocytes, scenario.territory.units)


def plane_of(scenario: ArrayScenario, seed: int) -> Plane:
    """Return the places of inputs, units, outputs and astrocytes."""
    rows, columns = scenario.image_shape
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2).astype(np.float64)
    fields = scenario.network.connections == "fields"
    side = np.full(2, scenario.network.field) if fields else np.array([columns, rows])
    units = field_corners(scenario, seed)[:, ::-1] + (side - 1) / 2
    outputs = np.stack([np.full(scenario.outputs, columns - 1 + BESIDE), np.linspace(0, rows - 1, scenario.outputs)], 1)
    return Plane(grid, units, outputs, units[owned_units(scenario)].mean(axis=1))
