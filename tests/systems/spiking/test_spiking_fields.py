"""Digits by spiking units over receptive fields: charges against the loop of spiking networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from astrosim.core.rng import stream_key
from astrosim.systems.proposals.likelihood import BLOCK
from astrosim.systems.spiking.kernel import fields
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe
from astrosim.systems.spiking.learners.field_trains import train_of, trains_by_value, trains_of
from astrosim.systems.spiking.learners.fields import FieldLearning, empty_images, make_room, show
from astrosim.systems.spiking.network.description import Network, Nodes, Trains, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Stretch

SMALL = FieldRecipe(units=16, window_ms=20.0, stay=200)


@pytest.fixture(scope="module")
def learned() -> FieldLearning:
    learner = FieldLearning(SMALL, 3)
    learner.advance(600)
    return learner


def test_trains_have_the_rate_of_their_level() -> None:
    recipe = replace(SMALL, window_ms=400.0)
    trains = trains_of(recipe)
    assert trains.shape == (17, 4, 400)
    assert not trains[0].any()
    for level in range(1, 17):
        expected = 0.4 * 200.0 * level / 16.0
        assert np.abs(trains[level].sum(axis=1) - expected).max() <= 1.0
    assert train_of(SMALL, 1.0, 0.125).nonzero()[0].tolist() == [1, 6, 11, 16]  # 0.625 ms and every 5 ms, a step later


def plain_charge(learner: FieldLearning, unit: int, image: int) -> float:
    """Charge of a unit on a training image, by the loop of spiking networks."""
    net, recipe, step = learner.net, learner.recipe, learner.recipe.step_ms
    block, lane = divmod(image, BLOCK)
    shown = [(net.incoming[unit, k], learner.images.arrivals[block, p, :, lane]) for k, p in enumerate(net.taps[unit])]
    shown.append((net.bias[unit], net.tonic.astype(np.uint8)))
    arrive = [(t, np.float64(weight) * recipe.weight_pa) for weight, spikes in shown for t in np.flatnonzero(spikes)]
    stamps, jumps = np.array([t + 1 for t, _ in arrive]), np.array([jump for _, jump in arrive])
    given = Trains(np.zeros(len(stamps), "i8"), (stamps - 1) * step, jumps, np.full(len(stamps), step))
    values = {name: np.array([value]) for name, value in recipe.parameters.items()}
    nodes = Nodes(np.array(["0"], object), np.array(["iaf_psc_exp"], object), values)
    network = Network(nodes, no_nodes(), connections(*[np.zeros(0)] * 4))
    simulation, kept = Simulation(network, step, stream_key(1, "spiking_poisson"), given), list[Stretch]()
    simulation.advance(recipe.steps, kept.append)
    fired = np.concatenate([one.stamp for one in kept]).astype(int) - 1
    return float(net.share[fired].sum())


def test_charges_are_those_of_the_loop(learned: FieldLearning) -> None:
    """Sums of arrivals are in float32 here, so that a spike may differ where a voltage touches its threshold."""
    pairs = [(unit, image) for unit in range(0, 16, 3) for image in range(0, 400, 37)]
    found = np.array([learned.standing.charge[unit, image // BLOCK, image % BLOCK] for unit, image in pairs])
    expected = np.array([plain_charge(learned, unit, image) for unit, image in pairs])
    assert (expected > 0).sum() > 5
    assert np.mean(np.abs(found - expected) < 1e-5) > 0.95


def test_what_stands_is_what_a_refresh_computes(learned: FieldLearning) -> None:
    standing, workspace = make_room(SMALL, learned.net, len(learned.images.labels))
    reward = fields.refresh(learned.net, learned.images, standing, workspace)
    assert np.array_equal(standing.charge, learned.standing.charge)
    assert standing.logits == pytest.approx(learned.standing.logits, abs=1e-4)
    assert learned.reward == pytest.approx(reward, abs=1e-5)


def test_a_spike_counts_with_the_charge_that_arrives() -> None:
    share = FieldLearning(SMALL, 3).net.share
    left = 20.0 - (np.arange(20) + 1.0)
    assert share == pytest.approx(1.0 - np.exp(-left / 5.0), abs=1e-6)


def test_a_run_in_parts_and_after_a_restart_is_the_same() -> None:
    whole, parts = FieldLearning(SMALL, 4), FieldLearning(SMALL, 4)
    whole.advance(600)
    parts.advance(150)
    parts.advance(250)
    later = FieldLearning(SMALL, 4)
    later.restore(parts.state())
    later.advance(200)
    for name, values in whole.state().items():
        assert np.array_equal(values, later.state()[name])


def test_it_learns() -> None:
    """Far above chance after 4,000 trials of 16 units; sigma stays within its bounds."""
    learner = FieldLearning(SMALL, 5)
    before = learner.accuracy()
    learner.advance(4000)
    assert before < 0.25
    assert learner.accuracy() > 0.6
    assert learner.accuracy(learner.parts.train) > learner.accuracy() - 0.1
    assert ((learner.learning.sigma >= 0.01) & (learner.learning.sigma <= 0.3)).all()
    assert learner.learning.tally[0].sum() == 4000


def test_places_without_an_image_count_for_nothing() -> None:
    learner = FieldLearning(SMALL, 6)
    images = empty_images(SMALL, 130)
    show(SMALL, learner.parts.train, np.arange(130), trains_by_value(SMALL), images)
    assert images.labels.shape == (2, BLOCK)
    assert (images.labels.reshape(-1)[130:] == -1).all()
    assert not images.arrivals[1, :, :, 2:].any()
    standing, workspace = make_room(SMALL, learner.net, 2)
    reward = fields.refresh(learner.net, images, standing, workspace)
    assert reward == pytest.approx(np.log(0.1), abs=1e-6)  # all readouts are 0
