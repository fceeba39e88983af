"""The doors of own tasks in Python: learn, maximise, ask and tell; and what they refuse."""

from __future__ import annotations

import pickle

import gymnasium
import numpy as np
import pytest

from astrosim.core.errors import AstrosimError, RunError, ScenarioError
from astrosim.tasks import Asker, PlayedNetwork, TrainedPolicy, learn, maximise, minimise, patches, sphere

SHORT = {"units": 4, "networks": 8, "test": 6, "validation": 2}


@pytest.fixture(scope="module")
def learned():
    return learn("CartPole-v1", steps=20_000, seed=3, **SHORT)


def played(policy, item: int) -> float:
    """Return of an episode that a policy plays through Gymnasium, outside of astrosim."""
    environment, total = gymnasium.make("CartPole-v1"), 0.0
    observation, _ = environment.reset(seed=item)
    while True:
        observation, reward, ended, cut, _ = environment.step(policy(observation))
        total += float(reward)
        if ended or cut:
            return total


def test_a_learned_policy_plays_outside_as_it_was_tested(learned):
    from astrosim.core.rng import stream_key
    from astrosim.systems.blackbox.items import TEST, items

    chosen = items(stream_key(3, "blackbox_item"), TEST, 0, 6)
    assert [played(learned.policy, item) for item in chosen] == learned.test.returns.tolist()
    assert learned.test.mean == learned.test.returns.mean() == learned.row["test_mean"]
    assert learned.test.interval.mean == learned.test.mean
    assert learned.test.interval.n == 6
    assert learned.steps == learned.row["steps"]
    assert learned.test.mean > 60  # a random network balances for some 22 steps


def test_a_policy_survives_pickle_and_file(learned, tmp_path):
    observation = np.array([0.01, -0.2, 0.03, 0.4])
    saved = learned.save(tmp_path / "policy")
    for other in (pickle.loads(pickle.dumps(learned.policy)), TrainedPolicy.load(saved)):
        np.testing.assert_array_equal(other.network(observation), learned.policy.network(observation))
        assert other(observation) == learned.policy(observation)
    (tmp_path / "not.npz").write_bytes(b"no archive")
    with pytest.raises(AstrosimError, match=r"not\.npz: not a saved policy"):
        TrainedPolicy.load(tmp_path / "not.npz")


def test_agents_learn_the_bits_of_the_kernel(learned):
    agents = learn("CartPole-v1", steps=4_000, seed=3, engine="agents", **SHORT)
    kernel = learn("CartPole-v1", steps=4_000, seed=3, **SHORT)
    assert agents.row["dynamics"] == "own"
    assert kernel.row["dynamics"] == "CartPole-v1"
    assert agents.test.returns.tolist() == kernel.test.returns.tolist()
    assert agents.policy.network.weights.tobytes() == kernel.policy.network.weights.tobytes()
    for name, curve in kernel.history.items():
        np.testing.assert_array_equal(agents.history[name], curve, name)


def test_an_environment_itself_is_refused():
    environment = gymnasium.make("CartPole-v1")
    with pytest.raises(AstrosimError, match="function"):
        learn(environment, steps=1_000)


def test_a_factory_and_a_spec_are_the_same_environment():
    named, spec, factory = (
        learn(given, steps=3_000, seed=1, **SHORT)
        for given in ("CartPole-v1", gymnasium.spec("CartPole-v1"), lambda: gymnasium.make("CartPole-v1"))
    )
    assert named.test.returns.tolist() == spec.test.returns.tolist() == factory.test.returns.tolist()


@pytest.mark.parametrize(("find", "sign"), [(maximise, 1.0), (minimise, -1.0)])
def test_a_known_optimum_is_found(find, sign):
    best = find(lambda w, key: -sign * float(((w - 3.0) ** 2).sum()), size=12, evaluations=4_000, seed=0)
    np.testing.assert_allclose(best.weights, 3.0, atol=1e-3)
    assert abs(best.reward) < 1e-4
    assert best.network is None
    assert abs(best.history["fresh_return"][-1]) < abs(best.history["fresh_return"][0]) * 1e-3
    assert best.evaluations <= 4_000 + 100 + 1


def test_keys_are_the_same_before_and_after_a_change():
    """With noise that hangs on the key alone, a proposal is judged on equal noise: the optimum is found through it."""
    best = maximise(
        lambda w, key: -float(((w - 1.0) ** 2).sum()) + 100 * np.random.default_rng(key).normal(),
        size=8,
        evaluations=4_000,
        seed=2,
        episodes=2,
        stay=50,
    )
    np.testing.assert_allclose(best.weights, 1.0, atol=1e-2)


def test_groups_are_the_territories():
    seen = []

    def watched(weights):
        seen.append(weights.copy())
        return sphere(weights)

    maximise(watched, size=6, evaluations=200, seed=1, groups=[[0, 5], [1, 4], [2, 3]], replay="inexact")
    first, begun, standing, proposed = seen[:4]  # of the birth, of the first batch, of its first trial
    np.testing.assert_array_equal([begun, standing], [first, first])
    assert tuple(np.flatnonzero(proposed != standing)) in {(0, 5), (1, 4), (2, 3)}


def test_a_network_is_learned_where_the_function_takes_one():
    inputs = np.linspace(-1, 1, 11)[:, None]

    def fits(network, key):
        return -float(np.abs(network(inputs)[:, 0] - inputs[:, 0] ** 2).mean())

    best = maximise(fits, inputs=1, outputs=1, evaluations=3_000, seed=0, units=8)
    assert isinstance(best.network, PlayedNetwork)
    assert best.network.sizes == (1, 8, 1)
    assert fits(best.network, 0) == best.reward > -0.1


WRONG = {
    "none": (lambda w: None, r"returned nothing for key \d+\. Return one number"),
    "array": (lambda w: w, r"returned ndarray \[.*\] for key \d+\. Return one number"),
    "truth": (lambda w: True, r"returned bool True for key \d+\. Return one number"),
    "nan": (lambda w: float("nan"), r"returned nan for key \d+\. Return a finite number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_values_that_are_no_number_end_with_the_key(name):
    function, words = WRONG[name]
    with pytest.raises(RunError, match=words):
        maximise(function, size=3, evaluations=50)


def test_a_function_with_a_state_is_found_out():
    calls = []

    def drifting(weights):
        calls.append(1)
        return float(len(calls))

    with pytest.raises(RunError, match=r"two calls with key \d+ returned 1 and 3\. It keeps state"):
        maximise(drifting, size=3, evaluations=50)
    assert maximise(drifting, size=3, evaluations=50, replay="inexact").evaluations >= 50


def test_without_replays_the_current_weights_are_evaluated_again_in_each_trial():
    generator, calls = np.random.default_rng(0), []

    def noisy(weights):
        calls.append(weights.copy())
        return -float(((weights - 1.0) ** 2).sum()) + generator.normal(scale=0.1)

    best = maximise(noisy, size=4, evaluations=2_000, seed=0, replay="inexact")
    again = sum(np.array_equal(one, other) for one, other in zip(calls, calls[2:], strict=False))
    assert again > 0.8 * best.row["trials"]  # what stood before a reverted trial stands after it
    assert 0.45 < best.row["trials"] / best.evaluations < 0.5
    np.testing.assert_allclose(best.weights, 1.0, atol=0.5)


def test_wrong_functions_and_fields_are_refused():
    with pytest.raises(AstrosimError, match=r"takes \(a, b, c\)"):
        maximise(lambda a, b, c: 0.0, size=3, evaluations=10)
    with pytest.raises(ScenarioError, match=r"task\.size: how many numbers are learned is missing"):
        maximise(lambda w: 0.0, evaluations=10)
    with pytest.raises(ScenarioError, match=r"territory\.groups: not each number below task\.size = 3 once"):
        maximise(lambda w: 0.0, size=3, evaluations=10, groups=[[0, 1]])
    with pytest.raises(ScenarioError, match=r"sigmma: no such field"):
        maximise(lambda w: 0.0, size=3, evaluations=10, sigmma=1.0)


def test_ask_and_tell_climb_and_repeat():
    askers = [Asker(size=16, seed=4, proposals=3, sigma=0.3) for _ in range(2)]
    for _ in range(400):
        for asker in askers:
            rows = asker.ask()
            assert rows.shape == (4, 16)
            np.testing.assert_array_equal(rows[0], asker.weights)
            before, rewards = asker.weights, -((rows - 2.0) ** 2).sum(axis=1)
            kept = asker.tell(rewards)
            best = rows[1 + int(rewards[1:].argmax())] if kept else before
            np.testing.assert_array_equal(asker.weights, best)
            assert kept == (rewards[1:].max() > rewards[0])
    np.testing.assert_array_equal(askers[0].weights, askers[1].weights)
    np.testing.assert_allclose(askers[0].weights, 2.0, atol=0.05)
    assert askers[0].trials == 1_200


def test_ask_and_tell_refuse_what_was_not_asked():
    asker = Asker(size=4)
    with pytest.raises(AstrosimError, match=r"tell: nothing was asked"):
        asker.tell([0.0, 1.0])
    asker.ask()
    with pytest.raises(AstrosimError, match=r"rewards: not 2 finite numbers \(shape \(3,\)\)"):
        asker.tell([0.0, 1.0, 2.0])
    with pytest.raises(AstrosimError, match=r"rewards: not 2 finite numbers"):
        asker.tell([0.0, float("nan")])


def test_patches_add_up_and_are_largest_at_one():
    assert patches(np.ones(16)) == 0.0
    weights = np.random.default_rng(0).normal(size=16)
    assert patches(weights) < 0
    parts = [patches(np.concatenate([weights[:8], np.ones(8)])), patches(np.concatenate([np.ones(8), weights[8:]]))]
    np.testing.assert_allclose(patches(weights), sum(parts), rtol=1e-14)
