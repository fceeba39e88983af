"""What exported weights join: the same as in the networks themselves."""

from __future__ import annotations

import numpy as np
from field_cases import small

from astrosim.store.variables import Variable
from astrosim.systems.arrays.network import field_corners, tapped
from astrosim.systems.arrays.show import derived as images
from astrosim.systems.waves.initial import initial_parameters
from astrosim.systems.waves.mesh.graph import weight_matrices
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show import derived as waves


def test_weights_of_image_networks_have_layer_unit_and_pixel():
    scenario = small()
    layer, unit, label, x, y = images.places(scenario, 3)
    taps = tapped(scenario, field_corners(scenario, 3))
    assert np.bincount(layer).tolist() == [
        taps.size, scenario.network.units, scenario.network.units * scenario.outputs, scenario.outputs,
    ]  # fmt: skip
    incoming = layer == 0
    pixels = y[incoming] * scenario.image_shape[1] + x[incoming]
    assert np.array_equal(pixels.reshape(taps.shape), taps)
    assert np.array_equal(unit[incoming].reshape(taps.shape), np.arange(len(taps))[:, None].repeat(taps.shape[1], 1))
    assert label[layer == 2].reshape(-1, scenario.outputs)[0].tolist() == list(range(scenario.outputs))
    assert (x[~incoming] == -1).all()
    assert all(isinstance(one, Variable) and one.unit for one in images.VARIABLES)


def test_weights_of_waves_join_the_cells_of_the_mesh():
    scenario = WaveScenario.model_validate(
        {"task": {"data": "xor"}, "front": {"rule": "none"}, "network": {"steps": "s d g g", "bias": "additive"}}
    )
    kind, step, heard, cell = waves.places(scenario)
    values = initial_parameters(scenario, 3)
    assert len(values) == len(kind)
    live = kind == 0
    for number, matrix in enumerate(weight_matrices(scenario.chain(), values[live])):
        own = live & (step == number)
        assert np.array_equal(matrix[cell[own], heard[own]], values[own])
        assert np.count_nonzero(matrix) <= own.sum()


def test_weights_of_an_mlp_are_dense():
    scenario = WaveScenario.model_validate(
        {"task": {"data": "xor"}, "front": {"rule": "none"}, "network": {"model": "mlp", "hidden": [4]}}
    )
    kind, step, heard, cell = waves.places(scenario)
    assert len(kind) == len(initial_parameters(scenario, 3))
    assert [(heard[one].max() + 1, cell[one].max() + 1) for one in (kind == 0) & (step == np.arange(2)[:, None])] == [
        (2, 4), (4, 1),
    ]  # fmt: skip
