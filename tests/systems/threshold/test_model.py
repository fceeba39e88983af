"""The Mesa model: agents as views, Mesa's clock, and Mesa's idioms."""

import mesa
import numpy as np
import pytest
from replicates import scenario

from astrosim.core.phases import PHASES
from astrosim.systems.threshold.agents.agents import Astrocyte, Cursor, Neuron
from astrosim.systems.threshold.agents.model import AstroModel


@pytest.fixture
def model():
    return AstroModel(scenario(), 42)


def test_agents_are_registered_with_mesa(model):
    assert len(model.agents_by_type[Neuron]) == 60
    assert len(model.agents_by_type[Astrocyte]) == 8
    assert [a.index for a in model.agents_by_type[Astrocyte]] == list(range(8))


def test_agents_stand_in_the_cell_of_their_exact_position(model):
    low = model.network.position.min(axis=0)
    for agent in model.neurons + model.astrocytes:
        assert np.array_equal(agent.cell.coordinate, np.floor(agent.position - low))
        assert agent in agent.cell.agents


def test_attributes_write_through_to_the_arrays(model):
    astrocyte = model.astrocytes[3]
    astrocyte.threshold = 0.25
    assert model.learning.threshold[3] == 0.25
    model.learning.activations[3] = 2000
    assert astrocyte.exploration_rate == 0.15
    model.fired[7] = True
    assert model.neurons[7].fired
    assert model.neurons[7].kind == "output"


def test_one_step_of_mesa_is_one_trial(model):
    model.step()
    model.run_for(4)
    assert model.time == 5
    assert model.steps == 5
    assert model.trial == 5


def test_the_phases_are_walked_in_the_printed_order(model):
    walked = [method.__name__.strip("_").replace("_", " ") for method in model._phases]
    assert walked == [phase.name for phase in PHASES]


def test_a_subclass_can_override_a_phase():
    class Deaf(Astrocyte):
        def sense(self):
            self.score = 0.0

    model = AstroModel(scenario(exploration={"rule": "none"}), 42)
    model.astrocytes = [Deaf(model, a) for a in range(8)]
    log = model.advance(20)
    assert np.all(log.active == [0, -1, -1])  # nobody above threshold: the first of equals


def test_the_cursor_moves_through_the_grid():
    model = AstroModel(scenario(learner="cursor"), 42)
    assert isinstance(model.cursor, Cursor)
    low, high = model.box
    seen = set()
    for _ in range(50):
        model.step()
        assert np.all((low <= model.cursor.position) & (model.cursor.position <= high))
        assert np.array_equal(model.cursor.cell.coordinate, np.floor(model.cursor.position - low))
        seen.add(model.cursor.cell.coordinate)
    assert len(seen) > 10


def test_mesa_data_collector_reads_the_agents(model):
    collector = mesa.DataCollector(agenttype_reporters={Astrocyte: {"threshold": "threshold", "score": "score"}})
    model.run_for(50)
    collector.collect(model)
    frame = collector.get_agenttype_vars_dataframe(Astrocyte)
    assert frame["threshold"].to_numpy() == pytest.approx(model.learning.threshold)
