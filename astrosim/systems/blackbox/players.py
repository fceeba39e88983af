"""From a scenario to the task that is played, and the check that it replays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from astrosim.core.errors import RunError, ScenarioError
from astrosim.core.rng import stream_key
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.modules import module_of
from astrosim.systems.blackbox.environments.replay import check_replay
from astrosim.systems.blackbox.items import BIRTH, items
from astrosim.systems.blackbox.learners.state import EPISODES, STEPS, State
from astrosim.systems.blackbox.network import draw_weights, parted
from astrosim.systems.blackbox.objective import ObjectivePlayer
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario, EnvironmentScenario, ObjectiveScenario

CHECK_BATCH, CHECK_ITEMS = 2, 2  # of the part BIRTH: what a check of replays plays


def make_player(scenario: BlackboxScenario, seed: int) -> Player:
    """Return the task of a resolved scenario.

    Raises
    ------
    ScenarioError
        If there is no such environment or function, or it cannot be learned.
    RunError
        If a package is missing.
    """
    if isinstance(scenario, EnvironmentScenario):
        return environment_player(scenario, scenario.task.environment, scenario.task.arguments)
    assert isinstance(scenario, ObjectiveScenario)
    task = scenario.task
    return ObjectivePlayer(
        function_of(task.objective, task.module, "task.objective"),
        task.objective,
        groups_of(scenario, seed),
        task.inputs,
        task.outputs,
        task.maximise,
        task.on_nan == "worst",
        task.seconds,
    )


def environment_player(scenario: EnvironmentScenario, environment: Any, arguments: Mapping[str, Any]) -> Player:
    """Return the player of an environment, named or given, under a scenario's choices.

    Raises
    ------
    ScenarioError
        If there is no such environment, or it cannot be played.
    RunError
        If a package is missing.
    """
    from astrosim.systems.blackbox.environments.making import make_player as made

    task = scenario.task
    return made(
        environment,
        arguments,
        max_steps=task.max_steps,
        action=task.action,
        file=task.module,
        on_nan=task.on_nan,
        on_error=task.on_error,
        replay=task.replay,
        seconds=task.seconds,
        twin=scenario.engine == "kernel",
    )


def function_of(name: str, file: InputFile | None, field: str) -> Callable[..., Any]:
    """Return a function by ``module:function``.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    module_name, _, function_name = name.partition(":")
    found = getattr(module_of(module_name, file, field), function_name, None)
    if not callable(found):
        what = "no such function" if found is None else "not a function"
        raise ScenarioError([f"{field}: {what} in {module_name} ({function_name}). Write one of its functions."])
    return found


def groups_of(scenario: BlackboxScenario, seed: int) -> list[list[int]]:
    """Return the weights that each astrocyte owns where there is no network; nothing where there is one."""
    if scenario.has_network or not isinstance(scenario, ObjectiveScenario):
        return []
    if scenario.territory.groups:
        return [list(group) for group in scenario.territory.groups]
    return parted(scenario.task.size, scenario.per_territory, seed)


def replays(scenario: BlackboxScenario, seed: int, player: Player, state: State) -> None:
    """Check that equal weights and items give equal episodes, with another one in between; its episodes are counted.

    Raises
    ------
    RunError
        If they do not.
    """
    if scenario.task.replay == "inexact":
        return
    chosen = items(stream_key(seed, "blackbox_item"), BIRTH, CHECK_BATCH, CHECK_ITEMS)
    policy = state.with_weights(np.zeros_like(state.mean))
    zero, one = np.zeros_like(state.moments.total), np.ones_like(state.moments.total)
    draw_weights(policy, seed, scenario.birth.networks + scenario.birth.warm, (1.0, 1.0, 1.0, 1.0), zero, one)
    if isinstance(player, ObjectivePlayer):
        first, other, again = (player.play(policy, item) for item in (chosen[0], chosen[1], chosen[0]))
        for episode in (first, other, again):
            state.count(episode)
        if first != again:
            raise RunError(
                f"task.objective: two calls with key {chosen[0]} returned {first.reward:g} and {again.reward:g}. It "
                "keeps state between calls or draws from a global generator: draw from "
                'numpy.random.default_rng(key), or set task.replay = "inexact".'
            )
        return
    state.counts[STEPS] += check_replay(player, policy, *chosen)
    state.counts[EPISODES] += 4
