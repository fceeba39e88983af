"""`astrosim list --environments`: what the installed Gymnasium has, as a scenario can name it."""

from __future__ import annotations

import json
import sys

import pytest
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.systems.blackbox.environments.finding import known_ids
from astrosim.systems.blackbox.environments.making import make_player

CLASSIC = {
    "CartPole-v1": ("4 numbers", "one of 2"),
    "Acrobot-v1": ("6 numbers", "one of 3"),
    "MountainCar-v0": ("2 numbers", "one of 3"),
    "MountainCarContinuous-v0": ("2 numbers", "1 number"),
    "Pendulum-v1": ("3 numbers", "1 number"),
}


def call(*arguments: str):
    return CliRunner().invoke(app, ["list", *arguments])


def test_environments_are_listed_with_spaces_twins_and_extras():
    done = call("--environments", "--json")
    assert done.exit_code == 0, done.output
    entries = {one["id"]: one for one in json.loads(done.stdout)}
    assert tuple(entries) == known_ids()
    assert {name for name, one in entries.items() if one["twin"]} == set(CLASSIC)
    for name, words in CLASSIC.items():
        one = entries[name]
        assert (one["observations"], one["actions"], one["extra"], one["install"]) == (*words, "control", "")
    assert entries["Blackjack-v1"]["observations"] == "wrap: Tuple"
    assert entries["FrozenLake-v1"]["observations"] == "one of 16"
    assert entries["LunarLander-v3"]["extra"] == "box2d"
    table = call("--environments").stdout
    assert all(name in table for name in CLASSIC)
    assert "astrosim[control]" in table


@pytest.mark.parametrize("name", ["FrozenLake-v1", "Pendulum-v1"])
def test_words_are_those_of_the_player(name):
    (one,) = (one for one in json.loads(call("--environments", "--json").stdout) if one["id"] == name)
    card = make_player(name).card
    assert one["observations"] in (f"{card.inputs} numbers", f"one of {card.inputs}")
    assert one["actions"] in ("1 number", f"one of {card.outputs}")


def test_wrong_uses_end_with_the_remedy(monkeypatch):
    done = call("--environments", "--times")
    assert done.exit_code == 2
    assert "--times: environments have no length of their own." in done.stderr
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    done = call("--environments")
    assert done.exit_code != 0
    assert "pip install 'astrosim[control]'" in done.stderr
