"""The parts of the live view that need no browser: parameters, sources, the director, the server, the command."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.contracts.watched import GIVEN_UP, MOST_POINTS, Curves, Speed, Watched, kept_share
from astrosim.core.errors import AstrosimError, ScenarioError, StoreError
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.scenario.field_info import KINDS, fields_of
from astrosim.scenario.relevance import named_in_full
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.frame import unpack
from astrosim.view.parameters import Parameter, parameters
from astrosim.view.playback import LATEST, Director
from astrosim.view.player import Player
from astrosim.view.server import PORT, listen
from astrosim.view.sources import RunSource, ScenarioSource

REPOSITORY = Path(__file__).parents[2]
SCENARIO = """
name = "parts"
seeds = [5, 6]
[schedule]
episodes = 12
[conditions.plain]
[conditions.steep]
network.p_within = 0.9
"""

FIELDS = fields_of(Scenario)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "parts.toml"
    path.write_text(SCENARIO)
    return path


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["view", *arguments, "--no-browser"])


def all_parameters(scenario: Scenario) -> dict[str, Parameter]:
    return {parameter.path: parameter for group in parameters(scenario).values() for parameter in group}


def test_every_number_of_a_scenario_has_a_control() -> None:
    numbers = {path for path, facts in FIELDS.items() if facts.kind in (KINDS[int], KINDS[float])}
    found = all_parameters(Scenario())
    shown = {path for path in numbers if path.partition(".")[0] not in named_in_full(Scenario)}
    assert shown - set(found) == {"record.every", "record.firing_every"}
    assert {path for path, p in found.items() if p.choices} == {
        "learner",
        "network.layout",
        "network.input_clusters",
        "network.synapses",
        "network.model",
        "astrocytes.selection",
        "sensing.rule",
        "exploration.rule",
        "perturbation.scope",
        "decision.reward",
        "decision.accept",
        "decision.consolidation",
        "coupling.graph",
        "coupling.calcium",
    }
    assert {path for path, p in found.items() if p.kind is bool} == {
        "coupling.relay",
        "decision.race",
        "perturbation.adapt_sigma",
    }


def test_controls_follow_the_fields() -> None:
    found = all_parameters(Scenario.model_validate({"network": {"p_within": 0.25}}))
    p, window, clusters = (found[name] for name in ("network.p_within", "astrocytes.window", "network.clusters"))
    assert (p.low, p.high, p.value, p.kind, p.label) == (0, 1, 0.25, float, "p within")
    assert (window.low, window.high, window.kind, window.fineness) == (1, 255, int, 1)
    assert (clusters.low, clusters.high, clusters.label) == (None, None, "clusters (clusters)")
    assert found["astrocytes.radius"].label == "radius (units)"
    assert p.hint == "connection probability within a cluster; [0, 1]"
    assert found["sensing.rule"].choices == ("firing", "traffic")
    assert window.read(3.0) == 3


def test_scenarios_of_other_kinds_have_controls() -> None:
    digits = load_scenario(find("digits"))
    groups = parameters(resolve(digits, "astrocytes"))
    found = {parameter.path: parameter for group in groups.values() for parameter in group}
    assert (found["network.units"].kind, found["decision.reward"].choices) == (int, ("log_likelihood", "squared_error"))
    assert not {"task", "record", "sweep"} & set(groups)


def test_the_published_system_offers_what_may_vary() -> None:
    published = Scenario.model_validate({"system": "published", "sensing": {"rule": "firing"}})
    assert list(all_parameters(published)) == ["learner", "sensing.rule", "exploration.rule"]


def test_changes_go_into_the_condition(scenario: Path) -> None:
    source = ScenarioSource(scenario, ["schedule.trials_per_episode=4"])
    assert (source.title, source.conditions, source.seeds("steep")) == ("parts", ("plain", "steep"), (5, 6))
    changed = source.player("steep", 9, {"network.p_within": 0.1, "sensing.rule": "firing"})
    assert changed.seed == 9
    assert changed.scenario.network.p_within == 0.1
    assert changed.scenario.sensing.rule == "firing"
    assert changed.scenario.schedule.trials_per_episode == 4
    assert source.resolved("steep").network.p_within == 0.9
    with pytest.raises(ScenarioError, match=r"conditions\.plain\.network\.p_within: too large \(1\.5\)\."):
        source.player("plain", 9, {"network.p_within": 1.5})
    with pytest.raises(
        ScenarioError, match=r"^seed: out of range \(-1\)\. Write a whole number from 0 to 9007199254740991"
    ):
        source.player("plain", -1, {})


def test_only_some_conditions(scenario: Path) -> None:
    assert ScenarioSource(scenario, conditions=["steep"]).conditions == ("steep",)
    with pytest.raises(ScenarioError, match=r"no such condition \(stepe\)\. Did you mean steep\?"):
        ScenarioSource(scenario, conditions=["stepe"])


def test_a_run_without_a_committed_replicate(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no (such )?run directory"):
        RunSource(tmp_path)


class Watcher:
    """Stands in the page's place: it takes frames, and draws them when told."""

    def __init__(self) -> None:
        self.frames: queue.Queue[bytes] = queue.Queue()
        self.told: queue.Queue[tuple[bool, str]] = queue.Queue()
        self.director = Director(self.frames.put, dict, lambda playing, message: self.told.put((playing, message)))
        self.director.start()

    def frame(self, draw: bool = True) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        facts, arrays = unpack(self.frames.get(timeout=10))
        if draw and "scene" not in facts:
            self.director.hear({"event": "drawn"})
        return facts, arrays

    def until(self, trial: int) -> dict[str, Any]:
        while True:
            facts, _ = self.frame()
            if facts.get("trial", -1) >= trial:
                return facts


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    made.director.replace(lambda: Player(Scenario(), 1))
    made.director.hear({"event": "ready"})
    yield made
    made.director.close()


def test_a_page_that_comes_gets_the_scene_and_all(watcher: Watcher) -> None:
    facts, arrays = watcher.frame()
    assert set(facts) == {"scene"}
    assert "neuron" in arrays
    facts, arrays = watcher.frame()
    assert (facts["trial"], facts["chosen"], facts["playing"]) == (0, 0, False)
    assert {"fired", "mine", "threshold", "outputs"} <= set(arrays)


def test_nothing_moves_while_nobody_has_drawn(watcher: Watcher) -> None:
    watcher.frame()
    watcher.frame()
    watcher.director.set_speed(Speed("", 7))
    watcher.director.play()
    facts, arrays = watcher.frame(draw=False)
    first = facts["trial"]
    assert "patterns" not in arrays  # has not changed
    time.sleep(0.2)
    assert watcher.frames.empty()
    watcher.director.hear({"event": "drawn"})
    assert watcher.frame()[0]["trial"] == first + 7


def test_play_pause_step_speed(watcher: Watcher) -> None:
    watcher.director.set_speed(Speed("", 3))
    watcher.director.play()
    assert watcher.until(30)["trial"] % 3 == 0
    watcher.director.pause()
    facts = watcher.frame()[0]
    while facts["playing"]:
        facts = watcher.frame()[0]
    watcher.director.step()
    assert watcher.frame()[0]["trial"] == facts["trial"] + 1
    assert [watcher.told.get(timeout=5)[0] for _ in range(3)] == [False, True, False]


def test_a_replicate_that_cannot_be_made_leaves_the_old_one(watcher: Watcher) -> None:
    def fail() -> Player:
        raise ScenarioError(["nothing doing"])

    watcher.until(0)
    watcher.director.step()
    assert watcher.until(1)["trial"] == 1
    watcher.director.replace(fail)
    assert watcher.told.get(timeout=5) == (False, "")
    assert watcher.told.get(timeout=5) == (False, "nothing doing")
    watcher.director.step()
    assert watcher.until(2)["trial"] == 2


def test_even_a_defect_is_told(watcher: Watcher) -> None:
    watcher.until(0)
    watcher.director.replace(lambda: Player(Scenario(), "one"))  # type: ignore[arg-type]
    told = [watcher.told.get(timeout=5)[1] for _ in range(2)]
    assert told[1].startswith("The replicate cannot be made (")


def test_a_new_replicate_starts_anew_and_a_live_one_does_not_go_back(watcher: Watcher) -> None:
    watcher.until(0)
    watcher.director.step()
    watcher.until(1)
    watcher.director.go(0)
    assert watcher.frame()[0]["trial"] == 1
    watcher.director.replace(lambda: Player(Scenario.model_validate({"learner": "none"}), 2))
    facts, _ = watcher.frame()
    assert "scene" in facts
    facts, arrays = watcher.frame()
    assert (facts["trial"], facts["chosen"]) == (0, None)
    assert arrays["mine"].size == 0


def test_the_chosen_astrocyte_and_all_weights(watcher: Watcher) -> None:
    watcher.until(0)
    watcher.director.choose(3)
    facts, arrays = watcher.frame()
    assert facts["chosen"] == 3
    assert arrays["mine"].size == arrays["mineWeight"].size > 0
    watcher.director.show_every_weight(True)
    assert watcher.frame()[1]["allWeight"].size > arrays["mine"].size


class Clock(Watched):
    """A replicate that only counts its units."""

    trial = 0
    failing = False

    def advance(self, count: int, until: Any = None) -> None:
        if self.failing:
            raise AstrosimError("no room for spikes")
        self.trial += count

    def go_on(self, stride: str, count: int, until: Any = None) -> None:
        self.advance(count * (10 if stride else 1))

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return {}, {}

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return {"trial": self.trial}, {}


@pytest.fixture
def clocked() -> Iterator[Watcher]:
    made = Watcher()
    made.director.replace(Clock)
    made.director.hear({"event": "ready"})
    made.frame()
    yield made
    made.director.close()


def test_a_steady_pace_counts_by_wall_time(clocked: Watcher) -> None:
    begin = time.monotonic()
    clocked.director.set_speed(Speed("", 200.0, steady=True))
    clocked.director.play()
    clocked.until(40)
    assert time.monotonic() - begin > 0.15
    clocked.director.set_speed(Speed("", 20_000.0, steady=True, stride="ten"))
    facts = clocked.until(10_000)
    assert facts["trial"] < 10_000 + 10 * 20_000 * (LATEST + 0.1)  # nothing leaps


def test_keys_and_longer_strides(clocked: Watcher) -> None:
    clocked.director.hear({"event": "step"})
    assert clocked.until(1)["trial"] == 1
    clocked.director.step("ten")
    assert clocked.until(2)["trial"] == 11
    clocked.director.hear({"event": "toggle"})
    clocked.until(12)
    clocked.director.hear({"event": "toggle"})
    assert [clocked.told.get(timeout=5)[0] for _ in range(3)] == [False, True, False]


def test_a_replicate_that_cannot_go_on_is_told(clocked: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "failing", True)
    clocked.until(0)
    clocked.director.play()
    told = [clocked.told.get(timeout=5) for _ in range(4)]
    assert told == [(False, ""), (True, ""), (False, ""), (False, "no room for spikes")]


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AstrosimError, match=rf"^--port: port is in use \({port}\)\. Name another, or 0 for any"):
            listen(port)


def test_without_a_wish_another_port_is_found() -> None:
    with listen(None) as first, listen(None) as second:
        ports = [s.getsockname()[1] for s in (first, second)]
    assert len(set(ports)) == 2
    assert PORT not in ports[1:]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["sphere"],
            'plays no functions and no stored runs of environments ("task"). `astrosim report` and `astrosim plot`',
        ),
        (["nosuch"], "nosuch: no such file or bundled scenario."),
        (["quick", "--conditions", "matuity"], "no such condition (matuity). Did you mean maturity?"),
        (["quick", "--set", "network.p_within=3"], "--set: network.p_within: too large (3)."),
        (["quick", "--seed", "-1"], "--seed"),
        ([".", "--set", "learner=none"], "--set: .: a stored run stays as it is (learner=none). Leave it out."),
    ],
)
def test_what_cannot_be_shown(
    arguments: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2
    assert expected in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["solara", "anywidget"])
def test_the_extra_is_named_where_it_is_missing(name: str) -> None:
    code = f"import sys; sys.modules[{name!r}] = None; from astrosim.cli import main; main()"
    command = [sys.executable, "-c", code, "view", "quick", "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("view: needs packages that are not installed (")
    assert name in done.stderr
    assert done.stderr.endswith("Install them: pip install 'astrosim[view]'.\n")


def test_curves_of_any_length_stay_together_and_keep_their_ends():
    curves = Curves("trial", "reward")
    for number in range(1, 5 * MOST_POINTS):
        curves.add(number, -number)
        trials, rewards = curves.values("trial"), curves.values("reward")
        assert trials[-1] == number
        assert len(trials) <= MOST_POINTS + 1
    assert len(trials) > MOST_POINTS / 2
    assert trials[0] == 1
    assert set(np.diff(trials)[:-1]) == {8.0}
    assert rewards == [-trial for trial in trials]
    assert curves.arrays()["curve_reward"].tolist() == rewards
    assert np.isnan(kept_share([]))
    assert kept_share([KEPT, REVERTED, GIVEN_UP, KEPT]) == 0.5
