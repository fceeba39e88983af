"""Runs on tables: test rows are looked at once, what was read is kept and told, the same bytes again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from astrosim.core.errors import ScenarioError
from astrosim.report import write_report
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.scenario import load_scenario
from astrosim.scenario.library import create
from astrosim.summary import read

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
