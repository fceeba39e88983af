"""Compiled twins against the installed Gymnasium: observations, actions, rewards and lengths, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from astrosim.core import numpy_loops
from astrosim.systems.blackbox.environments import agreement
from astrosim.systems.blackbox.environments.making import make_player
from astrosim.systems.blackbox.environments.replay import parting
from astrosim.systems.blackbox.environments.twin_player import TwinPlayer, first_state
from astrosim.systems.blackbox.environments.twins.table import KINDS
from astrosim.systems.blackbox.kernel.moments import Moments
from astrosim.systems.blackbox.kernel.policy import RELU, TANH, Policy
from astrosim.systems.blackbox.protocol import TaskCard

EPISODES, MANY = 60, 1000
NAMES = sorted(KINDS)
CONTINUOUS = ["MountainCarContinuous-v0", "Pendulum-v1"]


def random_policy(card: TaskCard, number: int) -> Policy:
    """Policies of many kinds: cautious and bold, deaf to some inputs, with and without a direct path."""
    draw = np.random.default_rng(number)
    units, heard = int(draw.integers(1, 17)), int(draw.integers(1, card.inputs + 1))
    return Policy(
        taps=draw.integers(0, card.inputs, (units, heard)).astype(np.int32),
        incoming=draw.normal(size=(units, heard)) * draw.choice([0.3, 1.0, 10.0]),
        bias=draw.normal(size=units),
        outgoing=draw.normal(size=(units, card.outputs)),
        output_bias=draw.normal(size=card.outputs),
        direct=draw.normal(size=(card.inputs * int(draw.integers(2)), card.outputs)),
        kind=TANH,
    )


def check_episodes(name: str, first: int, count: int, **choices: Any) -> None:
    """Episodes of random policies, both ways."""
    twin, original = make_player(name, **choices), make_player(name, twin=False, **choices)
    assert isinstance(twin, TwinPlayer), twin.card.source
    for item in range(first, first + count):
        policy = random_policy(twin.card, item)
        theirs, ours = original.trace(policy, item), twin.trace(policy, item)
        assert parting(theirs, ours) == "", f"{name}, seed {item}"
        total = 0.0
        for reward in theirs.rewards:
            total += reward
        assert twin.play(policy, item) == (total, theirs.rewards.size)
    twin.close()
    original.close()


@pytest.mark.parametrize("name", NAMES)
def test_episodes_are_gymnasiums_bit_for_bit(name: str):
    check_episodes(name, 10_000, EPISODES)


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_many_episodes_are_gymnasiums_bit_for_bit(name: str):
    check_episodes(name, 20_000, MANY)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_clipped_actions_are_gymnasiums_bit_for_bit(name: str):
    check_episodes(name, 30_000, 10, action="clip")


def test_goals_are_reached_as_in_gymnasium():
    """Random policies seldom arrive: pushing along with the velocity does."""
    for name, outputs in (("MountainCar-v0", [-1.0, 0.0, 1.0]), ("MountainCarContinuous-v0", [9.0])):
        twin, original = make_player(name), make_player(name, twin=False)
        direct = np.array([[0.0] * len(outputs), np.array(outputs) * 1e3])
        pushing = random_policy(twin.card, 0)._replace(
            incoming=np.zeros((1, 1)),
            taps=np.zeros((1, 1), np.int32),
            bias=np.zeros(1),
            outgoing=np.zeros((1, len(outputs))),
            output_bias=np.zeros(len(outputs)),
            direct=direct,
        )
        for item in range(50):
            theirs, ours = original.trace(pushing, item), twin.trace(pushing, item)
            assert parting(theirs, ours) == ""
            assert theirs.rewards.size < twin.card.max_steps
            assert theirs.rewards[-1] == (-1.0 if name == "MountainCar-v0" else 100.0 - 0.1)


def test_a_longer_limit_is_kept():
    twin = make_player("MountainCar-v0", max_steps=300)
    assert twin.card.twin == "MountainCar-v0"
    policy = random_policy(twin.card, 1)
    nothing = np.array([0.0, 1.0, 0.0])
    still = policy._replace(outgoing=policy.outgoing * 0.0, output_bias=nothing, direct=np.zeros((0, 3)))
    assert twin.play(still, 5) == (-300.0, 300)


@pytest.mark.parametrize("name", NAMES)
def test_a_difference_in_the_last_bit_is_seen(name: str):
    """What equality above is worth."""
    twin = make_player(name)
    course = twin.trace(random_policy(twin.card, 3), 3)
    rewards = course.rewards.copy()
    rewards[-1] = np.nextafter(rewards[-1], 1e9)
    assert parting(course, course) == ""
    assert parting(course, course._replace(rewards=rewards)) == f"step {rewards.size}"
    assert parting(course, course._replace(observations=-course.observations)) == "step 1"


@pytest.mark.parametrize("name", NAMES)
def test_first_states_are_drawn_as_gymnasium_draws_them(name: str):
    environment = gymnasium.make(name)
    for item in (0, 1, 2**31 - 1):
        environment.reset(seed=item)
        assert np.array_equal(first_state(KINDS[name], item), environment.unwrapped.state)


@pytest.mark.parametrize("name", NAMES)
def test_moments_are_sums_over_the_observations_that_were_answered(name: str):
    twin, original = make_player(name), make_player(name, twin=False)
    policy = random_policy(twin.card, 8)._replace(kind=RELU)
    seen = twin.trace(policy, 8).observations
    total, squares = np.zeros(twin.card.inputs), np.zeros(twin.card.inputs)
    for observation in seen:
        total += observation
        squares += observation * observation
    for player in (twin, original):
        moments = Moments(np.zeros(1, np.int64), np.zeros(twin.card.inputs), np.zeros(twin.card.inputs))
        assert player.play(policy, 8, moments).steps == len(seen) == moments.count[0]
        assert np.array_equal(moments.total, total)
        assert np.array_equal(moments.squares, squares)


def searched(player: Any) -> tuple[np.ndarray, Moments]:
    """Weights after a small search that keeps what is better, its steps sized by what the policy saw."""
    inputs = player.card.inputs
    moments = Moments(np.zeros(1, np.int64), np.zeros(inputs), np.zeros(inputs))
    draw = np.random.default_rng(5)
    policy = random_policy(player.card, 2)._replace(incoming=np.zeros((4, inputs)), bias=np.zeros(4))
    policy = policy._replace(
        taps=np.tile(np.arange(inputs, dtype=np.int32), (4, 1)), outgoing=draw.normal(size=(4, player.card.outputs))
    )
    best = sum(player.play(policy, seed, moments).reward for seed in (1, 2))
    for _ in range(30):
        spread = np.sqrt(moments.squares / moments.count[0])
        proposal = policy._replace(incoming=policy.incoming + draw.normal(size=(4, inputs)) / spread)
        reward = sum(player.play(proposal, seed, moments).reward for seed in (1, 2))
        if reward >= best:
            policy, best = proposal, reward
    return policy.incoming, moments


@pytest.mark.parametrize("name", NAMES)
def test_a_search_ends_with_the_same_weights(name: str):
    weights, moments = searched(make_player(name, max_steps=150))
    expected, theirs = searched(make_player(name, max_steps=150, twin=False))
    assert np.any(weights)
    assert weights.tobytes() == expected.tobytes()
    assert all(ours.tobytes() == other.tobytes() for ours, other in zip(moments, theirs, strict=True))


INTERPRETED = """
import sys
import numpy as np
from astrosim.systems.blackbox.environments.making import make_player
from test_twins import NAMES, random_policy
for name in NAMES:
    player = make_player(name, max_steps=20)
    assert player.card.twin == name, player.card.source
    np.savez(f"{sys.argv[1]}/{name}.npz", **player.trace(random_policy(player.card, 4), 4)._asdict())
"""


def test_without_compilation_bits_are_the_same(tmp_path: Path):
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    here = os.path.dirname(__file__)
    subprocess.run([sys.executable, "-c", INTERPRETED, tmp_path], check=True, env=environment, cwd=here)
    for name in NAMES:
        player = make_player(name, max_steps=20)
        course = player.trace(random_policy(player.card, 4), 4)
        stored = np.load(tmp_path / f"{name}.npz")
        assert all(stored[part].tobytes() == array.tobytes() for part, array in course._asdict().items())


@pytest.fixture
def nothing_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "_FOUND", {})


@pytest.mark.usefixtures("nothing_tried")
def test_another_formula_is_played_by_gymnasium(monkeypatch: pytest.MonkeyPatch):
    """A release that changes a constant by one bit: the twin stands back."""
    kind = gymnasium.envs.classic_control.PendulumEnv
    known = kind.__init__

    def changed(self: Any, **keywords: Any) -> None:
        known(self, **keywords)
        self.dt = np.nextafter(self.dt, 1.0)

    monkeypatch.setattr(kind, "__init__", changed)
    player = make_player("Pendulum-v1")
    assert player.card.twin == ""
    assert player.card.source["why"].startswith("the compiled twin differs from this installation at step ")


@pytest.mark.usefixtures("nothing_tried")
def test_a_numpy_with_other_tables_is_played_by_gymnasium(monkeypatch: pytest.MonkeyPatch):
    def elsewhere(*_: Any) -> None:
        raise LookupError("NumPy 9 keeps the loops of cos elsewhere")

    monkeypatch.setattr(numpy_loops, "loop_of", elsewhere)
    player = make_player("CartPole-v1")
    assert player.card.twin == ""
    assert player.card.source["why"] == "no compiled twin: NumPy 9 keeps the loops of cos elsewhere"


def test_environments_with_arguments_are_played_by_gymnasium():
    player = make_player("Pendulum-v1", {"g": 9.81})
    assert player.card.twin == ""
    assert "without arguments" in player.card.source["why"]
    policy = random_policy(player.card, 6)
    assert player.play(policy, 6) != make_player("Pendulum-v1").play(policy, 6)
    assert make_player("CartPole-v0").card.source["why"] == "no compiled twin"


def test_the_card_says_who_plays():
    twin, original = make_player("Acrobot-v1"), make_player("Acrobot-v1", twin=False)
    assert (twin.card.twin, twin.card.source["player"]) == ("Acrobot-v1", "compiled twin")
    assert (original.card.twin, original.card.source["player"]) == ("", "Gymnasium")
    assert twin.card.threshold == -100.0
    assert (twin.card.inputs, twin.card.outputs, twin.card.answer, twin.card.max_steps) == (6, 3, "argmax", 500)
    assert twin.card.versions["gymnasium"] == gymnasium.__version__
    assert twin.card.versions["numpy"] == np.__version__
