"""Variables that an export of a run on a black box adds to the stored ones: what each weight joins, and its owner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from xarray import Dataset

from astrosim.export.weights import joined, stacked
from astrosim.store.variables import Variable
from astrosim.systems.blackbox.network import WEIGHTS, chosen_inputs
from astrosim.systems.blackbox.players import groups_of
from astrosim.systems.blackbox.replay import outputs_of
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

LAYERS = (*WEIGHTS, "number")
FLAGS = {"parameter_layer": dict(enumerate(LAYERS))}
"""Words by code."""
VARIABLES = (
    Variable("parameter_layer", ("parameter",), "i1", -1, "1", "part of the network that the weight belongs to"),
    Variable("parameter_unit", ("parameter",), "i4", -1, "unit", "hidden unit, from 0"),
    Variable("parameter_input", ("parameter",), "i4", -1, "input", "input, from 0, of incoming and direct weights"),
    Variable("parameter_output", ("parameter",), "i4", -1, "output", "output, from 0, of outgoing and direct weights"),
    Variable("parameter_astrocyte", ("parameter",), "i4", -1, "astrocyte", "astrocyte, from 0, that owns the weight"),
)


def derived(directory: Path, scenario: BlackboxScenario, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Return what each weight joins: arrays of int, shape (condition, seed, parameter); none without weights."""
    return joined(scenario, dataset, VARIABLES, _places_of)


def _places_of(scenario: BlackboxScenario, one: Dataset) -> np.ndarray:
    """Places of the weights of a replicate, whose numbers of inputs and weights the store tells."""
    weights, inputs = (int(np.isfinite(one[name].values).sum()) for name in ("final_weight", "input_spread"))
    return places(scenario, int(one["seed"]), inputs, weights)


def places(scenario: BlackboxScenario, seed: int, inputs: int, weights: int) -> np.ndarray:
    """Return layer, unit, input, output and owner of every weight, in the order of the store: int32, (5, parameter).

    What a weight lacks is -1; shape (5, parameter). Owners are those of the territories, whatever learner there is.
    """
    groups = groups_of(scenario, seed)
    if groups:
        owner = np.full(weights, -1)
        for number, group in enumerate(groups):
            owner[group] = number
        return np.stack([np.full(weights, LAYERS.index("number")), *np.full((3, weights), -1), owner]).astype(np.int32)
    network = scenario.network
    taps = chosen_inputs(network.units, network.features, inputs, seed)
    outputs = outputs_of(scenario, taps.shape[1], inputs, weights)
    unit, output = np.arange(network.units), np.arange(outputs)
    owner, sources = unit // scenario.territory.units, np.arange(inputs if network.direct else 0)
    spread = np.repeat(unit, taps.shape[1]), np.repeat(unit, outputs)
    blocks = (
        (0, spread[0], taps.ravel(), -1, owner[spread[0]]),
        (1, unit, -1, -1, owner),
        (2, spread[1], -1, np.tile(output, network.units), owner[spread[1]]),
        (3, -1, -1, output, -1),
        (
            4,
            -1,
            np.repeat(sources, outputs),
            np.tile(output, len(sources)),
            np.full(len(sources) * outputs, scenario.territories),
        ),
    )
    return stacked(blocks)
