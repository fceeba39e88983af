"""Both engines of receptive fields give the same bits, whatever the choices."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from field_cases import small

from astrosim.systems.arrays.agents import AgentsLearner, ArrayAstrocyte, ArrayModel, HiddenUnit
from astrosim.systems.arrays.data import Batches, images_of
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, make_state

CHOICES = {
    "plain": {},
    "wide_race": {"territory": {"units": 3}, "decision": {"race": 0.4}},
    "mask": {"learner": {"rule": "random_mask"}},
    "whole": {"learner": {"rule": "one_plus_one"}},
    "threshold_dense": {
        "network": {"activation": "threshold", "connections": "dense"},
        "perturbation": {"fraction": 0.4},
        "decision": {"reward": "squared_error"},
        "batches": {"shift": 1},
    },
}


@pytest.mark.parametrize("choice", CHOICES)
def test_engines_agree_bit_for_bit(choice):
    scenario = small(**CHOICES[choice])
    images = images_of(scenario, 3, None)
    results = []
    for learner in (KernelLearner, AgentsLearner):
        state = make_state(scenario, 3, images)
        own, batches = learner(scenario, 3, state), Batches(scenario, 3, images.train)
        rewards = [own.stay(batches.at(number), number) for number in range(4)]
        results.append((rewards, {name: array.tobytes() for name, array in state.arrays().items()}))
    assert results[0] == results[1]
    assert state.tally[1].sum() > 20


def test_agents_view_the_arrays():
    scenario = small()
    images = images_of(scenario, 3, None)
    state = make_state(scenario, 3, images)
    model = ArrayModel(scenario, 3, state)
    assert isinstance(model, mesa.Model)
    assert len(model.agents_by_type[HiddenUnit]) == 12
    assert len(model.agents_by_type[ArrayAstrocyte]) == 12
    model.present(Batches(scenario, 3, images.train).at(0), 0)
    model.run_for(5)
    assert model.time == 5
    assert state.tally[0].sum() == 5
    state.net.outgoing[4, 2] = 0.5
    assert model.units[4].outgoing[2] == 0.5
    assert model.astrocytes[1].sigma == state.sigma[1]
    columns = np.array([unit.position[0] for unit in model.units])
    assert columns.min() >= 1.5
    assert columns.max() <= 5.5
