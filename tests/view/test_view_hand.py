"""Interventions by hand in the live view: the lines that it writes give the same run, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario, resolve
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.interventions import CHANGEABLE
from astrosim.view.pair import Pair
from astrosim.view.player import Player

SCENARIO = """
name = "hand"
seeds = [5]
[coupling]
graph = "nearest"
[conditions.plain]
[conditions.window]
network.cycles = 2
decision.window = 0
[conditions.both]
learner = "both"
coupling.graph = "none"
"""
PLANNED = """
[[interventions]]
action = "silence_neurons"
at_trial = 12
which = [3]
"""


def written(folder: Path, *lines: str) -> Any:
    """The scenario with some lines at its end."""
    path = folder / "hand.toml"
    path.write_text(SCENARIO + "".join(lines))
    return load_scenario(path)


@pytest.mark.parametrize("condition", ["plain", "window"])
def test_the_lines_that_are_written_give_the_same_run(condition: str, tmp_path: Path) -> None:
    planned = PLANNED.replace("[[", f"[[conditions.{condition}.")
    player = Player(resolve(written(tmp_path, planned), condition), 5)
    player.condition = condition
    player.advance(7)
    player.intervene("lesion_astrocytes", which=[1])
    player.intervene("set", parameter="perturbation.sigma", value=0.25)
    player.go_on("phase", 3)
    player.intervene("silence_neurons", which=[20, 21])  # within a trial: before the next one
    player.advance(30)
    player.intervene("release_neurons", which=[20])
    player.intervene("set", parameter="decision.reward", value="binary")
    player.advance(20)
    facts, arrays = player.look(0)
    assert (player.trial, arrays["silenced"].tolist()) == (57, [0, 1, 0, 0, 0, 0, 0, 0])
    assert [trial for trial, _ in facts["events"]] == [7, 7, 8, 12, 37, 37]
    again = make_engine(resolve(written(tmp_path, facts["lines"]), condition), 5)
    again.advance(57)
    here, there = player.engine.state(), again.state()
    assert set(here) == set(there)
    assert [name for name in here if here[name].tobytes() != there[name].tobytes()] == []
    film = player._camera.model.state()
    assert [name for name in here if film[name].tobytes() != there[name].tobytes()] == []
    assert player.film is not None
    assert 1 not in {a for moment in player.film.moments for a in moment.active}


def test_what_a_scenario_would_refuse_is_refused(tmp_path: Path) -> None:
    player = Player(resolve(written(tmp_path), "plain"), 5)
    with pytest.raises(ScenarioError, match=r"which: no such number \(99\)"):
        player.intervene("lesion_astrocytes", which=[99])
    with pytest.raises(ScenarioError, match=r"value: not for perturbation\.sigma \(-1"):
        player.intervene("set", parameter="perturbation.sigma", value=-1.0)
    assert player.look(0)[0]["lines"] == ""
    player.advance(40)


def test_fields_that_take_effect_at_once_are_those_that_set_may_change(tmp_path: Path) -> None:
    scenario = resolve(written(tmp_path), "plain")
    assert set(Player(scenario, 5).at_once) == {path for path in CHANGEABLE if not path.startswith("cursor.")}
    both = Player(resolve(written(tmp_path), "both"), 5)
    assert (both.at_once, both.actions) == ((), ())


def test_two_replicates_stay_in_step(tmp_path: Path) -> None:
    scenario = written(tmp_path)
    pair = Pair(*(Player(resolve(scenario, name), 5) for name in ("plain", "both")), ("plain", "both"))
    pair.advance(10)
    assert [one.trial for one in pair.both] == [10, 10]
    phases = []
    for _ in range(20):
        pair.go_on("phase", 1)
        phases.append(tuple(look["phase"] for look in pair.look(0)[0]["looks"]))
    own, other = ([name for name, *_ in scene["phases"]] for scene in pair.scene()[0]["scenes"])
    assert phases[: len(other) + 1] == list(zip([*own, *[""] * (len(other) - len(own) + 1)], [*other, ""], strict=True))
    assert phases[len(other) + 1] == ("present", "present")  # the left one has waited
    pair.advance(7, lambda: False)
    assert len({one.trial for one in pair.both}) == 1
    pair.sides[0].intervene("lesion_astrocytes", which=[0])
    assert [look["lines"] != "" for look in pair.look(0)[0]["looks"]] == [True, False]
    assert {"0/pre", "1/pre", "0/astrocyte"} <= set(pair.scene()[1])
