"""The check of exact replay: state that is kept, or draws from elsewhere, are caught before they can mislead a run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from own_environments import Following, Global, Reach, Remembering

from astrosim.core.errors import RunError
from astrosim.systems.blackbox.environments.making import make_player
from astrosim.systems.blackbox.environments.replay import check_replay
from astrosim.systems.blackbox.environments.trial_policies import trial_policy


def check(environment: Any, replay: str = "exact", max_steps: int = 6) -> int:
    player = make_player(environment, max_steps=max_steps, replay=replay)
    return check_replay(player, trial_policy(player.card, 1), 17, 18)


def test_a_replay_costs_four_episodes():
    assert check(Reach) == 4 * 6
    assert check("CartPole-v1", max_steps=3) == 4 * 3


@pytest.mark.parametrize("kind", [Remembering, Following])
def test_state_kept_across_reset_is_caught_and_new_environments_are_the_remedy(kind: type):
    text = (
        r"task\.environment: two replays of seed 17 returned (\S+) and (\S+)\. Environment keeps state across reset or "
        r'draws from a global generator; set task\.replay = "fresh" to make a new one for each episode, or "inexact" '
        r"to go on without rerun identity\."
    )
    with pytest.raises(RunError) as caught:
        check(kind)
    match = re.fullmatch(text, str(caught.value))
    assert match is not None
    assert match[1] != match[2]
    assert check(kind, "fresh") == 4 * 6


@pytest.mark.parametrize("replay", ["exact", "fresh"])
def test_a_global_generator_is_caught_even_in_new_environments(replay: str):
    with pytest.raises(RunError, match=r'set task.replay = "inexact" to go on without resume/rerun identity\.'):
        check(Global, replay)


def test_a_walker_whose_physics_remember_is_caught():
    """Box2D's world outlives the reset of BipedalWalker-v3: what it keeps changes the next episode's contacts."""
    player = make_player("BipedalWalker-v3")
    policy = trial_policy(player.card, 3)
    with pytest.raises(RunError, match="two replays of seed 17"):
        check_replay(player, policy, 17, 18)
    check_replay(make_player("BipedalWalker-v3", replay="fresh"), policy, 17, 18)
