"""Trials on rows of tables: rewards by their formulas, by difference as from scratch, both engines."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from field_cases import merged
from scipy.special import log_softmax

from astrosim.systems.arrays.agents import AgentsLearner
from astrosim.systems.arrays.data import Batches, Images, Rows, scaled
from astrosim.systems.arrays.fit import fit, partial, sizes_from
from astrosim.systems.arrays.judge import explained, judge
from astrosim.systems.arrays.kernel.arrays import LIKELIHOOD, TARGETS, Batch
from astrosim.systems.arrays.kernel.gradients import gradient
from astrosim.systems.arrays.kernel.passes import rewards_of
from astrosim.systems.arrays.kernel.trials import refresh
from astrosim.systems.arrays.kernel.workspace import make_scratch, make_standing
from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, make_state
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.proposals.likelihood import BLOCK

BASE: dict[str, Any] = {
    "task": {"data": "memory"},
    "network": {"units": 12, "features": 3, "connections": "features"},
    "decision": {"l2": 0.0},
    "batches": {"first": 150, "last": 200, "stay": 50},
    "schedule": {"trials": 200},
    "record": {"every": 50},
}


def scenario(**changes: Any) -> ArrayScenario:
    return ArrayScenario.model_validate(merged(BASE, changes))


def rows(regression: bool = False, weighted: bool = False, count: int = 200) -> Rows:
    """Five inputs; three classes, or two numbers."""
    random = np.random.default_rng(0)
    x = 3 + 2 * random.standard_normal((count, 5))
    numbers = np.stack([x[:, 0] * x[:, 1], x[:, 2]], 1) if regression else np.zeros((count, 0))
    labels = np.zeros(count, int) if regression else np.digitize(x[:, 0] - x[:, 1], [-1, 1])
    return Rows(x, labels, numbers, random.integers(1, 4, count).astype(float) if weighted else None)


def begun(own: ArrayScenario, data: Rows, learner: Any = KernelLearner) -> tuple[Images, Any, Any, Batches]:
    images = scaled(data, data, data)
    own = own.sized(sizes_from(data, None, 0))
    state = make_state(own, 3, images)
    return images, state, learner(own, 3, state), Batches(own, 3, images.train)


def reward(kind: int, logits: np.ndarray, labels: Any = None, targets: Any = None, weights: Any = None) -> np.ndarray:
    """Rewards of one block."""
    lines = [np.zeros(BLOCK, np.float32) for _ in range(3)]
    out = np.zeros((1, BLOCK), np.float32)
    codes = np.zeros((1, BLOCK), np.int32) if labels is None else labels[None].astype(np.int32)
    numbers = np.zeros((0, 0, BLOCK), np.float32) if targets is None else targets[None]
    factors = np.zeros((0, BLOCK), np.float32) if weights is None else weights[None]
    rewards_of(kind, logits, Batch(np.zeros((1, 1, BLOCK), np.float32), codes, BLOCK, numbers, factors), 0, *lines, out)
    return out[0]


@pytest.mark.parametrize("outputs", [1, 2, 7])
def test_rewards_of_numbers_and_weights_are_those_of_numpy(outputs):
    random = np.random.default_rng(1)
    logits, targets = (random.standard_normal((outputs, BLOCK)).astype(np.float32) for _ in range(2))
    weights = random.uniform(0, 3, BLOCK).astype(np.float32)
    wanted = -0.5 * ((logits - targets) ** 2).sum(axis=0)
    assert reward(TARGETS, logits, targets=targets) == pytest.approx(wanted, rel=1e-6)
    assert reward(TARGETS, logits, targets=targets, weights=weights) == pytest.approx(weights * wanted, rel=1e-6)
    labels = random.integers(0, outputs, BLOCK)
    wanted = weights * log_softmax(logits.astype(float), axis=0)[labels, np.arange(BLOCK)]
    assert reward(LIKELIHOOD, logits, labels, weights=weights) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def penalised(state: Any, data: Images, batches: Batches, l2: float) -> float:
    """The reward of the first batch's rows from its definition, in float64."""
    net, chosen = state.net, batches.chosen(0)
    inputs = data.train.inputs[chosen].astype(float)
    sums = np.einsum("nhk,hk->nh", inputs[:, net.taps], net.incoming.astype(float)) + net.bias
    outputs = np.maximum(sums, 0) @ net.outgoing.astype(float) + net.output_bias
    if data.train.targets.size:
        each = -0.5 * ((outputs - data.train.targets[chosen]) ** 2).sum(axis=1)
    else:
        each = log_softmax(outputs, axis=1)[np.arange(len(chosen)), data.train.labels[chosen]]
    each = each * (data.train.weights[chosen] if data.train.weights.size else 1)
    squares = (net.incoming.astype(float) ** 2).sum() + (net.outgoing.astype(float) ** 2).sum()
    return float(each.mean() - l2 / 2 * squares)


KINDS = {
    "classes": ({}, {}),
    "numbers": ({"regression": True}, {}),
    "weights": ({"weighted": True}, {}),
    "penalty": ({"regression": True, "weighted": True}, {"decision": {"l2": 0.05}}),
    "race": ({}, {"decision": {"race": 0.4, "l2": 0.01}, "territory": {"units": 3}}),
    "rounds": ({"regression": True}, {"decision": {"proposals": 5, "l2": 0.01}}),
    "whole": ({}, {"learner": {"rule": "one_plus_one"}, "decision": {"l2": 0.01}}),
    "mask_of_all": ({}, {"learner": {"rule": "random_mask"}, "network": {"connections": "dense"}}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_bit_for_bit(kind):
    of, changes = KINDS[kind]
    found = []
    for learner in (KernelLearner, AgentsLearner):
        _, state, own, batches = begun(scenario(**changes), rows(**of), learner)
        rewards = [own.stay(batches.at(number), number) for number in range(4)]
        found.append((rewards, {name: array.tobytes() for name, array in state.arrays().items()}))
    assert found[0] == found[1]
    assert state.tally[1].sum() > 20


@pytest.mark.parametrize("kind", ["classes", "numbers", "weights", "penalty"])
def test_a_trial_is_kept_when_and_only_when_the_whole_reward_rises(kind):
    """Each decision of sixty trials, by difference, against the reward from its definition before and after."""
    of, changes = KINDS[kind]
    l2 = changes.get("decision", {}).get("l2", 0.0)
    one = {"batches": {"first": 150, "last": 150, "stay": 1}, "record": {"every": 60}, "schedule": {"trials": 60}}
    images, state, learner, batches = begun(scenario(**merged(one, changes)), rows(**of))
    kept = 0
    state.net.outgoing[:] = np.random.default_rng(0).standard_normal(state.net.outgoing.shape) * 0.3
    batch = batches.at(0)
    for number in range(60):
        before = [array.copy() for array in state.parameters()]
        was = penalised(state, images, batches, l2)
        learner.carry_on(batch, number, 0.3)
        changed = any((a != b).any() for a, b in zip(before, state.parameters(), strict=True))
        assert changed == (state.tally[1].sum() > kept)
        assert not changed or penalised(state, images, batches, l2) - was > -1e-6
        kept = int(state.tally[1].sum())
    assert 8 < kept < 55


def test_sums_by_difference_are_those_of_a_refresh():
    images, state, learner, batches = begun(scenario(), rows(regression=True, weighted=True))
    batch = batches.at(0)
    learner.stay(batch, 0)
    standing, fresh = learner.workspace.standing, make_standing(12, 2, len(batch.labels))
    mean = refresh(state.net, batch, learner.workspace.every, fresh, learner.workspace.scratch)
    assert np.abs(standing.logits - fresh.logits).max() < 1e-4
    assert mean == pytest.approx(penalised(state, images, batches, 0.0), rel=1e-5)


def test_weights_of_rows_are_repeated_rows():
    """The gain of a proposal on weighted rows is that on repeated ones, but for the number of rows."""
    data = rows(weighted=True)
    times = data.weights.astype(int)
    repeated = Rows(np.repeat(data.inputs, times, 0), np.repeat(data.labels, times), np.zeros((times.sum(), 0)), None)
    whole = {"batches": {"first": 1000, "last": 1000}}
    found = []
    for own in (data, repeated):
        _, state, learner, batches = begun(scenario(**whole), own)
        learner.stay(batches.at(0), 0)
        found.append(state)
    assert np.array_equal(found[0].tally, found[1].tally)
    for one, other in zip(found[0].parameters(), found[1].parameters(), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_units_hear_different_inputs_none_twice():
    _, state, _, _ = begun(scenario(), rows())
    assert state.net.taps.shape == (12, 3)
    assert all(len(set(taps.tolist())) == 3 for taps in state.net.taps)
    assert len({tuple(taps.tolist()) for taps in state.net.taps}) > 5
    own = ArrayScenario.model_validate({"task": {"data": "memory"}})
    data = rows()
    assert own.sized(sizes_from(data, None, 0)).incoming == 5
    assert own.sized(sizes_from(data, None, 0)._replace(inputs=54)).incoming == 15


def test_the_gradient_of_numbers_is_that_of_finite_differences():
    images, state, _, batches = begun(scenario(), rows(True, True))
    state.net.outgoing[:] = 0.3 * np.random.default_rng(0).standard_normal(state.net.outgoing.shape)
    batch = batches.at(0)
    standing, scratch = make_standing(12, 2, len(batch.labels)), make_scratch(12, 3, 2, len(batch.labels))
    refresh(state.net, batch, np.arange(3, dtype=np.int32), standing, scratch)
    slopes = [np.zeros_like(array) for array in state.parameters()]
    gradient(state.net, batch, standing, scratch, *slopes)
    for array, slope in zip(state.parameters(), slopes, strict=True):
        flat, own = array.reshape(-1), array.reshape(-1)[1]
        ends = []
        for side in (1, -1):
            flat[1] = own + side * np.float32(2**-9)
            ends.append(penalised(state, images, batches, 0.0))
        flat[1] = own
        assert slope.reshape(-1)[1] == pytest.approx((ends[0] - ends[1]) * 2**8, rel=0.02, abs=1e-4)


def test_r2_is_that_of_its_formula():
    random = np.random.default_rng(4)
    wanted, found = random.standard_normal((50, 2)), random.standard_normal((50, 2))
    alone = 1 - ((wanted - found) ** 2).sum(0) / ((wanted - wanted.mean(0)) ** 2).sum(0)
    assert explained(wanted, found, np.ones(50)) == pytest.approx(alone.mean())
    times = random.integers(1, 4, 50)
    repeated = explained(np.repeat(wanted, times, 0), np.repeat(found, times, 0), np.ones(times.sum()))
    assert explained(wanted, found, times.astype(float)) == pytest.approx(repeated)


@pytest.mark.parametrize("regression", [False, True])
def test_what_was_learned_in_memory_answers_as_the_kernel_does(regression):
    data = rows(regression)
    targets = data.targets if regression else data.labels
    held = (data.inputs[150:], targets[150:])
    own = scenario(learner={"judged": "best"})
    trained = fit(own, data.inputs[:150], targets[:150], validation=held, seed=5)
    again = fit(own, data.inputs[:150], targets[:150], validation=held, seed=5)
    assert pickle.dumps(trained.arrays) == pickle.dumps(again.arrays)
    assert trained.curves["validation_reward"].shape == (4,)
    found = pickle.loads(pickle.dumps(trained)).decide(data.inputs[150:])
    assert found.shape == (50, 2 if regression else 3)
    best = trained.curves["validation_score"][trained.curves["validation_reward"].argmax()]
    if regression:
        assert explained(targets[150:], found, np.ones(50)) == pytest.approx(best, abs=1e-4)
    else:
        assert (found.argmax(axis=1) == targets[150:]).mean() == pytest.approx(best)


def test_learning_in_parts_keeps_its_answers_when_the_scale_follows():
    """After a second batch without a kept proposal (sigma 0.0001, reward flat) outputs are those of before."""
    data = rows(True)
    own = scenario(learner={"average": 0.5}, perturbation={"sigma": 1e-6, "cap": 1e-6, "last_cap": 0})
    first = partial(None, own, data.inputs[:100], data.targets[:100], seed=2)
    second = partial(first, own, 5 + 3 * data.inputs[100:], data.targets[100:])
    assert second.scaling.centre == pytest.approx(
        np.concatenate([data.inputs[:100], 5 + 3 * data.inputs[100:]]).mean(0)
    )
    assert second.target_scaling.scale == pytest.approx(data.targets.std(0))
    assert second.decide(data.inputs) == pytest.approx(first.decide(data.inputs), rel=1e-3, abs=1e-3)
    assert second.trials == 100


def test_going_on_is_learning_for_longer():
    data = rows()
    steady = {"perturbation": {"last_cap": 0}, "batches": {"first": 200, "last": 200}, "learner": {"average": 0.5}}
    long = fit(scenario(schedule={"trials": 200}, **steady), data.inputs, data.labels, seed=1)
    half = scenario(schedule={"trials": 100}, **steady)
    start = fit(half, data.inputs, data.labels, seed=1)
    after = fit(half, data.inputs, data.labels, seed=1, start=start)
    assert {name: array.tobytes() for name, array in after.arrays.items()} == {
        name: array.tobytes() for name, array in long.arrays.items()
    }


def test_the_best_record_is_judged():
    data = rows()
    own = scenario(learner={"judged": "best", "average": 0})
    _, state, _, _ = begun(own, data)
    state.note(-1.0)
    state.net.incoming[:] = 7
    state.note(-2.0)
    assert not (state.chosen().incoming == 7).any()
    state.note(-0.5)
    assert (state.chosen().incoming == 7).all()


def test_weights_count_in_a_judgement():
    data = rows(weighted=True)
    images, state, learner, batches = begun(scenario(), data)
    learner.stay(batches.at(0), 0)
    batch = batches.at(3)
    found = judge(state.net, batch)
    chosen = batches.chosen(3)
    right = found.outputs.argmax(axis=1) == images.train.labels[chosen]
    weights = images.train.weights[chosen]
    assert found.accuracy == pytest.approx((right * weights).sum() / weights.sum())
