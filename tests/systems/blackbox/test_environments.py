"""Environments through Gymnasium: ids, own classes and functions, spaces, seeds, pictures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from own_environments import LEFT, RIGHT, Corridor, Reach, constant

from astrosim.core.jit import kernel
from astrosim.scenario.inputs import InputFile
from astrosim.systems.blackbox.environments.making import make_player
from astrosim.systems.blackbox.environments.trial_policies import trial_policy
from astrosim.systems.blackbox.kernel.actions import TANH, to_box
from astrosim.systems.blackbox.kernel.moments import Moments

OWN = Path(__file__).with_name("own_environments.py")


def test_indices_are_seen_one_hot_and_actions_start_where_their_space_does():
    player = make_player(Corridor, max_steps=50)
    assert (player.card.inputs, player.card.outputs, player.card.answer) == (5, 2, "argmax")
    course = player.trace(RIGHT, 4)
    assert np.array_equal(course.observations.sum(axis=1), np.ones(len(course.observations)))
    places = course.observations.argmax(axis=1)
    assert np.array_equal(places, np.arange(places[0], 4))
    assert player.play(RIGHT, 4) == (-(4.0 - places[0]), 4 - places[0])
    assert player.play(LEFT, 4) == (-50.0, 50)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_actions_reach_their_bounds(dtype: Any):
    environment = Reach(dtype)
    player = make_player(lambda: environment, max_steps=3)
    for sign, bound in ((1.0, environment.action_space.high), (-1.0, environment.action_space.low)):
        player.play(constant([1e3 * sign] * 3), 1)
        assert all(np.array_equal(action, bound) for action in environment.taken)
        assert all(action.dtype == dtype and action.shape == (3,) for action in environment.taken)
    player.play(constant([0.0, 0.5, -0.5]), 1)
    low, high = environment.action_space.low.astype(float), environment.action_space.high.astype(float)
    expected = (low + high) / 2 + (high - low) / 2 * np.tanh([0.0, 0.5, -0.5])
    assert environment.taken[0] == pytest.approx(expected, rel=1e-6)


def test_clipped_actions_are_the_outputs():
    environment = Reach()
    player = make_player(lambda: environment, max_steps=1, action="clip")
    player.play(constant([0.25, 5.0, -7.0]), 1)
    assert np.array_equal(environment.taken[0], np.array([0.25, 0.7, -3.3], np.float32))


def test_whole_numbers_are_rounded():
    class Whole(Reach):
        low, high = np.array([-3, 0, 5]), np.array([4, 1, 9])

    environment = Whole(np.int8)
    player = make_player(lambda: environment, max_steps=1, action="clip")
    player.play(constant([1.6, 0.4, -7.0]), np.int64(1))
    assert environment.taken[0].dtype == np.int8
    assert environment.taken[0].tolist() == [2, 0, 5]


@kernel
def boxed(outputs, low, high, actions):
    for i in range(outputs.size):
        actions[i] = to_box(TANH, outputs[i], low[i], high[i])


def test_bounds_of_any_size_hold():
    draw = np.random.default_rng(2)
    low, outputs = draw.normal(size=500) * 10.0 ** draw.uniform(-3, 300, 500), draw.normal(size=500) * 20
    high, actions = low + np.abs(low) * draw.exponential(size=500), np.empty(500)
    boxed(outputs, low, high, actions)
    assert np.all((low <= actions) & (actions <= high))
    for sign, bound in ((1e9, high), (-1e9, low)):
        boxed(np.full(500, sign), low, high, actions)
        assert np.array_equal(actions, bound)


def test_an_environment_of_any_shape_is_flattened_and_its_moments_gathered():
    player = make_player(Reach, max_steps=7)
    policy = trial_policy(player.card, 2)
    course = player.trace(policy, 3)
    first, _ = Reach().reset(seed=3)
    assert np.array_equal(course.observations[0], first.ravel().astype(np.float64))
    moments = Moments(np.zeros(1, np.int64), np.zeros(4), np.zeros(4))
    episode = player.play(policy, 3, moments)
    assert moments.count[0] == episode.steps == 7
    assert moments.total == pytest.approx(course.observations.sum(axis=0), rel=1e-12)
    assert moments.squares == pytest.approx((course.observations**2).sum(axis=0), rel=1e-12)
    assert type(episode.reward) is float
    assert episode.reward == sum(course.rewards.tolist())


def test_episodes_depend_on_their_seed_alone():
    player = make_player("LunarLander-v3", {"continuous": True}, max_steps=60)
    assert (player.card.answer, player.card.outputs, player.card.max_steps) == ("tanh", 2, 60)
    policy = trial_policy(player.card, 2)
    one, other, again = (player.play(policy, seed) for seed in (7, 8, 7))
    assert one == again
    assert one != other
    assert set(player.card.versions) >= {"gymnasium", "numpy", "Box2D"}
    assert player.card.threshold == 200.0


def test_a_class_of_a_module_beside_the_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(OWN.parent))
    file = tmp_path / "mine.py"
    shutil.copy(OWN, file)
    source = InputFile.of(str(file))
    player = make_player("mine:Corridor", {"length": 9}, max_steps=30, file=source)
    assert player.card.inputs == 9
    assert player.card.source["sha256"] == source.sha256
    assert player.card.source["arguments"] == {"length": 9}
    assert player.card.source["entry_point"] == "mine:Corridor"
    installed = make_player("own_environments:Corridor", {"length": 9}, max_steps=30)
    assert player.play(RIGHT, 2) == installed.play(RIGHT, 2)


def test_a_module_that_registers_ids(tmp_path: Path):
    file = tmp_path / "registers.py"
    file.write_text(
        "import gymnasium\n"
        "gymnasium.register('mine/Corridor-v3', entry_point='own_environments:Corridor', max_episode_steps=12)\n"
    )
    try:
        player = make_player("registers:mine/Corridor-v3", file=InputFile.of(str(file)))
    finally:
        gymnasium.registry.pop("mine/Corridor-v3", None)
    assert (player.card.name, player.card.max_steps) == ("mine/Corridor-v3", 12)


def test_functions_and_specs_make_environments():
    policy = trial_policy(make_player("CartPole-v1").card, 1)
    expected = make_player("CartPole-v1").play(policy, 5)
    by_function = make_player(lambda: gymnasium.make("CartPole-v1"))
    assert by_function.card.twin == ""
    assert by_function.card.max_steps == 500
    assert by_function.play(policy, 5) == expected
    assert make_player(gymnasium.spec("CartPole-v1")).play(policy, 5) == expected


def test_steps_are_limited_and_the_limit_of_the_id_may_be_raised():
    assert make_player("CartPole-v1", max_steps=4, twin=False).play(RIGHT, 1) == (4.0, 4)
    player = make_player("MountainCar-v0", max_steps=250, twin=False)
    assert player.play(constant([0.0, 1.0, 0.0]), 1) == (-250.0, 250)


@pytest.mark.parametrize("name", ["CartPole-v1", "LunarLander-v3"])
def test_frames_are_of_the_episode_that_is_named(name: str):
    player = make_player(name, max_steps=20)
    policy = trial_policy(player.card, 4)
    frames = list(player.frames(policy, 6))
    assert len(frames) == player.play(policy, 6).steps
    assert all(frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3 for frame in frames)
    assert not np.array_equal(frames[0], frames[-1])
    assert all(np.array_equal(a, b) for a, b in zip(frames, player.frames(policy, 6), strict=True))


def test_an_environment_that_does_not_draw_has_no_frames():
    player = make_player(Corridor, max_steps=5)
    assert list(player.frames(LEFT, 1)) == []
