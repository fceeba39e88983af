"""Wave scenarios as runs: the same bytes whatever interrupts them or trains beside them, and on either engine."""

from __future__ import annotations

import random
import signal
import time
from typing import Any

import numpy as np
import pytest
import torch
from later import later
from run_helpers import carry_out, contents, differing, go_on, said, start

from astrosim.core.errors import AstrosimError
from astrosim.datasets import load
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.directory import RunDirectory
from astrosim.runs.replicate import Replicate, make_replicates
from astrosim.scenario import condition_names, resolve
from astrosim.store.replicates import commit_path
from astrosim.systems.waves import WaveNet
from astrosim.systems.waves.fronts import project, sparse_projection
from astrosim.systems.waves.runner import RUNNER
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.summary import WaveSummary

COLUMNS = [
    "condition",
    "seed",
    "data",
    "model",
    "epochs",
    "updates",
    "test_accuracy",
    "test_loss",
    "train_loss",
    "validation_accuracy",
    "collapsed",
    "largest_class_share",
    "live_weights",
    "parameters",
    "steps",
    "cells",
    "device",
    "wall_s",
]


def small(**changes: Any) -> WaveScenario:
    """Two networks on a part of scikit-learn's digits, two seeds, three epochs."""
    data: dict[str, Any] = {
        "name": "small",
        "seeds": [3, 8],
        "task": {"train": 300, "test": 100, "validation": 50},
        "schedule": {"epochs": 3, "batch": 64},
        "conditions": {"wave": {}, "mlp": {"network": {"model": "mlp"}}},
    }
    return WaveScenario.model_validate(data | changes)


SMALL = small()
VAE = {"rule": "vae", "hidden": 16, "width": 20, "epochs": 2}
ALWAYS = {"ASTROSIM_CHECKPOINT_SECONDS": "0"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The small experiment, undisturbed."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


def test_summary_and_store_say_the_same(whole):
    rows, dataset = WaveSummary.read(whole).rows, open_run(whole)
    assert [list(row) for row in rows] == [COLUMNS] * 4
    assert [(row["condition"], row["seed"]) for row in rows] == [("wave", 3), ("wave", 8), ("mlp", 3), ("mlp", 8)]
    for row in rows:
        own = dataset.sel(condition=row["condition"], seed=row["seed"])
        assert own.test_accuracy.values[-1] == row["test_accuracy"]
        assert own.validation_accuracy.values[-1] == row["validation_accuracy"]
        assert own.test_loss.values[-1] == row["test_loss"]
        assert int(np.isfinite(own.weight.values).sum()) == row["parameters"]
        np.testing.assert_allclose(own.predicted_share.sum("class").values, 1)
        assert row["updates"] == 3 * 5  # 300 images in batches of 64
    assert list(dataset.epoch.values) == [1, 2, 3]
    assert (dataset.committed.values).all()


def test_a_trained_network_is_a_torch_module(whole):
    """Its replicates classify the test images as the run says."""
    data = load("digits", train=300, test=100, validation=50)
    dataset, net = open_run(whole), WaveNet.from_run(whole, "wave", [3, 8])
    features = [project(data.test_x, sparse_projection(64, 20, seed)) for seed in (3, 8)]
    with torch.no_grad():
        outputs = net(torch.from_numpy(np.stack(features)))
    right = (outputs.argmax(dim=2).numpy() == data.test_y).mean(axis=1)
    assert right == pytest.approx(dataset.test_accuracy.sel(condition="wave").values[:, -1])


def test_what_was_never_trained_is_told(whole):
    with pytest.raises(AstrosimError, match=r"seeds: 9 is none of them\. Write one of 3, 8"):
        WaveNet.from_run(whole, "wave", [9])


def test_learning_lowers_the_loss(whole):
    loss = open_run(whole).train_loss.values
    assert np.all(loss[..., -1] < loss[..., 0])


def test_any_number_of_workers_gives_the_same_bytes(whole, tmp_path):
    run_scenario(SMALL, tmp_path / "two", workers=2)
    assert differing(contents(tmp_path / "two"), contents(whole)) == []


def test_a_rerun_is_identical(whole):
    assert rerun(whole, workers=1).identical


def test_a_seed_is_the_same_alone(whole, tmp_path):
    """Its curves and weights do not depend on which other seeds or conditions the run has."""
    alone = SMALL.model_copy(update={"seeds": (8,), "conditions": {"wave": {}}})
    run_scenario(alone, tmp_path / "alone", workers=1)
    one, many = open_run(tmp_path / "alone"), open_run(whole)
    for name in ("train_loss", "test_loss", "test_accuracy", "weight"):
        wanted = many[name].sel(condition="wave", seed=8).values
        assert np.array_equal(one[name][0, 0].values, wanted[: one[name].shape[-1]])


@pytest.mark.parametrize(
    ("epochs", "workers", "times"),
    later((3, 1, 1), (12, 1, 5), (12, 2, 5)),
)
def test_kills_at_random_moments_leave_the_same_bytes(tmp_path, epochs, workers, times):
    """kill -9 again and again, until the run ends by itself, from checkpoint to checkpoint."""
    long = small(schedule={"epochs": epochs, "batch": 16}, seeds=[3], noise={"sigma": 0.1}, conditions={})
    run_scenario(long, tmp_path / "whole", workers=1)
    for name in ("first", "second"):  # the first waits for the server of processes
        begin = time.monotonic()
        process = start(tmp_path / name, long, workers, **ALWAYS)
        process.join(60)
        assert process.exitcode == 0
    longest = time.monotonic() - begin
    chance, kills, number = random.Random(workers), 0, 0
    while kills < times:
        directory = tmp_path / f"run{number}"
        while True:
            process = start(directory, go_on(directory, long), workers, **ALWAYS)
            process.join(chance.uniform(0, longest))
            process.kill()
            process.join()
            assert process.exitcode in (0, -signal.SIGKILL), said(directory).read_text()
            if process.exitcode == 0:
                break
            kills += 1
        assert differing(contents(directory), contents(tmp_path / "whole")) == []
        number += 1


class Patience:
    """Stops a job at its n-th look."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def jobs_with_stops(scenario: WaveScenario, directory: Any, looks: int) -> int:
    """Run a scenario, each of its jobs stopped every few looks; returns the number of stops."""
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    stops = 0
    RunDirectory(directory).arrays(lambda: RUNNER.layout(scenario, resolved, None))
    left: list[Replicate] = make_replicates(tuple(resolved), scenario.seeds)
    while left:
        job = RUNNER.split(resolved, left, 1)[0]
        control = Control(stopped=Patience(looks), checkpoint_seconds=1e9, stretch_seconds=1e-9)
        try:
            carry_out(directory, job, resolved, control)
        except Stopped:
            stops += 1
        left = [
            replicate for replicate in left if not commit_path(directory, replicate.condition, replicate.seed).exists()
        ]
    return stops


@pytest.mark.parametrize(
    "front",
    [{"rule": "sparse"}, *later(VAE, {**VAE, "rule": "covae"}), {**VAE, "standardise": True}],
    ids=["sparse", "vae", "covae", "standardised"],
)
def test_stops_between_any_two_updates_change_nothing(tmp_path, front):
    scenario = small(front=front, schedule={"epochs": 2, "batch": 16, "passes": 2})
    run_scenario(scenario, tmp_path / "whole", workers=1)
    (tmp_path / "stopped").mkdir()
    assert jobs_with_stops(scenario, tmp_path / "stopped", 3) >= 8
    one, other = open_run(tmp_path / "whole"), open_run(tmp_path / "stopped")
    for name in ("train_loss", "test_loss", "test_accuracy", "validation_accuracy", "predicted_share", "weight"):
        assert np.array_equal(one[name].values, other[name].values, equal_nan=True), name


def test_replicates_of_a_seed_share_an_autoencoder():
    scenario = small(front=VAE)
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    replicates = make_replicates(tuple(resolved), scenario.seeds)
    jobs = RUNNER.split(resolved, replicates, 2)
    assert sorted(len(job) for job in jobs) == [2, 2]
    assert all(len({replicate.seed for replicate in job}) == 1 for job in jobs)
    assert sorted(replicate for job in jobs for replicate in [(c.row, c.column) for c in job]) == [
        (0, 0), (0, 1), (1, 0), (1, 1),
    ]  # fmt: skip


def test_both_engines_learn_alike(tmp_path):
    """Fifteen updates in double the arithmetic: the curves agree to rounding, and torch's replicates train together."""
    torched = SMALL.model_copy(update={"engine": "torch"})
    run_scenario(SMALL, tmp_path / "kernel", workers=1)
    run_scenario(torched, tmp_path / "torch", workers=1)
    one, other = open_run(tmp_path / "kernel"), open_run(tmp_path / "torch")
    np.testing.assert_allclose(one.train_loss.values, other.train_loss.values, rtol=1e-5)
    np.testing.assert_allclose(one.test_loss.values, other.test_loss.values, rtol=1e-5)
    weights, others = one.weight.values, other.weight.values
    assert np.nanmax(np.abs(weights - others)) < 1e-4


def test_a_sweep_is_one_batch_in_torch():
    """Conditions that differ in the strength of noise alone train together; another network does not."""
    conditions = {
        **{f"noise_{sigma}": {"noise": {"sigma": sigma}} for sigma in (0.1, 0.2)},
        "quiet": {},
        "mlp": {"network": {"model": "mlp"}},
    }
    scenario = small(engine="torch", conditions=conditions)
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    jobs = RUNNER.split(resolved, make_replicates(tuple(resolved), scenario.seeds), 1)
    together = sorted(sorted({replicate.condition for replicate in job}) for job in jobs)
    assert together == [["mlp"], ["noise_0.1", "noise_0.2"], ["quiet"]]


def test_the_published_xor_collapses_and_the_described_one_does_not(tmp_path):
    """Spec, section 5: the chain as coded ends at loss .25 with one answer, 0 of 4 rows right."""
    scenario = WaveScenario.model_validate(
        {
            "name": "xor",
            "seeds": [1, 2],
            "task": {"data": "xor"},
            "front": {"rule": "none"},
            "network": {"steps": "s d s d s d s d g g g g g", "bias": "none"},
            "training": {"learning_rate": 0.001, "decay": "cosine"},
            "schedule": {"epochs": 500, "passes": 4, "batch": 4},
            "conditions": {"wave": {}, "wave_published": {"network": {"variant": "published", "bias": "none"}}},
        }
    )
    run_scenario(scenario, tmp_path / "xor", workers=1)
    rows = WaveSummary.read(tmp_path / "xor").rows
    for row in rows:
        if row["condition"] == "wave":
            assert (row["test_accuracy"], row["collapsed"]) == (1.0, False)
            assert row["live_weights"] == 198
        else:
            assert (row["test_accuracy"], row["collapsed"]) == (0.0, True)
            assert row["test_loss"] >= 0.25 - 1e-6  # the least that one answer to four rows can cost
            assert row["live_weights"] == 203
