"""Overrides, conditions and defaults of a scenario file."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_files import complaints, write

from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.choose import shadowed
from astrosim.systems.threshold.scenario.schema import Scenario

OVERRIDES = [
    ("network.clusters=two", 'overrides: network.clusters: not a whole number ("two"). '),
    ("nowhere", 'overrides: nowhere: not an override ("nowhere"). Write path=value, such as schedule.episodes=100.'),
    ("=3", 'overrides: scenario: not an override ("=3"). Write path=value, such as schedule.episodes=100.'),
    ("a b=3", 'overrides: a b: not an override ("a b=3"). '),
    ("seeds.x=3", "overrides: seeds.x: seeds is not a table ([7]). Set seeds as a whole."),
    ("netwrk.clusters=2", "overrides: netwrk: unknown key (a table). Did you mean network?"),
    ("conditions.a.sensing.rule=fring", 'overrides: conditions.a.sensing.rule: not a valid choice ("fring"). '),
    ("--seeds seeds=x", "--seeds: no range of seeds ('x'). "),
    ("schedule.episodes=1\nseeds=3", "overrides: schedule.episodes: not a whole number"),
]


@pytest.mark.parametrize(("override", "expected"), OVERRIDES)
def test_text_of_a_wrong_override(tmp_path: Path, override: str, expected: str) -> None:
    (problem,) = complaints(tmp_path, "seeds = [7]\n[schedule]\nepisodes = 5", override)
    assert problem.startswith(expected)


def test_override_replaces_even_a_wrong_value_and_hides_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "seeds = [1, 1]\n[network]\nclusters = 0\n")
    scenario = load_scenario(path, ["seeds=5:2", "network.clusters=3", "task.patterns=[['1', '0']]", "name=n1"])
    assert (scenario.seeds, scenario.network.clusters) == ((5, 6), 3)
    assert (scenario.task.patterns, scenario.name) == ((("1", "0"),), "n1")


def test_override_of_a_condition(tmp_path: Path) -> None:
    path = write(tmp_path, "[conditions.a]\nsensing.rule = 'firing'\n")
    scenario = load_scenario(path, ["conditions.a.schedule.episodes=3", "conditions.b.learner=none"])
    assert condition_names(scenario) == ("a", "b")
    assert resolve(scenario, "a").schedule.episodes == 3
    assert resolve(scenario, "a").sensing.rule == "firing"
    assert resolve(scenario, "b").learner == "none"


def test_resolve_merges_deeply_and_leaves_no_conditions(tmp_path: Path) -> None:
    text = """
schedule.episodes = 7
[network]
clusters = 3
[conditions.wide]
network.regular = 30
seeds_are_shared.no = 1
[reference.wide]
accuracy = 0.5
"""
    scenario = load_scenario(write(tmp_path, text.replace("seeds_are_shared.no = 1\n", "")))
    wide = resolve(scenario, "wide")
    assert (wide.network.clusters, wide.network.regular, wide.schedule.episodes) == (3, 30, 7)
    assert wide.conditions == {}
    assert wide.reference == {"wide": {"accuracy": 0.5}}
    with pytest.raises(ScenarioError, match=r"no such condition \(wid\)\. Did you mean wide\?"):
        resolve(scenario, "wid")


def test_no_conditions_means_default(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "name = 'plain'"))
    assert condition_names(scenario) == ("default",)
    assert resolve(scenario, "default") == scenario


@pytest.mark.parametrize(
    ("base", "other", "expected"), [("described", "published", 23), ("published", "described", 18)]
)
def test_network_follows_the_system_of_a_condition(tmp_path: Path, base: str, other: str, expected: int) -> None:
    text = f"system = '{base}'\n[conditions.same]\n[conditions.other]\nsystem = '{other}'"
    scenario = load_scenario(write(tmp_path, text))
    assert resolve(scenario, "other").network.regular == expected
    assert resolve(scenario, "same").network.regular == 41 - expected
    assert load_scenario(write(tmp_path, to_toml(scenario))) == scenario


def test_published_defaults() -> None:
    assert Scenario(system="published").network.neurons == 70
    assert Scenario().network.neurons == 60
    assert Scenario().network.expected_synapses == pytest.approx(1620)  # spec, section 1


def test_note_on_an_override_that_a_condition_outdoes(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "[conditions.a]\nsensing.rule = 'firing'\n[conditions.b]\n"))
    assert shadowed(scenario, ["sensing.rule=traffic", "schedule.episodes=3"]) == [
        "note: --set sensing.rule: a keep their own value; conditions.a.sensing.rule changes it."
    ]
