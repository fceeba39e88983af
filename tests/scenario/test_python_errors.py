"""Scenarios in Python: numbers of any kind, any iterable, any path-like; and one family of errors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosim import AstroModel, AstrosimError, Scenario, ScenarioError, load_scenario, open_run, resolve
from astrosim.scenario import load_run
from astrosim.scenario.words import parts
from astrosim.systems.threshold.scenario.sections import Schedule


@pytest.mark.parametrize(
    "seeds",
    [
        range(1, 4),
        np.arange(1, 4),
        [np.int64(1), np.uint8(2), 3.0],
        (n for n in (1, 2, 3)),
        {3, 1, 2},
        "1:3",
        (1, 2, 3),
    ],
)
def test_seeds_are_any_iterable_of_any_whole_numbers(seeds: Any) -> None:
    assert Scenario(seeds=seeds).seeds == (1, 2, 3)


@pytest.mark.parametrize("number", [7, 7.0, np.int16(7), np.float32(7), Fraction(7), Decimal(7)])
def test_a_number_is_a_number_of_any_kind(number: Any) -> None:
    made = Scenario(schedule={"episodes": number}, perturbation={"sigma": number})
    assert (made.schedule.episodes, made.perturbation.sigma) == (7, 7.0)
    assert (type(made.schedule.episodes), type(made.perturbation.sigma)) == (int, float)
    assert AstroModel(episodes=number).resolved_scenario.schedule.episodes == 7


def test_a_whole_number_may_be_written_with_an_exponent() -> None:
    scenario = load_scenario("quick", ["schedule.episodes=1e3"])
    assert resolve(scenario, "maturity").work == 1000 * scenario.schedule.trials_per_episode  # type: ignore[attr-defined]


def test_a_file_is_any_path_like(tmp_path: Path) -> None:
    path = tmp_path / "wiring.csv"
    path.write_text("pre,post,weight\n")
    assert Scenario(network={"wiring": path}).network.wiring == Scenario(network={"wiring": str(path)}).network.wiring


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: Scenario(seeds=[1.5]), "seeds[0]: not a whole number (1.5). Write a list of different whole numbers"),
    (lambda: Scenario(seeds=np.array([1, 1])), "seeds: a seed is listed twice (1). Name each seed once."),
    (lambda: Scenario(seed=1), "seed: unknown key (1). Did you mean seeds?"),
    (lambda: Scenario(network={"wiring": Path("none.csv")}), "network.wiring: no such file ('none.csv'). "),
    (lambda: Scenario.model_validate({"learner": "astrocyte"}), 'learner: not a valid choice ("astrocyte"). Did you '),
    (lambda: Scenario.model_validate_json('{"seeds": []}'), "seeds: too short"),
    (lambda: Schedule(episode=1), "episode: unknown key (1). Did you mean episodes?"),
    (
        lambda: setattr(Scenario(), "seeds", (1,)),
        "seeds: a scenario stays as it is. Build another one: scenario.changed(",
    ),
    (lambda: setattr(Scenario().schedule, "episodes", 3), "episodes: a scenario stays as it is. "),
    (lambda: delattr(Scenario(), "seeds"), "seeds: a scenario stays as it is. "),
    (
        lambda: resolve(Scenario(conditions={"a": {"schedule": {"episodes": "x"}}}), "a"),
        "schedule.episodes: not a whole",
    ),
    (lambda: AstroModel(rate=3), "rate: several fields have this name (decision.rate, plasticity.rate). Write one of"),
    (lambda: AstroModel(network=3), "network: not a network (int). Give a Network, such as "),
    (lambda: load_scenario("quik"), "quik: no such file or bundled scenario. Did you mean quick?"),
    (lambda: load_scenario("quick", ["seeds=x"]), "overrides: seeds: no range of seeds ('x')."),
    (lambda: load_scenario("quick", (), ["contrl"]), "conditions: no such condition (contrl). Did you mean control?"),
    (lambda: load_run("nothere"), "nothere: no such run directory. Name that of a run; "),
    (lambda: open_run("nothere"), "nothere: no such run directory. Name that of a run; "),
    (
        lambda: Scenario(interventions=[{"action": "lesion_astrocytes", "at_trial": 1, "astrocytes": [1]}]),
        "interventions[0].astrocytes: unknown key ([1]). Did you mean interventions[0].which?",
    ),
    (
        lambda: Scenario(interventions=[{"action": "lesion_astrocytes", "at_trial": 1, "which": [1], "foo": 3}]),
        "interventions[0].foo: unknown key (3). Valid here: action, label, at_trial, ",
    ),
]


@pytest.mark.parametrize(("code", "expected"), WRONG)
def test_every_error_is_of_one_family(code: Callable[[], Any], expected: str) -> None:
    with pytest.raises(AstrosimError) as caught:
        code()
    assert str(caught.value).startswith(expected)


def test_the_advice_of_an_unchangeable_scenario_works() -> None:
    changed = Scenario().changed({"schedule.episodes": 100, "seeds": range(2)})
    assert (changed.schedule.episodes, changed.seeds) == (100, (0, 1))


def test_a_bundled_scenario_is_found_by_name() -> None:
    assert Scenario.load("quick") == load_scenario("quick") == Scenario.load(Path("quick"))


def test_conditions_that_were_not_chosen_are_not_looked_at() -> None:
    shortened = ["schedule.episodes=100"]
    with pytest.raises(ScenarioError, match=r"conditions\.all_halfway"):
        load_scenario("lesion", shortened)
    assert list(load_scenario("lesion", shortened, ["whole"]).conditions) == ["whole"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "my file.toml:53: network.p_within: too large (1.5). Write a number from 0 to 1.",
            ("my file.toml", 53, "network.p_within", "too large (1.5).", "Write a number from 0 to 1."),
        ),
        (
            "--set: schedule.episods: unknown key (1). Did you mean schedule.episodes?",
            ("--set", None, "schedule.episods", "unknown key (1).", "Did you mean schedule.episodes?"),
        ),
        ("--seeds: listed twice (1). Name it once.", ("--seeds", None, "seeds", "listed twice (1).", "Name it once.")),
        ("s.toml:1: scenario: no (a. B). Write x.", ("s.toml", 1, "scenario", "no (a. B).", "Write x.")),
    ],
)
def test_a_problem_taken_apart(line: str, expected: tuple[Any, ...]) -> None:
    assert tuple(parts(line).values()) == expected
    assert list(parts(line)) == ["file", "line", "field", "message", "remedy"]
