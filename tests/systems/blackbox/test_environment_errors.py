"""Faults of an environment, in the words that a user reads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from own_environments import RIGHT, Corridor, Faulty, Reach, Seeing, Wide, constant

from astrosim.core.errors import AstrosimError, PackageError, RunError, ScenarioError
from astrosim.scenario.inputs import InputFile
from astrosim.systems.blackbox.environments.finding import check_id, known_ids
from astrosim.systems.blackbox.environments.making import make_player
from astrosim.systems.blackbox.environments.player import FailedEpisodeError, FaultyNumberError

BOX = spaces.Box(-1.0, 1.0, (2,))
STILL = constant([0.0] * 3)


def message(kind: type[AstrosimError], ask: Callable[..., Any], *given: Any, **choices: Any) -> str:
    with pytest.raises(kind) as caught:
        ask(*given, **choices)
    return str(caught.value)


def refused(*given: Any, **choices: Any) -> str:
    return message(ScenarioError, make_player, *given, **choices)


UNKNOWN = {
    "CartPol-v1": 'no environment "CartPol-v1". Did you mean CartPole-v1? astrosim list --environments',
    "CartPole-v7": 'no environment "CartPole-v7". Did you mean CartPole-v1? astrosim list --environments',
    "LunarLander-v2": f"LunarLander-v2 is gone; Gymnasium {gymnasium.__version__} has LunarLander-v3 "
    "('LunarLander-v2'). Write LunarLander-v3.",
    "CartPole": "no version of CartPole ('CartPole'). Write CartPole-v1.",
    "qqqqqqqqqq": 'no environment "qqqqqqqqqq". Own ones are named "module:Class". astrosim list --environments',
}


@pytest.mark.parametrize("name", sorted(UNKNOWN))
def test_ids_that_do_not_exist(name: str):
    expected = f"task.environment: {UNKNOWN[name]}"
    assert message(ScenarioError, check_id, name) == expected
    assert refused(name) == expected


def test_all_ids_are_known():
    for name in gymnasium.registry:
        check_id(name)
    ids = known_ids()
    assert {"CartPole-v1", "LunarLander-v3", "Pendulum-v1"} < set(ids) <= set(gymnasium.registry)
    assert "CartPole-v0" not in ids


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    for module in [name for name in sys.modules if name.startswith(("Box2D", "gymnasium.envs.box2d"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "Box2D", None)
    text = message(PackageError, make_player, "LunarLander-v3")
    assert text == "task.environment: LunarLander-v3 needs Box2D: pip install 'astrosim[box2d]'"


def test_a_missing_gymnasium_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    assert message(PackageError, make_player, "CartPole-v1") == (
        "task.environment: an environment needs gymnasium, which is not installed. Install it: "
        "pip install 'astrosim[control]'"
    )


def test_missing_packages_of_others_are_named(monkeypatch: pytest.MonkeyPatch):
    def make() -> None:
        import no_such_physics  # noqa: F401

    text = message(PackageError, make_player, make, max_steps=5)
    assert text == "task.environment: make needs no_such_physics: pip install 'no_such_physics'"
    monkeypatch.setitem(sys.modules, "mujoco", None)
    for module in [name for name in sys.modules if name.startswith("gymnasium.envs.mujoco")]:
        monkeypatch.delitem(sys.modules, module)
    text = message(PackageError, make_player, "Ant-v5")
    assert text == "task.environment: Ant-v5 needs mujoco: pip install 'gymnasium[mujoco]'"


def test_wrong_arguments():
    text = refused("CartPole-v1", {"lenght": 2})
    assert text.startswith("task.arguments: CartPole-v1 does not take them (")
    assert "unexpected keyword argument 'lenght'" in text
    assert text.endswith("Write those that its class has.")


def test_an_environment_itself_is_refused():
    text = refused(gymnasium.make("CartPole-v1"))
    assert text.startswith("task.environment: an environment itself (<TimeLimit<")
    assert text.endswith(
        "which carries state from episode to episode. Give a function that makes one: "
        'lambda: gymnasium.make("CartPole-v1").'
    )


def test_a_function_that_makes_no_environment():
    text = refused(dict, max_steps=3)
    assert text == "task.environment: dict gives {}, which has no reset. Return a gymnasium.Env."


def test_modules_and_names_that_do_not_exist(tmp_path: Path):
    file = tmp_path / "mine.py"
    file.write_text("class Corridor:\n    pass\nlength = 5\n")
    source = InputFile.of(str(file))
    assert refused("mine:Coridor", file=source) == (
        "task.environment: no such class or function in mine.py ('Coridor'). Did you mean Corridor?"
    )
    assert refused("mine:length", file=source) == (
        "task.environment: neither a class nor a function in mine.py ('length'). Write class length(gymnasium.Env) "
        "there."
    )
    assert refused("no_such_module:Corridor") == (
        "task.environment: no such module ('no_such_module'). Put no_such_module.py beside the scenario, or install it."
    )
    file.write_text("x = 1\n1 / 0\n")
    assert refused("mine:Corridor", file=InputFile.of(str(file))) == (
        f"{file}:2: task.environment: cannot be imported (ZeroDivisionError: division by zero). Fix that line."
    )


FLATTEN = 'Wrap them (gymnasium.wrappers.FlattenObservation), and name "module:make".'
CHANGE = (
    "an index (Discrete) or numbers (Box) are made. Wrap them (gymnasium.wrappers.TransformAction), and name "
    '"module:make".'
)
IMAGE = spaces.Box(0, 255, (84, 84, 3), np.uint8)
SPACES = {
    f"observations of Wide are Dict('a': Discrete(2)). {FLATTEN}": (spaces.Dict(a=spaces.Discrete(2)), BOX),
    f"observations of Wide are Tuple(Discrete(2)). {FLATTEN}": (spaces.Tuple([spaces.Discrete(2)]), BOX),
    f"observations of Wide are MultiDiscrete([2 3]). {FLATTEN}": (spaces.MultiDiscrete([2, 3]), BOX),
    "observations of Wide are Box(0, 255, (84, 84, 3), uint8), 21,168 numbers where 1 to 4,096 are read. Wrap them "
    '(gymnasium.wrappers.ResizeObservation), and name "module:make".': (IMAGE, BOX),
    f"actions of Wide are MultiDiscrete([2 3]); {CHANGE}": (BOX, spaces.MultiDiscrete([2, 3])),
    f"actions of Wide are MultiBinary(3); {CHANGE}": (BOX, spaces.MultiBinary(3)),
}


@pytest.mark.parametrize("text", sorted(SPACES))
def test_spaces_that_cannot_be_read_or_acted_on(text: str):
    observation, action = SPACES[text]
    found = refused(Wide, {"observation": observation, "action": action}, max_steps=5)
    assert found == f"task.environment: {text}"


@pytest.mark.parametrize("action", ["tanh", "clip"])
def test_bounds_that_are_infinite(action: str):
    free = {"observation": BOX, "action": spaces.Box(-np.inf, np.inf, (1,))}
    assert refused(Wide, free, max_steps=5, action=action) == (
        f'task.action: "{action}" needs bounds, but actions of Wide are Box(-inf, inf, (1,), float32). Wrap them in a '
        'Box with finite ones (gymnasium.wrappers.TransformAction), and name "module:make".'
    )


def test_actions_that_do_not_go_with_their_space():
    assert refused("Pendulum-v1", action="argmax") == (
        'task.action: "argmax", but actions of Pendulum-v1 are Box(-2.0, 2.0, (1,), float32). Write "tanh" or "clip".'
    )
    assert refused("CartPole-v1", action="tanh") == (
        'task.action: "tanh", but actions of CartPole-v1 are Discrete(2). Write "argmax".'
    )
    assert refused("CartPole-v1", action="softmax") == (
        "task.action: no such action ('softmax'). Write auto, argmax, tanh, clip."
    )


def test_no_end():
    assert refused(Corridor) == (
        "task.max_steps: Corridor has no limit of its own (0). Write the steps after which it ends."
    )


FAULTS = {
    "nan": float("nan"),
    "-inf": -float("inf"),
    "np.float64(inf)": np.float64(np.inf),
    "1j": 1j,
    "None": None,
    "'much'": "much",
    "array([1., 2.])": np.array([1.0, 2.0]),
    "array(nan)": np.array(np.nan),
}


@pytest.mark.parametrize("shown", sorted(FAULTS))
def test_rewards_that_are_no_numbers(shown: str):
    player = make_player(Faulty, {"fault": FAULTS[shown]}, max_steps=9)
    assert message(FaultyNumberError, player.play, RIGHT, 2) == (
        f"task.environment: reward of Faulty is not a finite number at step 3 of seed 2 ({shown}; action [1], "
        'observation [0, 0, 0, 0, 0, 0, 0, 0, ...]). Correct it, or set task.on_nan = "worst".'
    )


@pytest.mark.parametrize("value", [True, 3, np.int8(4), np.float32(0.5), np.array(2.0), np.bool_(True)])
def test_rewards_that_are_numbers(value: Any):
    player = make_player(Faulty, {"fault": value, "at": 1}, max_steps=1)
    assert player.play(RIGHT, 2).reward == float(value)


def test_a_reward_that_is_no_number_may_count_as_the_worst():
    player = make_player(Faulty, {"fault": float("nan")}, max_steps=9, on_nan="worst")
    assert player.play(RIGHT, 2) == (-np.inf, 3)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_observations_that_are_no_numbers(value: float):
    player = make_player(Seeing, {"observation": np.full((2, 2), value, np.float32)}, max_steps=9)
    text = message(FaultyNumberError, player.play, STILL, 2)
    assert text.startswith(
        f"task.environment: observation of Seeing is not a finite number at step 1 of seed 2 ([{value}, "
    )


@pytest.mark.parametrize("twin", [True, False])
def test_weights_that_are_no_numbers(twin: bool):
    player = make_player("Pendulum-v1", twin=twin)
    assert bool(player.card.twin) is twin
    text = message(FaultyNumberError, player.play, constant([float("nan")]), 3)
    assert text.startswith("task.environment: reward of Pendulum-v1 is not a finite number at step 1 of seed 3 (")
    assert "action [nan]" in text


def test_observations_of_another_shape():
    player = make_player(Seeing, {"observation": np.zeros(3, np.float32)}, max_steps=9)
    text = message(FailedEpisodeError, player.play, STILL, 2)
    assert "(ValueError: observation of shape (3,), where its space says (2, 2))" in text


def test_an_environment_that_fails():
    fault = {"fault": KeyError("lost")}
    player = make_player(Faulty, fault, max_steps=9)
    assert message(RunError, player.play, RIGHT, 5) == (
        "task.environment: Faulty failed at step 3 of seed 5 (KeyError: 'lost'). Correct it, or set "
        'task.on_error = "revert".'
    )
    assert make_player(Faulty, fault, max_steps=9, on_error="revert").play(RIGHT, 5) == (-np.inf, 3)


def test_an_environment_of_the_earlier_interface():
    class Old(Reach):
        def step(self, action: Any) -> Any:
            return super().step(action)[:4]

    text = message(RunError, make_player(Old, max_steps=3).play, STILL, 1)
    assert "(TypeError: step returned no tuple of observation, reward, terminated, truncated, info)" in text


@pytest.mark.parametrize("field", ["on_nan", "on_error", "replay"])
def test_choices_that_do_not_exist(field: str):
    text = refused(Reach, max_steps=3, **{field: "perhaps"})
    assert text.startswith(f"task.{field}: not a valid choice ('perhaps'). Write one of ")
