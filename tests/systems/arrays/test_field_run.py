"""Runs on receptive fields: the same bytes whatever interrupts them; what they store; that they learn."""

from __future__ import annotations

import random
import signal
import time

import numpy as np
import pytest
from field_cases import small
from later import later
from run_helpers import carry_out, contents, differing, go_on, said, start

from astrosim.report import write_report
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.directory import RunDirectory
from astrosim.runs.replicate import make_replicates
from astrosim.scenario import condition_names, resolve
from astrosim.summary import read
from astrosim.systems.arrays.runner import RUNNER

RULES = ("astrocytes", "random_mask", "one_plus_one", "spsa", "backpropagation")
CONDITIONS = {name: {"learner": {"rule": name}} for name in RULES}
SMALL = small(conditions=CONDITIONS, learner={"average": 0.5, "rate": 0.02})
LONG = small(schedule={"trials": 10_000}, record={"every": 500}, seeds=[3], conditions={}, batches={"last": 140})
ALWAYS = {"ASTROSIM_CHECKPOINT_SECONDS": "0"}
COLUMNS = [
    "condition", "seed", "data", "learner", "device", "units", "synapses", "trials", "sample_evaluations",
    "synapse_evaluations", "accept_rate", "test_accuracy", "validation_accuracy", "test_reward", "train_reward",
    "wall_s",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All learners, undisturbed."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


def test_summary_and_store_say_the_same(whole):
    rows, dataset = read(whole).rows, open_run(whole)
    assert [list(row) for row in rows] == [COLUMNS] * 10
    assert list(dataset.record.values) == [100, 200, 300]
    for row in rows:
        own = dataset.sel(condition=row["condition"], seed=row["seed"])
        for name in ("test_accuracy", "validation_accuracy", "test_reward", "sample_evaluations"):
            assert own[name].values[-1] == row[name]
        assert own.confusion.values.sum() == 150
        assert np.trace(own.confusion.values) == pytest.approx(150 * row["test_accuracy"])
        assert np.isfinite(own.final_weight.values).all()
    astrocytes = dataset.sel(condition="astrocytes")
    assert astrocytes.astrocyte_tried.sum("astrocyte").values.tolist() == [300, 300]


def test_all_learners_see_the_same_number_of_images(whole):
    counts = {row["condition"]: row["sample_evaluations"] for row in read(whole).rows}
    assert set(counts.values()) == {int(SMALL.batch_sizes.sum()) * 50}


def test_reward_rises_under_every_learner(whole):
    reward = open_run(whole).train_reward
    assert (reward.values[..., 0] > -2.3027).all()
    assert (reward.isel(record=-1) > reward.isel(record=0)).all()


def test_any_number_of_workers_gives_the_same_bytes(whole, tmp_path):
    run_scenario(SMALL, tmp_path / "two", workers=2)
    assert differing(contents(tmp_path / "two"), contents(whole)) == []


def test_a_rerun_is_identical(whole):
    assert rerun(whole, workers=1).identical


def test_the_agents_engine_stores_the_same(whole, tmp_path):
    kept = {name: CONDITIONS[name] for name in RULES[:3]}
    run_scenario(SMALL.model_copy(update={"engine": "agents", "conditions": kept}), tmp_path / "agents", workers=1)
    one, other = open_run(tmp_path / "agents"), open_run(whole).sel(condition=list(kept))
    for name in ("test_reward", "train_reward", "final_weight", "astrocyte_kept", "sample_evaluations"):
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


class Once:
    """Stops a replicate at every look."""

    def __call__(self) -> bool:
        return True


def test_stops_after_every_batch_change_nothing(whole, tmp_path):
    resolved = {name: resolve(SMALL, name) for name in condition_names(SMALL)}
    directory, stops = tmp_path, 0
    RunDirectory(directory).arrays(lambda: RUNNER.layout(SMALL, resolved, None))
    for replicate in make_replicates(tuple(resolved), SMALL.seeds):
        control = Control(stopped=Once(), checkpoint_seconds=1e9, stretch_seconds=0)
        while True:
            try:
                carry_out(directory, [replicate], resolved, control)
                break
            except Stopped:
                stops += 1
    assert stops == 10 * 6
    one, other = open_run(directory), open_run(whole)
    for name in ("test_reward", "train_reward", "final_weight", "accept_rate"):
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.mark.parametrize("times", [1, *later(3)])
def test_kills_at_random_moments_leave_the_same_bytes(tmp_path, times):
    run_scenario(LONG, tmp_path / "whole", workers=1)
    begin = time.monotonic()
    process = start(tmp_path / "first", LONG, 1, **ALWAYS)
    process.join(60)
    longest = time.monotonic() - begin
    assert process.exitcode == 0
    chance, kills, directory = random.Random(1), 0, tmp_path / "run"
    while True:
        process = start(directory, go_on(directory, LONG), 1, **ALWAYS)
        process.join(chance.uniform(0, longest) if kills < times else 60)
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), said(directory).read_text()
        if process.exitcode == 0:
            break
        kills += 1
    assert differing(contents(directory), contents(tmp_path / "whole")) == []


def test_a_report_tells_results_costs_and_what_locality_does_not_buy(whole):
    text = write_report(whole).read_text()
    assert "What locality does not buy: accuracy." in text
    for name in RULES:
        assert f'<td class="text">{name}</td>' in text
    assert text.count("<figure ") == 4
    for row in read(whole).rows:
        assert f"<td>{row['test_accuracy']:.4f}</td>" in text


def test_astrocytes_learn_digits(tmp_path):
    """The full recipe of a few thousand trials; what a constant answer gets is .1."""
    scenario = small(
        seeds=[1], task={"train": 0, "test": 360, "validation": 0}, network={"units": 64},
        batches={"first": 1437, "last": 1437, "stay": 1000}, schedule={"trials": 10_000}, record={"every": 5000},
    )  # fmt: skip
    run_scenario(scenario, tmp_path / "run", workers=1)
    (row,) = read(tmp_path / "run").rows
    assert row["test_accuracy"] > 0.95
    assert np.isnan(row["validation_accuracy"])
