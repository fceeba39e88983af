"""Runs on tables: test rows are looked at once, what was read is kept and told, the same bytes again."""

from __future__ import annotations

import html
import io
import json
import sys

import numpy as np
import pytest
from rich.console import Console

from astrosim.core.errors import ScenarioError
from astrosim.explain import explain
from astrosim.report import write_report
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.scenario import load_scenario
from astrosim.scenario.library import create
from astrosim.summary import read
from astrosim.systems.arrays.baselines import NAMES, baselines
from astrosim.systems.arrays.beside import _found
from astrosim.systems.arrays.data import loaded, rows_of
from astrosim.systems.arrays.tables.parts import duplicates, split
from astrosim.systems.arrays.tables.remarks import remarks

TABLE = """
kind = "task"
name = "small"
seeds = [3, 4]
[task]
data = "beds.csv"
target = "{target}"
groups = "plot"
leave_out = ["{other}"]
test = 0.25
[network]
units = 16
[learner]
average = 0
[schedule]
trials = 1_000
[record]
every = 500
"""


def beds(folder, target="yield"):
    """A scenario beside a table with plots of four rows, a number and a class to be learned."""
    random = np.random.default_rng(0)
    lines = ["plot,water,light,yield,grade"]
    for k in range(120):
        water, light = random.standard_normal(2)
        made = 2 * water - light + 0.1 * random.standard_normal()
        lines.append(f"p{k // 4},{water:.3f},{light:.3f},{made:.3f},{'high' if made > 0 else 'low'}")
    (folder / "beds.csv").write_text("\n".join(lines) + "\n")
    path = folder / "small.toml"
    path.write_text(TABLE.format(target=target, other="grade" if target == "yield" else "yield"))
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run on numbers, one on classes."""
    found = {}
    for target in ("yield", "grade"):
        folder = tmp_path_factory.mktemp(target)
        run_scenario(load_scenario(beds(folder, target)), folder / "run", workers=1)
        (folder / "beds.csv").unlink()
        found[target] = folder / "run"
    return found


def test_numbers_and_classes_are_learned(runs):
    for target, score in (("yield", "r2"), ("grade", "accuracy")):
        rows = read(runs[target]).rows
        assert list(rows[0])[:2] == ["condition", "seed"]
        assert {"trials", "images", f"test_{score}", f"validation_{score}"} <= set(rows[0])
        assert all(row[f"test_{score}"] > 0.5 for row in rows)


def test_test_rows_are_looked_at_once_at_the_end(runs):
    dataset = open_run(runs["yield"])
    assert np.isnan(dataset.test_r2.values[..., 0]).all()
    assert np.isfinite(dataset.test_r2.values[..., -1]).all()
    assert np.isfinite(dataset.validation_r2.values).all()


def test_stored_outputs_give_the_score(runs):
    rows, dataset = read(runs["yield"]).rows, open_run(runs["yield"])
    for row in rows:
        own = dataset.sel(condition=row["condition"], seed=row["seed"])
        wanted, found = own.test_target.values[:, 0], own.test_output.values[:, 0]
        known = np.isfinite(wanted)
        error = ((wanted[known] - found[known]) ** 2).sum()
        assert row["test_r2"] == pytest.approx(
            1 - error / ((wanted[known] - wanted[known].mean()) ** 2).sum(), abs=1e-4
        )
        assert own.importance.values.argmax() == 0
    dataset = open_run(runs["grade"])
    for row in read(runs["grade"]).rows:
        own = dataset.sel(condition=row["condition"], seed=row["seed"])
        confusion = own.confusion.values
        assert np.trace(confusion) / confusion.sum() == pytest.approx(row["test_accuracy"])


def test_what_was_read_is_told_and_kept(runs):
    told = json.loads((runs["yield"] / "provenance.json").read_text())["sessions"][0]["sources"]["default"]
    assert (told["rows"], told["inputs"], told["outputs"]) == (120, ["water", "light"], ["yield"])
    assert len(told["sha256"]) == 64
    (kept,) = (runs["yield"] / "inputs").iterdir()
    assert kept.read_text().startswith("plot,water,light")
    page = write_report(runs["yield"]).read_text(encoding="utf-8")
    assert told["sha256"] in page
    assert "Inputs that carry the answer" in page
    assert "Predicted and true numbers" in page
    page = write_report(runs["grade"]).read_text(encoding="utf-8")
    assert "Reliability of the probabilities" in page


def test_a_run_comes_out_again_to_the_bit_without_the_first_file(runs):
    result = rerun(runs["yield"], workers=1)
    assert result.differences == ()
    assert result.identical


def test_a_new_scenario_of_a_table_is_filled_in(tmp_path):
    beds(tmp_path)
    path = create("mine", tmp_path, "task", data="beds.csv")
    text = path.read_text()
    assert "# 120 rows, 33 inputs, learns 2 classes" in text
    assert 'target = "grade"' in text
    assert 'categories = "one_hot"' in text
    assert load_scenario(path).outputs == 2
    for data, expected in (("nothing.csv", "--data: no such file"), ("digits", "--data: no table (digits).")):
        with pytest.raises(ScenarioError) as caught:
            create("other", tmp_path, "task", data=data)
        assert expected in str(caught.value)


def test_baselines_are_stored_with_the_run_and_shown_beside_it(runs):
    for target, score, names in (("yield", "r2", NAMES["number"]), ("grade", "accuracy", NAMES["label"])):
        found = read(runs[target])
        scenario, dataset = found.resolved["default"], open_run(runs[target])
        assert dataset.baseline_name.values[0].tolist() == list(names)
        for seed in (3, 4):
            rows = rows_of(scenario, seed, None)
            parts = [
                (part.inputs.astype(float), part.targets[:, 0].astype(float) if target == "yield" else part.labels)
                for part in (rows.train, rows.validation, rows.test)
            ]
            own = baselines(*parts, "number" if target == "yield" else "label", settings=1, seed=seed)
            stored = dataset.sel(condition="default", seed=seed)
            assert stored.baseline_score.values.tolist() == [one.score for one in own]
            assert stored.baseline_validation.values.tolist() == [one.validation for one in own]
        shown = [(row["condition"], row["seed"], row[f"test_{score}"]) for row in found.baselines]
        assert shown[:2] == [
            (f"sklearn: {names[0]}", seed, float(dataset.baseline_score.sel(seed=seed)[0, 0])) for seed in (3, 4)
        ]
        assert len(shown) == 8
        console = Console(file=io.StringIO(), width=120)
        console.print(found.table())
        page = write_report(runs[target]).read_text(encoding="utf-8")
        for name in names:
            assert f"sklearn: {name}" in console.file.getvalue()
            assert f"sklearn: {name}</td>" in page


def test_without_scikit_learn_a_sentence_says_so(tmp_path, monkeypatch):
    path = beds(tmp_path)
    for module in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    _found.clear()
    run_scenario(load_scenario(path, ["seeds=[3]"]), tmp_path / "run", workers=1)
    _found.clear()
    assert read(tmp_path / "run").baselines == []
    (text,) = read(tmp_path / "run").alarm_texts()
    assert text.startswith("Baselines by scikit-learn are not shown: it was not installed.")
    assert text in html.unescape(write_report(tmp_path / "run").read_text(encoding="utf-8"))


def test_none_are_computed_where_none_are_wanted(tmp_path):
    scenario = load_scenario(beds(tmp_path), ["seeds=[3]", "record.baselines=0"])
    run_scenario(scenario, tmp_path / "run", workers=1)
    assert read(tmp_path / "run").alarm_texts() == []
    assert "baseline_name" not in open_run(tmp_path / "run")


def test_constant_columns_and_repeated_rows_are_told(runs, tmp_path):
    assert read(runs["yield"]).alarm_texts() == []
    path = beds(tmp_path)
    table = tmp_path / "beds.csv"
    head, *lines = table.read_text().splitlines()
    rows = [f"{line},1.5" for line in lines]
    repeated = [row.replace(row.split(",")[0], f"q{k}") for k, row in enumerate(rows)]
    table.write_text("\n".join([f"{head},soil", *rows, *repeated]) + "\n")
    scenario = load_scenario(path, ["task.groups=''", "task.leave_out=['plot', 'grade']", "record.baselines=0"])
    parts = {seed: split(loaded(scenario), seed, 0.25, 0.15) for seed in (3, 4)}
    counted = {seed: duplicates(loaded(scenario), own) for seed, own in parts.items()}
    seed = max(counted, key=lambda one: (counted[one], one))
    constant, twice = remarks(loaded(scenario), scenario.task, scenario.seeds)
    assert constant == "1 of 3 inputs never change (soil): kept, but they tell nothing. task.leave_out drops them."
    assert counted[seed] > 50
    assert twice.startswith(f"{counted[seed]} of 96 validation and test rows of seed {seed} have the same inputs as a")
    run_scenario(scenario, tmp_path / "run", workers=1)
    assert read(tmp_path / "run").alarm_texts() == [constant, twice]
    assert constant in write_report(tmp_path / "run").read_text(encoding="utf-8")
    console = Console(file=io.StringIO(), width=200)
    explain(scenario, console)
    assert f"Note: {constant}" in console.file.getvalue()
