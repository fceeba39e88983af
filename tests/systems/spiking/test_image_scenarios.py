"""Scenarios of spiking units that learn images: from the file to the run, and back."""

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
from astrosim.scenario import load_scenario
from astrosim.systems.arrays.data import images_of
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe
from astrosim.systems.spiking.learners.fields import FieldLearning

FOLDER = ROOT / "scenarios" / "spiking"
SMALL: dict[str, Any] = {
    "kind": "spiking",
    "name": "small",
    "seeds": [3],
    "task": {"data": "digits", "split": "drawn", "test": 100, "validation": 50, "train": 300, "window_ms": 20.0},
    "network": {"units": 16},
    "batches": {"first": 300, "last": 300, "stay": 100},
    "schedule": {"trials": 1000},
    "record": {"every": 500},
}


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def row_of(directory: Path) -> dict[str, str]:
    with (directory / "summary.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    return row


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a run of the small scenario."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "small.toml").write_text(tomli_w.dumps(SMALL), "utf-8")
    call("run", str(folder / "small.toml"), "--out", str(folder / "run"), "--workers", "1")
    return folder / "run"


def test_shipped_scenarios_are_of_this_system() -> None:
    digits, mnist = (load_scenario(FOLDER / f"{name}.toml") for name in ("digits", "mnist"))
    assert isinstance(digits, ImageScenario)
    assert isinstance(mnist, ImageScenario)
    assert digits.seeds == tuple(range(5100, 5110))
    assert digits.recipe.batch_sizes.tolist() == [1437] * 50
    assert (mnist.sizes.train, mnist.sizes.validation, mnist.sizes.test) == (55_000, 5_000, 10_000)
    assert digits.recipe == FieldRecipe(first=1437, last=1437, trials=50_000)


def test_a_file_with_data_is_of_images() -> None:
    assert system_of("spiking", {"task": {"data": "digits"}}).name == "spiking_images"
    assert system_of("spiking", {"task": {"patterns": []}}).name == "spiking_learning"


def test_defaults_are_those_of_the_recipe() -> None:
    scenario = ImageScenario.model_validate({"kind": "spiking", "task": {"data": "digits"}})
    assert scenario.recipe == FieldRecipe(split="given", test=0, first=500, last=20_000, trials=60_000)


def test_a_seed_draws_the_split_of_other_networks_on_images() -> None:
    task = {"data": "digits", "split": "drawn", "test": 100, "validation": 50}
    other = images_of(ArrayScenario.model_validate({"kind": "task", "task": task}), 7, None)
    own = FieldLearning(FieldRecipe(test=100, validation=50, units=1), 7).parts
    for name in ("train", "validation", "test"):
        assert np.array_equal(getattr(own, name).inputs, getattr(other, name).inputs)
        assert np.array_equal(getattr(own, name).labels, getattr(other, name).labels)


def test_a_run_is_that_of_the_learner_in_python(small: Path) -> None:
    learner = FieldLearning(load_scenario(small / "scenario.toml").recipe, 3)
    learner.advance(1000)
    row, stored = row_of(small), astrosim.open_run(small).isel(condition=0, seed=0)
    assert float(row["test_accuracy"]) == learner.accuracy() > 0.4
    assert float(row["train_reward"]) == learner.reward
    assert int(row["sample_evaluations"]) == learner.learning.counts[0] == 300 * 1000
    assert np.array_equal(stored["astrocyte_kept"].values, learner.learning.tally[1])
    assert stored["confusion"].values.sum() == 100
    assert stored["test_accuracy"].values.tolist()[-1] == np.trace(stored["confusion"].values) / 100
    kept = np.concatenate([array.reshape(-1) for array in learner.learning.parameters()])
    assert np.array_equal(stored["final_weight"].values, kept)


def test_a_run_is_repeated_to_the_byte_and_its_weights_are_placed(small: Path) -> None:
    assert "identical" in call("rerun", str(small), "--workers", "1")
    call("export", str(small), "--format", "csv", "--out", str(small.parent / "tables"))
    with (small.parent / "tables" / "parameters.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 16 * (16 + 1 + 10) + 10
    own = [row for row in rows if row["parameter_unit"] == "0" and row["parameter_layer_in_words"] == "incoming"]
    places = {(int(row["parameter_x"]), int(row["parameter_y"])) for row in own}
    (left, top) = min(places)
    assert places == {(left + x, top + y) for x in range(4) for y in range(4)}


def test_what_was_learned_answers_as_the_run_was_judged(small: Path) -> None:
    trained = astrosim.load_trained(small)
    test = FieldLearning(trained.scenario.recipe, 3).parts.test
    answers = trained(test.inputs / 16.0)
    assert np.mean(answers == test.labels) == float(row_of(small)["test_accuracy"])
    assert trained.weights["incoming"].shape == (16, 16)
    assert "digits" in trained.describe()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"task": {"data": "letters"}}, "task.data"),
        ({"task": {"data": "digits", "window_ms": 20.5}}, "task.window_ms: 20.5 is no multiple of the step, 1"),
        ({"task": {"data": "digits", "split": "drawn"}}, "task.test"),
        ({"network": {"delay_ms": 0.3}}, "network.delay_ms: 0.3 is no multiple of the step"),
        ({"network": {"field": 9}}, "network.field: larger than the images, 8 x 8 pixels (9). Write 8 or less"),
        ({"network": {"parameters": {"tau_m": 0.0}}}, "network.parameters.tau_m: 0 ms. Write a number above 0"),
        ({"network": {"parameters": {"tau": 3.0}}}, "network.parameters: iaf_psc_exp has no tau"),
        ({"batches": {"first": 300, "last": 200}}, "batches.last: smaller than batches.first"),
        ({"perturbation": {"cap": 0.1, "last_cap": 0.2}}, "perturbation.last_cap: above perturbation.cap"),
        ({"record": {"every": 150}}, "record.every: no multiple of batches.stay"),
        ({"learner": {"rule": "spsa"}}, "learner.rule"),
    ],
)
def test_bad_input_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(tomli_w.dumps({**SMALL, **changes}), "utf-8")
    result = CliRunner().invoke(app, ["validate", str(file)])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_run_goes_on_to_the_bytes_of_a_longer_one(small: Path, tmp_path: Path) -> None:
    longer, whole = tmp_path / "longer", tmp_path / "whole"
    call("run", str(small / "scenario.toml"), "--out", str(longer), "--workers", "1")
    call("run", str(longer), "--resume", "--set", "schedule.trials=1500", "--workers", "1")
    call("run", str(small / "scenario.toml"), "--set", "schedule.trials=1500", "--out", str(whole), "--workers", "1")
    one, other = (
        {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}
        for root in (longer / "trajectory.zarr", whole / "trajectory.zarr")
    )
    assert one == other
    times = {"wall_s": ""}
    assert row_of(longer) | times == row_of(whole) | times


def test_batches_that_grow_over_the_run_do_not_go_on(small: Path, tmp_path: Path) -> None:
    file, run = tmp_path / "growing.toml", tmp_path / "run"
    tables = {**SMALL, "batches": {"first": 100, "last": 200, "stay": 100}, "schedule": {"trials": 500}}
    file.write_text(tomli_w.dumps(tables), "utf-8")
    call("run", str(file), "--out", str(run), "--workers", "1")
    result = CliRunner().invoke(app, ["run", str(run), "--resume", "--set", "schedule.trials=1000"])
    assert result.exit_code == 2
    assert "batches.last: batches grow to it over the run" in " ".join(result.output.split())
