"""`astrosim explain`: what it prints, and that its estimates are what can be counted by hand."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from astrosim.core.errors import ScenarioError
from astrosim.core.phases import PHASES
from astrosim.explain import as_dict, explain
from astrosim.explain.tables import TABLES, bytes_words, differing, value_at
from astrosim.explain.values import Choice
from astrosim.explain.workload import workload
from astrosim.scenario import Experiment, condition_names, load_scenario, resolve
from astrosim.scenario.bundled import bundled
from astrosim.scenario.field_info import fields_of
from astrosim.scenario.words import seconds_words
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.explanation import rule
from astrosim.systems.threshold.workload import bytes_of, records_of
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.explanation import update_rule
from astrosim.systems.waves.workload import seconds_of as wave_seconds_of

FIELDS = fields_of(Scenario)


def shown(scenario: Experiment, width: int = 100, **choice: Any) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    explain(scenario, console, file="here.toml", choice=Choice(**choice))
    return console.export_text()


@pytest.fixture(scope="module")
def maturity() -> str:
    return shown(load_scenario(bundled()["maturity"]), everything=True)


@pytest.fixture(scope="module")
def grid() -> str:
    return shown(load_scenario(bundled()["waves/grid_digits"]), everything=True)


@pytest.mark.parametrize("model", [Scenario, WaveScenario])
def test_every_field_has_unit_source_and_meaning(model: type[Scenario] | type[WaveScenario]) -> None:
    for path, facts in fields_of(model).items():
        if path not in TABLES:
            assert facts.meaning, path
            assert facts.source, path
            assert facts.unit or isinstance(facts.default, str | int | tuple), path


def test_every_field_is_shown_with_its_range(maturity: str) -> None:
    for path, facts in FIELDS.items():
        if path not in TABLES:
            name = path.rpartition(".")[2]
            assert re.search(rf"^ *{name} ", maturity, re.MULTILINE), path
            assert facts.interval.split(", ")[0] in maturity, path


def test_nothing_is_wider_than_the_console(maturity: str) -> None:
    assert max(len(line) for line in maturity.splitlines()) <= 100


def test_values_and_their_marks(maturity: str) -> None:
    assert re.search(r"radius +3 units +\(0, 1e\+06\] +3\.2 +territory", maturity)
    assert re.search(r"^  rule +by condition +4\.1 +firing: fraction", maturity, re.MULTILINE)
    changed = shown(Scenario.model_validate({"network": {"clusters": 7}}))
    assert re.search(r"clusters +7 clusters \* +\[1, 100000\]", changed)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_word_that_one_has_to_type_is_cut(width: int) -> None:
    for name in ("both_worlds", "digits", "waves/grid_digits"):
        scenario = load_scenario(bundled()[name])
        text = shown(scenario, width, everything=True).partition("A trial")[0]
        assert "\u2026" not in text
        assert max(len(line) for line in text.splitlines()) <= width
        for path, facts in fields_of(type(scenario)).items() if width >= 80 else ():
            words = facts.interval.split(", ") if facts.kind == "one of" else []
            for word in [path.rpartition(".")[2], *words] if path not in TABLES else []:
                assert word in text, (path, word)


def test_only_fields_that_act_are_shown_and_the_others_are_counted() -> None:
    text = shown(load_scenario(bundled()["quick"]))
    assert "[perturbation]" in text
    assert "[chemical]" not in text
    assert "[rival]" not in text
    for name in ("further_regular", "leak", "temperature", "cap"):
        assert not re.search(rf"^  {name} ", text, re.MULTILINE), name
    left_out = int(re.search(r"(\d+) fields that nothing here reads are left out; --all shows all\.", text)[1])  # type: ignore[index]
    assert left_out > 50
    assert "left out" not in shown(load_scenario(bundled()["quick"]), everything=True)


def test_a_section_a_field_and_what_was_changed_are_shown_alone() -> None:
    quick = load_scenario(bundled()["quick"])
    section = shown(quick, section="schedule")
    assert re.findall(r"^\[?(\w+)", section, re.MULTILINE) == ["Values", "field", "schedule"]
    assert "trials_per_episode" in section
    assert "A trial" not in section
    assert "episodes" not in shown(quick, section="schedule.trials_per_episode").replace("trials_per_episode", "")
    changed = shown(quick, changed=True)
    assert "episodes" in changed
    assert "trials_per_episode" not in changed
    with pytest.raises(ScenarioError, match=r"SECTION: no such section or field \(shedule\). Did you mean schedule\?"):
        shown(quick, section="shedule")


def test_values_for_programs() -> None:
    told = as_dict(load_scenario(bundled()["maturity"]), choice=Choice("sensing", everything=True))
    json.dumps(told, allow_nan=False)
    rule_field = next(field for field in told["fields"] if field["path"] == "sensing.rule")
    assert rule_field["by_condition"]["maturity"] == "traffic"
    assert (rule_field["default"], rule_field["changed"], rule_field["acts"]) == ("traffic", True, True)
    assert {field["path"].partition(".")[0] for field in told["fields"]} == {"sensing"}
    assert told["work"]["trials"] == 8_000_000
    for path in bundled().values():
        json.dumps(as_dict(load_scenario(path)), allow_nan=False)


def test_conditions_show_only_what_differs(maturity: str) -> None:
    table = maturity.partition("Conditions")[2].partition("A trial")[0]
    assert table.split()[:4] == ["condition", "learner", "sensing.rule", "exploration.rule"]
    assert "epsilon    astrocytes  firing        flat" in table
    assert re.search(r"control +none +- +-", table)


def test_one_condition_says_so() -> None:
    assert "One condition: default" in shown(Scenario())


def test_differing() -> None:
    scenario = Scenario.model_validate({"conditions": {"a": {}, "b": {"network": {"clusters": 3}}}})
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    assert differing(resolved) == ["network.clusters"]
    assert value_at(resolved["b"], "network.clusters") == 3


def test_phases_in_order(maturity: str) -> None:
    trial = maturity.partition("phase by phase")[2]
    places = [re.search(rf"^ *{n}  {phase.name}", trial, re.MULTILINE) for n, phase in enumerate(PHASES, 1)]
    assert [p.start() for p in places if p] == sorted(p.start() for p in places if p)
    assert all(places)
    assert [phase.name for phase in PHASES] == [
        "present",
        "sense",
        "activate",
        "evaluate before",
        "perturb",
        "evaluate after",
        "decide",
        "adapt",
        "record",
    ]  # spec, section 4; DESIGN, time


@pytest.mark.parametrize(
    ("fields", "phase", "expected"),
    [
        ({}, "sense", "traffic = mean |weight| of territory synapses whose pre neuron fired"),
        ({"sensing": {"rule": "firing"}}, "sense", "firing = fraction of territory neurons that fired"),
        ({}, "activate", "at most 3; exploration 0.3 / (1 + activations / 2000) per trial"),
        ({"exploration": {"rule": "flat"}}, "activate", "at most 3; exploration 0.01 per trial, flat"),
        ({"exploration": {"rule": "none"}}, "activate", "at most 3; no exploration"),
        ({"perturbation": {"scope": "single"}}, "perturb", "one synapse, anywhere; sigma 0.1, clipped to +-2"),
        ({"learner": "none"}, "perturb", "nothing (nobody learns)"),
        ({"learner": "cursor"}, "adapt", "nothing (the cursor does not adapt)"),
        (
            {},
            "adapt",
            "every 50 trials by 0.01: down above 0.15 success in the last 20, up below 0.05; within 0.1 to 0.9",
        ),
        (
            {"learner": "cursor"},
            "perturb",
            "synapses with a neuron within 2 units of the cursor; sigma 0.1, clipped to +-2",
        ),
        ({"record": {"decisions": False}}, "record", "every 250 episodes and the last"),
    ],
)
def test_rule_of_a_phase(fields: dict[str, Any], phase: str, expected: str) -> None:
    assert rule(phase, Scenario.model_validate(fields)) == expected


def test_work_of_the_main_job(maturity: str) -> None:
    work = workload(load_scenario(bundled()["maturity"]))
    assert (work.replicates, work.conditions, work.seeds) == (40, 4, 10)
    assert (work.neurons, work.synapses, work.astrocytes) == (60, 1620, 8)
    assert (work.trials_per_replicate, work.trials, work.learning_trials) == (200_000, 8_000_000, 6_000_000)
    assert (work.records_per_replicate, work.records) == (81, 3_240)
    end = maturity.partition("The work to come")[2]
    assert re.search(r"replicates +40 +4 conditions x 10 seeds", end)
    assert re.search(r"that learn +6,000,000", end)


@settings(max_examples=60, deadline=None)
@given(episodes=st.integers(1, 600), every=st.integers(1, 600))
@example(episodes=1, every=10**9)
@example(episodes=250, every=250)
@example(episodes=251, every=250)  # the last one is recorded anyway
@example(episodes=252, every=250)
@example(episodes=502, every=1)
def test_records_are_counted_as_they_are_listed(episodes: int, every: int) -> None:
    scenario = Scenario.model_validate(
        {"schedule": {"episodes": episodes}, "record": {"every": every, "weights_at": [-1]}}
    )
    assert records_of(scenario) == len(scenario.record_episodes)


def test_disk_grows_by_the_decision_log() -> None:
    """Pattern 2, decision 1, three slots of 4 bytes: 15 bytes per trial."""
    with_log = Scenario()
    without = Scenario.model_validate({"record": {"decisions": False}})
    assert bytes_of(with_log) - bytes_of(without) == 15 * 200_000


def test_size_of_a_billion_episodes_is_told_at_once() -> None:
    work = workload(Scenario.model_validate({"schedule": {"episodes": 10**9}, "record": {"every": 1}}))
    assert work.records == 10**10
    assert work.trials == 10**11


def test_words() -> None:
    assert [bytes_words(n) for n in (0, 999, 1_000, 123_456, 5e9, 3e15)] == [
        "0 bytes",
        "999 bytes",
        "1 kB",
        "123 kB",
        "5 GB",
        "3,000 TB",
    ]
    assert [seconds_words(s) for s in (0.013, 119, 120, 7200, 200_000)] == [
        "0.013 s",
        "119 s",
        "2 minutes",
        "2 hours",
        "2.31 days",
    ]


def test_every_field_of_a_wave_is_shown_with_its_range(grid: str) -> None:
    for path, facts in fields_of(WaveScenario).items():
        if path not in TABLES:
            assert re.search(rf"^ *{path.rpartition('.')[2]} ", grid, re.MULTILINE), path
            assert facts.interval.split(", ")[0] in grid, path
    assert re.search(r"^  p +0 +\[0, 1\) +program", grid, re.MULTILINE)
    assert max(len(line) for line in grid.splitlines()) <= 100


def test_networks_are_shown_with_every_width(grid: str) -> None:
    table = grid.partition("\nNetworks")[2].partition("An update")[0]
    rows = {" ".join(line[:24].split()): line.split() for line in table.splitlines() if line[:1].strip()}
    assert rows["wave_2d"][1:4] == ["sdddGGC", "(7)", "4x5-6x7-6x7-6x7-6x7-4x7-2x7-2x5"]
    assert rows["wave_2d"][4:] == ["1,494", "1,714", "240"]
    assert rows["mlp, mlp_elu, mlp_tanh"][3:] == ["all", "to", "all", "(2)", "20-20-10", "600", "630", "50"]


def test_conditions_of_a_wave_leave_out_what_means_nothing(grid: str) -> None:
    table = grid.partition("\nConditions")[2].partition("\nNetworks")[0]
    line = next(line for line in table.splitlines() if line.startswith("mlp_elu "))
    assert line.split() == ["mlp_elu", "network.model", "=", "mlp"]  # as listed where the columns would not fit
    assert "front." not in table


def test_conditions_are_columns_where_they_fit() -> None:
    scenario = load_scenario(bundled()["waves/grid_digits"])
    fewer = {name: one for name, one in scenario.conditions.items() if name != "mlp_wide"}
    table = shown(scenario.model_copy(update={"conditions": fewer})).partition("\nConditions")[2]
    line = next(line for line in table.splitlines() if line.startswith("mlp_elu "))
    assert line.split() == ["mlp_elu", "mlp", "describe", "-", "-", "elu", "unit", "0.02", "cosine"]


def test_phases_of_an_update_in_order() -> None:
    text = shown(load_scenario(bundled()["waves/astrocyte_trained"]))
    gradient, _, keep = text.partition("An update by keep or revert, phase by phase")
    _, _, gradient = gradient.partition("An update by gradient, phase by phase")
    names = [re.match(r" *\d+ +([A-Za-z]+(?: [a-z]+)?)  ", line) for line in gradient.splitlines()]
    assert [n[1] for n in names if n] == ["batch", "project", "forward", "disturb", "loss", "backward", "Adam"]
    names = [re.match(r" *\d+ +([A-Za-z]+(?: [a-z]+)?)  ", line) for line in keep.splitlines()]
    assert [n[1] for n in names if n] == [
        "batch",
        "project",
        "evaluate before",
        "disturb",
        "sense",
        "activate",
        "perturb",
        "evaluate after",
        "decide",
        "adapt",
    ]


PUBLISHED = {"network": {"variant": "published"}}


@pytest.mark.parametrize(
    ("tables", "phase", "expected"),
    [
        ({}, "batch", "128 of 1,297 images of digits; 11 updates per epoch"),
        ({}, "project", "sparse random projection to 20, one of each seed"),
        ({"front": {"standardise": True}}, "project", "sparse random projection to 20, one of each seed, z-scored"),
        (
            {"front": {"rule": "vae"}, "task": {"data": "mnist"}},
            "project",
            "VAE 784-400-20, sampled features; trained 10 passes beforehand, then fixed",
        ),
        ({}, "forward", "10 steps, reach 3; tanh after each but the last"),
        (PUBLISHED, "forward", "10 steps, reach 3; softmax over the layer after each word but the last"),
        ({"network": {"model": "mlp"}}, "forward", "2 layers, all to all; tanh after each but the last"),
        ({}, "disturb", "nothing"),
        (
            {"leak": {"sigma": 0.3}, "loss": {"p": 0.1, "when": "training"}},
            "disturb",
            "leak by the normalised kernel, border zero; loss of connections, in training only",
        ),
        ({}, "loss", "mean negative log-likelihood of log-softmax"),
        (PUBLISHED, "backward", "420 weights and 140 gains"),
        ({}, "Adam", "learning rate 0.004, constant"),
        ({"training": {"decay": "cosine"}}, "Adam", "learning rate 0.004, by cosine to 0"),
        (
            {"training": {"rule": "keep_revert"}},
            "activate",
            "at most 3, territories of radius 1; exploration 0.3 / (1 + activations / 2000) per update",
        ),
        ({"training": {"rule": "keep_revert"}}, "perturb", "sigma 0.1, clipped to +-2"),
        (
            {"training": {"rule": "keep_revert"}, "astrocytes": {"outcomes": 7}},
            "adapt",
            "every 50 trials by 0.01: down above 0.15 success in the last 7, up below 0.05; within 0.1 to 0.9",
        ),
    ],
)
def test_rule_of_an_update(tables: dict[str, Any], phase: str, expected: str) -> None:
    assert update_rule(phase, WaveScenario.model_validate(tables)) == expected


def test_work_of_a_wave() -> None:
    """Sixty microseconds per update, and eight nanoseconds per live weight and image."""
    work = workload(load_scenario(bundled()["waves/digits_sparse"]))
    assert (work.replicates, work.conditions, work.seeds) == (160, 8, 20)
    told = work.as_dict()
    assert told.pop("processor_hours") == told["seconds"] / 3600
    assert told | {"disk_bytes": 0, "seconds": 0} == {
        "conditions": 8,
        "seeds": 20,
        "cells": 160,
        "parameters": 3_020,
        "live_weights": 2_250,
        "mesh_cells": 790,
        "updates_per_cell": 70_350,
        "updates": 11_256_000,
        "disk_bytes": 0,
        "seconds": 0,
    }
    one = WaveScenario.model_validate({"task": {"data": "mnist"}})
    assert wave_seconds_of(one) == pytest.approx(0.02 + 4_690 * (10e-6 + 4e-10 * 410 * 128))


def test_interventions_are_told_by_condition() -> None:
    data = {
        "conditions": {
            "whole": {},
            "hurt": {"interventions": [{"action": "lesion_astrocytes", "at_episode": 100, "fraction": 0.5}]},
        }
    }
    text = shown(Scenario.model_validate(data))
    assert re.search(r"whole +- +nothing", text)
    assert re.search(r"hurt +before episode 100 +lesion 0\.5 of astrocytes", text)
    assert "Interventions" not in shown(Scenario())
