"""Trials on black boxes: what a proposal changes, when it is kept, what is counted; all against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from astrosim.core.rng import stream_key
from astrosim.runs.replicate import Replicate
from astrosim.systems.blackbox.items import BIRTH, BITS, TEST, TRAIN, VALIDATION, items
from astrosim.systems.blackbox.kernel.policy import respond
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert
from astrosim.systems.blackbox.learners.state import BATCHES, EPISODES, GIVEN_UP, KEPT_TRIALS, RECORDS, STEPS, TRIALS
from astrosim.systems.blackbox.network import flat
from astrosim.systems.blackbox.objective import ObjectivePlayer
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import ObjectiveScenario
from astrosim.systems.blackbox.trained import PlayedNetwork


def scenario(**fields) -> ObjectiveScenario:
    task = {"objective": "a:b", "inputs": 3, "outputs": 2, "allow_code": True}
    base = ObjectiveScenario(
        name="x", seeds=(5,), task=task, record={"every": 50, "test": 6}, schedule={"evaluations": 400}
    )
    return base.changed({"units": 6, "episodes": 4, "stay": 5, "together": 3, "race": 0.5, **fields})


def answer(network: PlayedNetwork, key: int) -> float:
    """How near a network comes to a fixed answer, on inputs that hang on the key."""
    inputs = np.sin(np.arange(3) + key % 97)
    return -float(np.abs(network(inputs) - [1.0, -1.0]).sum())


def recorded(function=answer, seed: int = 5, **fields) -> Recording:
    chosen = scenario(**fields)
    player = ObjectivePlayer(function, "function", (), chosen.task.inputs, chosen.task.outputs)
    return Recording(Replicate("default", seed, 0, 0), chosen, player=player)


def test_parts_share_no_item():
    key = stream_key(5, "blackbox_item")
    found = [set(items(key, part, batch, 400)) for part in (TRAIN, BIRTH, VALIDATION, TEST) for batch in range(4)]
    for part in range(4):
        own = set().union(*found[4 * part : 4 * part + 4])
        assert {item >> BITS for item in own} == {part}
    assert all(0 <= item < 2**31 for one in found for item in one)
    assert items(key, TRAIN, 3, 8)[:5] == items(key, TRAIN, 3, 5)


def test_the_kernel_answers_as_numpy_does():
    policy = recorded(direct=True).learning.policy
    generator = np.random.default_rng(1)
    for array in policy[1:6]:
        array[:] = generator.normal(size=array.shape)
    inputs = generator.normal(size=3)
    hidden, outputs = np.zeros(6), np.zeros(2)
    respond(policy, inputs, hidden, outputs)
    by_hand = np.tanh(policy.bias + (policy.incoming * inputs[policy.taps]).sum(axis=1))
    np.testing.assert_allclose(hidden, by_hand, rtol=0, atol=4e-16)
    expected = policy.output_bias + by_hand @ policy.outgoing + inputs @ policy.direct
    np.testing.assert_allclose(outputs, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("direct", [False, True])
def test_a_step_turns_its_unit_about_the_centre(direct):
    """At the centre of the inputs no hidden sum changes but by the step of its bias; nor does the direct path."""
    recording = recorded(direct=direct, bias=0.0, outward=0.0, together=7)
    learner: KeepOrRevert = recording.learner
    centre, spread = np.array([0.5, -2.0, 7.0]), np.array([1.0, 0.1, 4.0])
    policy, candidate = recording.learning.policy, learner.candidate
    learner.propose(0, centre, spread)
    assert np.abs(candidate.incoming - policy.incoming).min() > 0
    before = policy.bias + policy.incoming @ centre
    after = candidate.bias + candidate.incoming @ centre
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        candidate.output_bias + centre @ candidate.direct if direct else candidate.output_bias,
        policy.output_bias + centre @ policy.direct if direct else policy.output_bias,
        rtol=0,
        atol=1e-12,
    )


def test_steps_have_the_size_that_sigma_and_spread_say():
    recording = recorded(units=400, together=400, outward=0.0)
    learner, spread = recording.learner, np.array([1.0, 0.1, 4.0])
    learner.propose(0, np.zeros(3), spread)
    change = learner.candidate.incoming - recording.learning.policy.incoming
    size = 0.4 / np.sqrt(3) / spread
    np.testing.assert_allclose(change.std(axis=0), size, rtol=4 / np.sqrt(2 * 400))
    np.testing.assert_allclose(change.mean(axis=0) / size, 0, atol=4 / np.sqrt(400))


def test_a_kept_trial_gained_on_all_its_items_and_a_reverted_one_changed_nothing():
    recording = recorded()
    learner, state = recording.learner, recording.learning
    zero, one = np.zeros(3), np.ones(3)
    standing = learner.play_standing(items(learner.key, TRAIN, 0, 4))
    kept = 0
    for _ in range(60):
        before, tried = flat(state.policy), int(state.counts[KEPT_TRIALS])
        after = learner.trial(standing, zero, one)
        if state.counts[KEPT_TRIALS] > tried:
            kept += 1
            assert after.total > standing.total
            network = PlayedNetwork(state.policy)
            assert [answer(network, item) for item in standing.items] == after.returns
        else:
            assert after is standing
            np.testing.assert_array_equal(flat(state.policy), before)
        standing = after
    assert 3 < kept < 57


def test_a_race_gives_up_what_is_behind_at_its_share_and_nothing_else():
    calls: list[int] = []

    def counted(network: PlayedNetwork, key: int) -> float:
        calls.append(key)
        return answer(network, key)

    recording = recorded(counted)
    learner, state = recording.learner, recording.learning
    standing = learner.play_standing(items(learner.key, TRAIN, 0, 4))
    for _ in range(40):
        calls.clear()
        given_up, kept = int(state.counts[GIVEN_UP]), int(state.counts[KEPT_TRIALS])
        after = learner.trial(standing, np.zeros(3), np.ones(3))
        played = [answer(PlayedNetwork(learner.candidate), item) for item in standing.items]
        behind = sum(played[:2]) < sum(standing.returns[:2])
        assert len(calls) == (2 if behind else 4)
        assert state.counts[GIVEN_UP] - given_up == behind
        assert state.counts[KEPT_TRIALS] - kept == (not behind and sum(played) > standing.total)
        standing = after
    assert 0 < state.counts[GIVEN_UP] < 40


def test_a_mask_is_as_large_as_the_territories_that_act_together():
    """Incoming side: each of three territories has three synapses and a bias; places may be drawn twice."""
    recording = recorded(rule="random_mask", outward=0.0, units=60)
    learner, policy = recording.learner, recording.learning.policy
    changed = []
    for trial in range(50):
        learner.propose(trial * learner.together, np.zeros(3), np.ones(3))
        pairs = ((learner.candidate.incoming, policy.incoming), (learner.candidate.bias, policy.bias))
        changed.append(sum(int((after != before).sum()) for after, before in pairs))
    assert max(changed) == 12
    assert np.mean(changed) > 11


def test_counts_add_up_and_budgets_hold():
    recording = recorded(validation=3, warm=2)
    calls = 0
    function = recording.player.function

    def counted(network, key):
        nonlocal calls
        calls += 1
        return function(network, key)

    recording.player.function = counted
    while not recording.finished:
        recording.advance(40)
    row, counts = recording.outcome().row, recording.learning.counts
    assert counts[STEPS] == counts[EPISODES] == calls - scenario().record.test
    assert row["kept"] + row["reverted"] == row["trials"] == counts[TRIALS] == 5 * counts[BATCHES]
    assert row["given_up"] <= row["reverted"]
    largest_batch = 4 * (5 + 1) + 3 * (2 + RECORDS)
    assert 400 - largest_batch <= row["steps"] <= 400 + largest_batch


@pytest.mark.parametrize("rule", ["astrocytes", "random_mask", "one_plus_one", "cma_es", "openai_es", "snes", "ars"])
def test_cutting_and_resuming_change_no_bit(rule):
    whole, parts = recorded(rule=rule), recorded(rule=rule)
    while not whole.finished:
        whole.advance(10**6)
    for _ in range(4):
        parts.advance(1)
    state = {name: array.copy() for name, array in parts.state().items()}
    other = recorded(rule=rule)
    other.restore(state, parts.facts())
    while not other.finished:
        other.advance(1)
    first, second = whole.outcome(), other.outcome()
    del first.row["wall_s"], second.row["wall_s"]  # type: ignore[attr-defined]
    assert first.row == second.row
    for name, values in first.values.items():
        np.testing.assert_array_equal(values, second.values[name], name)


def test_the_best_batches_are_remembered_in_order():
    state = recorded().learning
    for value in (1.0, 3.0, 2.0, 0.0):
        state.policy.bias[:] = value
        state.remember(value)
    assert state.best_return.tolist() == [3.0, 2.0]
    width = state.policy.incoming.size
    assert state.best[:, width].tolist() == [3.0, 2.0]
