"""Interventions in scenario files: texts of errors, conditions with their own, and writing them out."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_files import complaints, write

from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario, resolve, to_toml
from astrosim.scenario.interventions import ACTIONS
from astrosim.systems.threshold.scenario.interventions import CHANGEABLE, most_events, when_words
from astrosim.systems.threshold.scenario.schema import Scenario

ACTION_WORDS = ", ".join(f'"{action}"' for action in ACTIONS)


ONE_PROBLEM = [
    (
        "[[interventions]]\nat = 3\naction = 'freeze_plasticity'",
        "s.toml:2: interventions[0].at: unknown key (3). Valid here: action, label, at_trial, at_episode, when, every, "
        "until, which, cluster, neuron_kind, fraction, parameter, value, patterns, offset.",
    ),
    (
        "[[interventions]]\nat_trial = 3\naction = 'freeze_plastcity'",
        's.toml:3: interventions[0].action: not a valid choice ("freeze_plastcity"). Did you mean "freeze_plasticity"? '
        f"Write one of {ACTION_WORDS}.",
    ),
    (
        "[[interventions]]\nat_trial = -3\naction = 'freeze_plasticity'",
        "s.toml:2: interventions[0].at_trial: too small (-3). Write a whole number from 0.",
    ),
    (
        "[[interventions]]\nat_trial = 3\nat_episode = 1\naction = 'freeze_plasticity'",
        "s.toml:3: interventions[0].at_episode: a second time (at_trial, at_episode). "
        "Write one of at_trial, at_episode and when.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'",
        "s.toml:2: interventions[0].action: no time (none). Write one of at_trial, at_episode and when.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 9\noffset = 1",
        "s.toml:4: interventions[0].offset: nothing for freeze_plasticity (1.0). Remove offset.",
    ),
    (
        "[[interventions]]\naction = 'lesion_neurons'\nat_trial = 9",
        "s.toml:2: interventions[0].action: lesion_neurons of whom (none)? Write which or cluster; all: fraction = 1.",
    ),
    (
        "[[interventions]]\naction = 'lesion_neurons'\nat_trial = 9\nfraction = 1\nevery = 2",
        "s.toml:5: interventions[0].every: lesion_neurons cannot recur (2). Remove every.",
    ),
    (
        "[[interventions]]\naction = 'swap_task'\nat_trial = 9",
        "s.toml:2: interventions[0].action: swap_task without patterns (none). Write patterns.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 9\nuntil = 20",
        "s.toml:4: interventions[0].until: nothing recurs that could end (20). Write every, or remove until.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 9\nevery = 2\nuntil = 2",
        "s.toml:5: interventions[0].until: before the first time (2). Write at least 9.",
    ),
    (
        "schedule.episodes = 10\n[[interventions]]\naction = 'freeze_plasticity'\nat_episode = 10",
        "s.toml:4: interventions[0].at_episode: after the last episode (10). Write 0 to 9.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'\nwhen.accuracy_above = 1",
        "s.toml:3: interventions[0].when.accuracy_above: too large (1). Write a number from 0, below 1.",
    ),
    (
        "[[interventions]]\naction = 'silence_astrocytes'\nat_trial = 9\nwhich = [3, 99]",
        "s.toml:4: interventions[0].which: no such number (99). Write numbers from 0 to 7.",
    ),
    (
        "[[interventions]]\naction = 'silence_astrocytes'\nat_trial = 9\ncluster = 2",
        "s.toml:4: interventions[0].cluster: no such cluster (2). Write 0 to 1.",
    ),
    (
        "[[interventions]]\naction = 'set'\nat_trial = 9\nparameter = 'adaptation.flor'\nvalue = 0.2",
        "s.toml:4: interventions[0].parameter: no such parameter ('adaptation.flor'). Did you mean adaptation.floor?",
    ),
    (
        "[[interventions]]\naction = 'set'\nat_trial = 9\nparameter = 'sensing.rule'\nvalue = 'firing'",
        "s.toml:4: interventions[0].parameter: not to be changed in a run: what a score is divided by is laid out "
        f"before the first trial ('sensing.rule'). Write one of {', '.join(CHANGEABLE)}.",
    ),
    (
        "[[interventions]]\naction = 'set'\nat_trial = 9\nparameter = 'adaptation.floor'\nvalue = 1",
        "s.toml:5: interventions[0].value: not for adaptation.floor (1). "
        "floor: above adaptation.ceiling = 0.9 (1.0). Exchange the two.",
    ),
    (
        "[[interventions]]\naction = 'extend_task'\nat_trial = 9\npatterns = [['01', '1']]",
        "s.toml:4: interventions[0].patterns: an input is not 5 bits wide as the task's ('01'). Write 5 bits.",
    ),
    (
        "[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 0\nevery = 1",
        "s.toml:1: interventions: too many events (200000). At most 100000 fit: raise every.",
    ),
    (
        "[[interventions]]\naction = 'cut_gap_junctions'\nat_trial = 0\nwhich = [1]",
        "s.toml:2: interventions[0].action: there are no gap junctions (cut_gap_junctions). "
        "Write coupling.graph, or remove it.",
    ),
    (
        "[[interventions]]\naction = 'cut_gap_junctions'\nat_trial = 0\n[coupling]\ngraph = 'nearest'",
        "s.toml:2: interventions[0].action: cut_gap_junctions of whom (none)? "
        "Write which or cluster; all: fraction = 1.",
    ),
    (
        "system = 'published'\n[[interventions]]\naction = 'freeze_plasticity'\nat_trial = 0",
        "s.toml:2: interventions: only the described system takes them (1). Remove them.",
    ),
    (
        "[conditions.a]\n[[conditions.a.interventions]]\naction = 'freeze_plasticity'\nat_trial = 1_000_000",
        "s.toml:4: conditions.a.interventions[0].at_trial: after the last trial (1000000). Write 0 to 199999.",
    ),
]


@pytest.mark.parametrize(("text", "complaint"), ONE_PROBLEM)
def test_each_problem_is_told_with_its_line_and_a_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaints(tmp_path, text) == [complaint]


def test_a_task_may_not_come_to_have_more_patterns_than_the_log_holds() -> None:
    more = {"action": "extend_task", "at_trial": 0, "patterns": [["00000", "00000"]] * 32_764}
    Scenario.model_validate({"interventions": [more, more | {"patterns": more["patterns"][1:]}]})
    with pytest.raises(ScenarioError, match=r"too many patterns \(65536\)\. At most 65535 fit: add fewer\."):
        Scenario.model_validate({"interventions": [more, more]})


CONDITIONS = """
[[interventions]]
action = "lesion_astrocytes"
cluster = 0
at_episode = 40

[conditions.lesion]
[conditions.whole]
interventions = []
[[conditions.late.interventions]]
action = "set"
parameter = "perturbation.sigma"
value = 0.2
when = {accuracy_above = 0.6, episodes = 10}
every = 5
label = "coarser"
[[conditions.late.interventions]]
action = "swap_task"
patterns = [["10000", "11111"], ["01000", "00000"]]
at_trial = 700
"""


def test_conditions_have_interventions_of_their_own(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, CONDITIONS))
    assert [item.action for item in resolve(scenario, "lesion").interventions] == ["lesion_astrocytes"]
    assert resolve(scenario, "whole").interventions == ()
    late = resolve(scenario, "late").interventions
    assert [item.name for item in late] == ["coarser", "swap task"]
    assert when_words(late[0]) == "after accuracy above 0.6 for 10 episodes, then every 5 episodes"


def test_interventions_are_written_out_and_read_back(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, CONDITIONS))
    again = load_scenario(write(tmp_path, to_toml(scenario)))
    assert again == scenario
    assert resolve(again, "late") == resolve(scenario, "late")


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"at_trial": 5}, 1),
        ({"at_trial": 5, "every": 90}, 12),
        ({"at_trial": 5, "every": 90, "until": 185}, 3),
        ({"at_episode": 2, "every": 10, "until": 31}, 3),
        ({"when": {"accuracy_above": 0.5}, "every": 10}, 10),
    ],
)
def test_the_number_of_events_is_bounded(fields: dict[str, object], count: int) -> None:
    scenario = Scenario.model_validate(
        {"schedule": {"episodes": 100}, "interventions": [{"action": "freeze_plasticity", **fields}]}
    )
    assert most_events(scenario.interventions[0], 100, 10) == count == scenario.most_events
