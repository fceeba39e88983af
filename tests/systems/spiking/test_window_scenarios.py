"""Scenarios of spiking networks that learn: from the file to the run, and back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from places import ROOT
from typer.testing import CliRunner

import astrosim
from astrosim.cli import app
from astrosim.contracts.registry import system_of
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.systems.spiking.learners.recipe import Recipe, condition
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario

FOLDER = ROOT / "scenarios" / "spiking"
SHIPPED = ("eight_patterns", "calcium_wakes", "coupling")
PATTERNS = [["000", "10"], ["100", "01"], ["010", "11"]]
SMALL: dict[str, Any] = {
    "kind": "spiking",
    "name": "small",
    "seeds": [3],
    "network": {"inputs": 3, "outputs": 2},
    "task": {"patterns": PATTERNS},
}


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows_of(directory: Path) -> list[dict[str, str]]:
    with (directory / "summary.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_are_of_this_system(name: str) -> None:
    scenario = load_scenario(FOLDER / f"{name}.toml")
    assert isinstance(scenario, WindowScenario)
    assert len(scenario.seeds) == 100
    assert [resolve(scenario, one).schedule.trials for one in condition_names(scenario)] == [20_000] * len(
        condition_names(scenario)
    )


def test_conditions_resolve_to_the_recipes_of_their_names() -> None:
    scenario = load_scenario(FOLDER / "eight_patterns.toml")
    names = ("random", "calcium", "strict")
    assert tuple(condition_names(scenario)) == names
    for name in names:
        found, expected = resolve(scenario, name).recipe, condition(name)
        assert found.adaptation.model_dump() == expected.adaptation.model_dump()
        for part in ("network", "windows", "astrocytes", "trials"):
            assert getattr(found, part) == getattr(expected, part)


def test_a_file_with_patterns_learns_and_one_without_does_not() -> None:
    assert system_of("spiking", {"task": {"patterns": []}}).name == "spiking_learning"
    assert system_of("spiking", {"network": {}}).name == "spiking"


def test_a_run_gives_the_known_counts(tmp_path: Path) -> None:
    """Trials to all 40 bits on two seeds: the figures in the head of the scenario stand on them."""
    directory = tmp_path / "run"
    call("run", str(FOLDER / "eight_patterns.toml"), "--seeds", "5000:2", "--out", str(directory), "--workers", "1")
    found = {(row["condition"], row["seed"]): int(row["solved_trial"]) for row in rows_of(directory)}
    assert found["random", "5000"] == 1085
    assert found["random", "5001"] == 1563
    assert len(found) == 6
    for row in rows_of(directory):
        assert row["mean_accuracy"] == "1.0"
        assert float(row["biological_s"]) == pytest.approx(0.16 * int(row["trials"]))
        assert int(row["kept"]) + int(row["reverted"]) + int(row["idle"]) == int(row["trials"])
    dataset = astrosim.open_run(directory)
    own = dataset.sel(condition="calcium", seed=5000)
    trials = next(int(row["trials"]) for row in rows_of(directory) if row["condition"] == "calcium")
    decision = own["decision"].values
    assert (decision[:trials] >= -1).all()
    assert (decision[trials:] == -2).all()
    assert np.diff(own["right_bits"].values[: trials // 50]).max() > 0
    assert np.isfinite(own["calcium"].values[: trials // 50]).all()


def test_seeds_that_do_not_solve_are_told(tmp_path: Path) -> None:
    file, directory = tmp_path / "small.toml", tmp_path / "run"
    file.write_text(tomli_w.dumps({**SMALL, "schedule": {"trials": 3}}), "utf-8")
    text = call("run", str(file), "--out", str(directory), "--workers", "1")
    assert rows_of(directory)[0]["solved_trial"] == ""
    assert "> 3" in text
    page = (directory / "report.html").read_text("utf-8")
    assert page.count("<img") >= 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"network": {"weight_pa": 450.5}}, "network.weight_pa"),
        ({"network": {"delay_ms": 1.3}}, "network.delay_ms: 1.3 is no multiple of the step, 0.5"),
        ({"network": {"parameters": {"C_n": 1.0}}}, "network.parameters: iaf_psc_exp has no C_n"),
        ({"network": {"parameters": {"tau_m": -2.0}}}, "network.parameters.tau_m: -2 ms. Write a number above 0"),
        ({"network": {"parameters": {"tau_m": "long"}}}, "network.parameters.tau_m: no number ('long')"),
        ({"network": {"inputs": 2, "outputs": 2}}, "task.patterns: 3 input bits, but network.inputs = 2"),
        ({"task": {"patterns": [["00", "1"], ["0", "1"]]}}, "the input of pattern 2 has another length"),
        ({"astrocytes": {"activation": "loud"}}, "astrocytes.activation"),
        ({"calcium": {"parameters": {"tau_IP3": 0.0}}}, "calcium.parameters.tau_IP3: 0 ms"),
    ],
)
def test_bad_input_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(tomli_w.dumps({**SMALL, **changes}), "utf-8")
    result = CliRunner().invoke(app, ["validate", str(file)])
    assert result.exit_code == 2
    assert told in result.output.replace("\n", " ")
    assert "Traceback" not in result.output


def test_defaults_are_those_of_the_recipe() -> None:
    tables = {"kind": "spiking", "task": {"patterns": [list(pair) for pair in Recipe().windows.patterns]}}
    scenario = WindowScenario.model_validate(tables)
    for part in ("network", "windows", "astrocytes", "trials"):
        assert getattr(scenario.recipe, part) == getattr(Recipe(), part)
