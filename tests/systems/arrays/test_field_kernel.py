"""Trials on receptive fields: rewards against references, incremental against full evaluation, gradients, draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from field_cases import small
from scipy.special import log_softmax

from astrosim.core.exact_functions import exp_below_zero
from astrosim.core.jit import compiled
from astrosim.systems.arrays.data import Batches, Images, images_of, whole_batch
from astrosim.systems.arrays.judge import judge
from astrosim.systems.arrays.kernel.arrays import LIKELIHOOD, SQUARES, Batch
from astrosim.systems.arrays.kernel.gradients import gradient
from astrosim.systems.arrays.kernel.loop import IMAGES, SYNAPSES
from astrosim.systems.arrays.kernel.passes import rewards_of
from astrosim.systems.arrays.kernel.trials import refresh
from astrosim.systems.arrays.kernel.workspace import make_scratch, make_standing
from astrosim.systems.arrays.learners.keep_or_revert import PARAMETERS, KernelLearner, State, make_state
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.proposals.likelihood import BLOCK

LEARNERS = ("astrocytes", "random_mask", "one_plus_one")


@compiled
def exponentials(x):
    """Several at once."""
    out = np.empty_like(x)
    for i in range(x.size):
        out[i] = exp_below_zero(x[i])
    return out


def test_exponentials_below_zero_are_right_to_three_ten_millionths():
    x = np.concatenate([np.linspace(-100, 0, 400_001), -np.logspace(-30, 0, 1000)]).astype(np.float32)
    found, wanted = exponentials(x).astype(np.float64), np.exp(x.astype(np.float64))
    assert np.abs(found - wanted).max() < 3e-7
    near = x > -10
    assert np.abs(found[near] / wanted[near] - 1).max() < 2e-6
    assert exponentials(np.zeros(1, np.float32))[0] == 1.0
    assert np.all(np.diff(exponentials(np.sort(x))) >= -1e-7)


def rewards(reward: int, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rewards of one block."""
    lines = [np.zeros(BLOCK, np.float32) for _ in range(3)]
    out = np.zeros((1, BLOCK), np.float32)
    batch = Batch(np.zeros((1, 1, BLOCK), np.uint8), labels[None].astype(np.int32), BLOCK)
    rewards_of(reward, logits, batch, 0, *lines, out)
    return out[0]


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0, 1e4])
def test_the_log_likelihood_is_that_of_scipy(scale):
    random = np.random.default_rng(1)
    logits, labels = (scale * random.standard_normal((10, BLOCK))).astype(np.float32), random.integers(0, 10, BLOCK)
    wanted = log_softmax(logits.astype(np.float64), axis=0)[labels, np.arange(BLOCK)]
    assert rewards(LIKELIHOOD, logits, labels) == pytest.approx(wanted, rel=3e-7, abs=1e-6)


def test_no_logits_whatever_make_a_reward_above_zero():
    """A clipped log-sum-exp pays without end for large logits of the wrong class."""
    random = np.random.default_rng(2)
    labels = random.integers(0, 10, BLOCK)
    for size in (1.0, 90.0, 1e3, 1e30):
        logits = (size * random.standard_normal((10, BLOCK))).astype(np.float32)
        assert rewards(LIKELIHOOD, logits, labels).max() <= 1e-6
        assert rewards(SQUARES, np.clip(logits, -1e15, 1e15), labels).max() <= 0
    alike = np.full((10, BLOCK), 1e30, np.float32)
    assert rewards(LIKELIHOOD, alike, labels) == pytest.approx(-np.log(10), abs=1e-6)


def test_squares_are_those_of_numpy():
    random = np.random.default_rng(3)
    logits, labels = random.standard_normal((10, BLOCK)).astype(np.float32), random.integers(0, 10, BLOCK)
    wanted = -((logits - np.eye(10)[:, labels]) ** 2).sum(axis=0)
    assert rewards(SQUARES, logits, labels) == pytest.approx(wanted, rel=1e-6)


def begun(scenario: ArrayScenario, seed: int = 3) -> tuple[Images, State, KernelLearner, Batches]:
    """A replicate before its first trial."""
    images = images_of(scenario, seed, None)
    state = make_state(scenario, seed, images)
    return images, state, KernelLearner(scenario, seed, state), Batches(scenario, seed, images.train)


def reference_logits(state: State, pixels: np.ndarray) -> np.ndarray:
    """Logits in float64, shape (image, class), from the definition."""
    net = state.net
    inputs = (pixels.astype(np.float64) - net.centre) * np.float64(net.scale)
    sums = np.einsum("nhk,hk->nh", inputs[:, net.taps], net.incoming.astype(np.float64)) + net.bias
    return np.maximum(sums, 0) @ net.outgoing.astype(np.float64) + net.output_bias


@pytest.mark.parametrize("rule", LEARNERS)
@pytest.mark.parametrize("changes", [{}, {"territory": {"units": 4}, "decision": {"race": 0.4}}], ids=["one", "four"])
def test_standing_sums_are_those_of_a_refresh_but_for_rounding(rule, changes):
    """300 trials by difference end where everything computed again from the weights ends."""
    scenario = small(learner={"rule": rule}, batches={"stay": 300}, record={"every": 300}, **changes)
    images, state, learner, batches = begun(scenario)
    batch = batches.at(0)
    learner.stay(batch, 0)
    assert state.tally[1].sum() > 20
    standing = learner.workspace.standing
    fresh = make_standing(12, 10, len(batch.labels))
    refresh(state.net, batch, learner.workspace.every, fresh, learner.workspace.scratch)
    for name in ("sums", "logits", "rewards"):
        drift = np.abs(getattr(standing, name) - getattr(fresh, name)).max()
        assert drift < 1e-4, name
        assert drift > 0 or name != "logits"
    wanted = reference_logits(state, images.train[0][batches.chosen(0)])
    found = fresh.logits.transpose(0, 2, 1).reshape(-1, 10)[: batch.images]
    assert found == pytest.approx(wanted, abs=2e-5)


def test_a_trial_is_kept_when_and_only_when_the_full_reward_rises():
    """Each decision of sixty trials is checked by evaluating the whole network from scratch, before and after."""
    scenario = small(batches={"stay": 1, "first": 140, "last": 140}, record={"every": 60}, schedule={"trials": 60})
    images, state, learner, batches = begun(scenario)
    state.net.outgoing[:] = np.random.default_rng(0).standard_normal(state.net.outgoing.shape) * 0.3
    kept = 0
    for number in range(60):
        pixels, labels = images.train[0][batches.chosen(number)], images.train[1][batches.chosen(number)]
        before = [array.copy() for array in state.parameters()]
        was = log_softmax(reference_logits(state, pixels), axis=1)[np.arange(140), labels].sum()
        learner.stay(batches.at(number), number)
        now = log_softmax(reference_logits(state, pixels), axis=1)[np.arange(140), labels].sum()
        changed = any((a != b).any() for a, b in zip(before, state.parameters(), strict=True))
        assert changed == (state.tally[1].sum() > kept)
        assert not changed or now - was > -1e-3
        kept = int(state.tally[1].sum())
    assert 10 < kept < 50


def test_what_a_trial_costs_follows_the_territory_not_the_network():
    for units in (12, 48):
        _, state, learner, batches = begun(small(network={"units": units}, perturbation={"outward": 0}))
        learner.stay(batches.at(0), 0)
        assert state.counts[IMAGES] == 50 * 140
        assert state.counts[SYNAPSES] == 50 * 140 * (16 + 10)
    _, whole, learner, batches = begun(small(learner={"rule": "one_plus_one"}))
    learner.stay(batches.at(0), 0)
    assert whole.counts[SYNAPSES] == 50 * 140 * 12 * (16 + 10 + 10)


def test_a_race_evaluates_part_of_the_batch_for_what_gains_nothing():
    tight = {"batches": {"first": 300, "last": 300}}
    _, plain, learner, batches = begun(small(**tight))
    learner.stay(batches.at(0), 0)
    _, raced, learner, batches = begun(small(decision={"race": 0.4}, **tight))
    learner.stay(batches.at(0), 0)
    assert plain.counts[IMAGES] == 50 * 300
    early = (50 * 300 - raced.counts[IMAGES]) / (300 - BLOCK)
    assert early == int(early)
    assert 5 < early < 45
    assert raced.tally[1].sum() <= 50 - early


def test_what_a_territory_does_not_own_stays():
    scenario = small(territory={"units": 3}, batches={"stay": 1}, record={"every": 100})
    _, state, learner, batches = begun(scenario)
    for number in range(8):
        before = [array.copy() for array in (state.net.incoming, state.net.outgoing)]
        tried = state.tally[0].copy()
        learner.stay(batches.at(number), number)
        (actor,) = np.flatnonzero(state.tally[0] - tried)
        others = np.setdiff1d(np.arange(12), state.net.owned[actor])
        assert (state.net.incoming[others] == before[0][others]).all()
        assert (state.net.outgoing[others] == before[1][others]).all()


def test_sigma_grows_by_keeping_shrinks_by_reverting_and_never_passes_its_cap():
    scenario = small(perturbation={"sigma": 0.05, "cap": 0.06, "grow": 0.3, "shrink": 0.1})
    _, state, learner, batches = begun(scenario)
    learner.stay(batches.at(0), 0)
    never = state.tally[1] == 0
    assert state.sigma[never] == pytest.approx(0.05 * np.exp(-0.1 * state.tally[0][never]))
    assert state.sigma.max() == 0.06


def test_the_gradient_is_that_of_finite_differences():
    scenario = small(learner={"rule": "backpropagation"})
    images = images_of(scenario, 3, None)
    state = make_state(scenario, 3, images)
    random = np.random.default_rng(0)
    state.net.outgoing[:] = 0.3 * random.standard_normal(state.net.outgoing.shape)
    batch = whole_batch(scenario, images.train)
    blocks = len(batch.labels)
    standing, scratch = make_standing(12, 10, blocks), make_scratch(12, 16, 10, blocks)
    refresh(state.net, batch, np.arange(16, dtype=np.int32), standing, scratch)
    slopes = [np.zeros_like(array) for array in state.parameters()]
    gradient(state.net, batch, standing, scratch, *slopes)

    def loss() -> float:
        logits = reference_logits(state, images.train[0])
        return float(log_softmax(logits, axis=1)[np.arange(300), images.train[1]].mean())

    for name, array, slope in zip(PARAMETERS, state.parameters(), slopes, strict=True):
        for place in random.integers(0, array.size, 5):
            flat, own = array.reshape(-1), array.reshape(-1)[place]
            ends = []
            for side in (1, -1):
                flat[place] = own + side * np.float32(2**-9)
                ends.append(loss())
            flat[place] = own
            assert slope.reshape(-1)[place] == pytest.approx((ends[0] - ends[1]) * 2**8, rel=0.02, abs=2e-5), name


def test_judging_counts_answers():
    scenario = small()
    images, state, learner, batches = begun(scenario)
    for number in range(3):
        learner.stay(batches.at(number), number)
    found = judge(state.net, whole_batch(scenario, images.test))
    logits = reference_logits(state, images.test[0])
    assert found.accuracy == (logits.argmax(axis=1) == images.test[1]).mean()
    assert found.reward == pytest.approx(log_softmax(logits, axis=1)[np.arange(150), images.test[1]].mean(), abs=1e-5)
    assert found.confusion.sum() == 150
    assert np.array_equal(found.confusion.sum(axis=1), np.bincount(images.test[1], minlength=10))


def passes(**changes: Any) -> tuple[Images, Batches]:
    """The batches of a small scenario."""
    scenario = small(**changes)
    images = images_of(scenario, 3, None)
    return images, Batches(scenario, 3, images.train)


def test_a_pass_has_every_image_once_in_an_order_of_its_own():
    _, batches = passes(batches={"first": 100, "last": 100})
    rounds = [np.concatenate([batches.chosen(3 * n + k) for k in range(3)]) for n in range(2)]
    for one in rounds:
        assert np.array_equal(np.sort(one), np.arange(300))
    assert not np.array_equal(*rounds)


def test_training_validation_and_test_images_are_apart_and_drawn_by_the_seed():
    scenario = small()
    images, other = images_of(scenario, 3, None), images_of(scenario, 8, None)
    sizes = [len(part[1]) for part in (images.train, images.validation, images.test)]
    assert sizes == [300, 100, 150]
    every = [part[0] for part in (images.train, images.validation, images.test)]
    assert len(np.unique(np.concatenate(every), axis=0)) == 550  # scikit-learn's digits hold no image twice
    assert not np.array_equal(images.test[1], other.test[1])
    assert images.centre == pytest.approx(images.train[0].mean(axis=0), abs=1e-5)


def test_shifts_move_images_by_at_most_so_much_and_zeros_move_in():
    images, batches = passes(batches={"shift": 1})
    batch, order = batches.at(0), batches.chosen(0)
    moves = set()
    for place in range(100):
        found = batch.pixels[0, :, place].reshape(8, 8)
        padded = np.pad(images.train[0][order[place]].reshape(8, 8), 1)
        fits = [(r, c) for r in range(3) for c in range(3) if np.array_equal(found, padded[r : r + 8, c : c + 8])]
        assert fits
        moves.add(fits[0])
    assert len(moves) == 9
