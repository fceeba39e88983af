"""`astrosim explain`: what it prints, and that its estimates are what can be counted by hand."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from astrosim.explain import bytes_words, differing, explain, rule, seconds_words, value_at
from astrosim.phases import PHASES
from astrosim.scenario import Scenario, condition_names, load_scenario, resolve
from astrosim.scenario.fields import FIELDS
from astrosim.scenario.library import bundled
from astrosim.workload import bytes_of, records_of, workload


def shown(scenario: Scenario, width: int = 100) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    explain(scenario, console, file="here.toml")
    return console.export_text()


@pytest.fixture(scope="module")
def maturity() -> str:
    return shown(load_scenario(bundled()["maturity"]))


def test_every_field_has_unit_source_and_meaning() -> None:
    for path, facts in FIELDS.items():
        if path not in ("conditions", "reference"):
            assert facts.meaning, path
            assert facts.source, path
            assert facts.unit or isinstance(facts.default, str | int | tuple), path


def test_every_field_is_shown_with_its_range(maturity: str) -> None:
    for path, facts in FIELDS.items():
        if path not in ("conditions", "reference", "interventions"):
            name = path.rpartition(".")[2]
            assert re.search(rf"^ *{name} ", maturity, re.MULTILINE), path
            first = facts.interval.split(", ")[0]
            assert first in maturity, path


def test_nothing_is_wider_than_the_console(maturity: str) -> None:
    assert max(len(line) for line in maturity.splitlines()) <= 100


def test_values_and_their_marks(maturity: str) -> None:
    assert re.search(r"radius +3 units +\(0, 1e\+06\] +3\.2 +territory", maturity)
    assert re.search(r"^  rule +by condition +firing", maturity, re.MULTILINE)
    changed = shown(Scenario.model_validate({"network": {"clusters": 7}}))
    assert re.search(r"clusters +7 clusters \* +\[1, 100000\]", changed)


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
        ({}, "activate", "at most 3; exploration 0.3 / (1 + activations / 2000) a trial"),
        ({"exploration": {"rule": "flat"}}, "activate", "at most 3; exploration 0.01 a trial, flat"),
        ({"exploration": {"rule": "none"}}, "activate", "at most 3; no exploration"),
        ({"perturbation": {"scope": "single"}}, "perturb", "one synapse, anywhere; sigma 0.1, clipped to +-2"),
        ({"learner": "none"}, "perturb", "nothing (nobody learns)"),
        ({"learner": "cursor"}, "adapt", "nothing (the cursor does not adapt)"),
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
    assert (work.cells, work.conditions, work.seeds) == (40, 4, 10)
    assert (work.neurons, work.synapses, work.astrocytes) == (60, 1620, 8)
    assert (work.trials_per_cell, work.trials, work.learning_trials) == (200_000, 8_000_000, 6_000_000)
    assert (work.records_per_cell, work.records) == (81, 3_240)
    end = maturity.partition("The work to come")[2]
    assert re.search(r"cells +40 +4 conditions x 10 seeds", end)
    assert re.search(r"that learn +6,000,000", end)


@pytest.mark.parametrize("episodes", [1, 2, 3, 249, 250, 251, 252, 500, 501, 502])
@pytest.mark.parametrize("every", [1, 2, 250, 10**9])
def test_records_are_counted_as_they_are_listed(episodes: int, every: int) -> None:
    scenario = Scenario.model_validate(
        {"schedule": {"episodes": episodes}, "record": {"every": every, "weights_at": [-1]}}
    )
    assert records_of(scenario) == len(scenario.record_episodes)


def test_disk_grows_by_the_decision_log() -> None:
    """Pattern 2, decision 1, three slots of 4 bytes: 15 bytes a trial."""
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
