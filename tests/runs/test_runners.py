"""A system found by name computes jobs of replicates, in the same run directory and as safely as any other."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import fake_system
import numpy as np
import pandas
import pytest
import xarray
from run_helpers import contents, differing, small, summary_rows
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import AstrosimError, Interrupted, RunError
from astrosim.export import export_run
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.runner import find_runner
from astrosim.scenario import to_toml
from astrosim.store.replicates import commit_path
from astrosim.systems.waves.records import VARIABLES as WAVE_VARIABLES
from astrosim.systems.waves.scenario.schema import WaveScenario

SEEDS = (4, 1, 7)
EPOCHS = {"short": 5, "wave": 9, "long": 12}
REPLICATES = [(condition, seed) for condition in EPOCHS for seed in SEEDS]
UNITS = len(SEEDS) * sum(EPOCHS.values())


def waves(**changes: Any) -> WaveScenario:
    """Three conditions of different length, three seeds; on scikit-learn's digits, which nobody reads here."""
    data: dict[str, Any] = {
        "name": "waves",
        "seeds": SEEDS,
        "task": {"data": "digits"},
        "conditions": {name: {"schedule": {"epochs": epochs}} for name, epochs in EPOCHS.items()},
    }
    return WaveScenario.model_validate(data | changes)


@pytest.fixture(autouse=True)
def fake() -> Iterator[None]:
    with fake_system.registered():
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The experiment, undisturbed, all replicates in one block of this process."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    with fake_system.registered(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_BLOCK", "100")
        run_scenario(waves(), directory, workers=1)
    return directory


def lines(directory: Path) -> list[dict[str, Any]]:
    """What the blocks noted, in the order in which they began."""
    return [json.loads(line) for line in fake_system.logbook(directory).read_text().splitlines()]


def replicates_of(noted: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return sorted((condition, seed) for line in noted for condition, seed in line["replicates"])


def committed(directory: Path) -> set[tuple[str, int]]:
    return {(c, s) for c, s in REPLICATES if commit_path(directory, c, s).exists()}


@pytest.mark.parametrize(("block", "workers"), [(1, 1), (4, 1), (2, 2), (4, 3)])
def test_any_blocks_and_workers_write_the_same_bytes(whole, tmp_path, monkeypatch, block, workers):
    monkeypatch.setenv("FAKE_BLOCK", str(block))
    seen = []
    run_scenario(waves(), tmp_path / "run", workers=workers, progress=lambda *counts: seen.append(counts))
    assert differing(contents(whole), contents(tmp_path / "run")) == []
    noted = lines(tmp_path / "run")
    assert max(len(line["replicates"]) for line in noted) == block
    assert replicates_of(noted) == sorted(REPLICATES)
    assert len({line["process"] for line in noted}) <= workers
    assert seen == sorted(seen)
    assert seen[-1] == (UNITS, UNITS, 9, 9)


def test_rows_stand_in_the_order_of_the_scenario_although_blocks_do_not(whole):
    assert [(row["condition"], int(row["seed"])) for row in summary_rows(whole)] == REPLICATES
    (line,) = lines(whole)
    assert [tuple(replicate) for replicate in line["replicates"]] == REPLICATES[::-1]


def test_a_run_is_opened_like_any_other(whole):
    data = open_run(whole)
    assert set(data.data_vars) == {variable.name for variable in WAVE_VARIABLES} | {"committed"}
    for variable in WAVE_VARIABLES:
        assert data[variable.name].dims == ("condition", "seed", *variable.dims)
        assert data[variable.name].dtype == np.dtype(variable.dtype)
        assert data[variable.name].attrs == {"units": variable.unit, "long_name": variable.long_name}
    assert data.attrs["title"] == "waves"
    assert list(data.epoch.values) == list(range(1, 13))
    assert list(data["class"].values) == [0, 1, 2]
    assert data.epoch.attrs["long_name"] == "epoch, from 1"
    assert data.committed.values.all()
    value, losses = 1 / (2 + 7), []
    for _ in range(9):
        value = 3.9 * value * (1 - value)
        losses.append(value)
    replicate = data.sel(condition="wave", seed=7)
    assert replicate.train_loss.sel(epoch=slice(1, 9)).values.tolist() == losses
    assert np.isnan(replicate.train_loss.sel(epoch=slice(10, None))).all()
    assert np.array_equal(replicate.predicted_share.sel(epoch=9), np.array([1, 2, 3]) * value)
    assert np.isnan(replicate.accept_rate).all()
    assert replicate.weight.values.tolist() == [np.float32(losses[-2]), np.float32(value)]
    row = summary_rows(whole)[REPLICATES.index(("wave", 7))]
    assert row["test_loss"] == repr(2 * value)
    assert row["validation_accuracy"] == "nan"
    assert row["collapsed"] == str(value < 0.5)


def test_a_worker_killed_amid_the_commits_of_its_block_costs_no_committed_replicate(whole, tmp_path, monkeypatch):
    directory = tmp_path / "run"
    monkeypatch.setenv("ASTROSIM_CHECKPOINT_SECONDS", "0")
    monkeypatch.setenv("FAKE_BLOCK", "4")
    monkeypatch.setenv("FAKE_KILL_AFTER", "2")
    with pytest.raises(RunError, match=r"seed \d and 3 more replicates was ended by signal 9 .* --resume` goes on"):
        run_scenario(waves(), directory, workers=2)
    before, kept = lines(directory), committed(directory)
    assert 2 <= len(kept) < len(REPLICATES)
    assert list((directory / "checkpoints").glob("*.npz"))
    assert {(row["condition"], int(row["seed"])) for row in summary_rows(directory)} == kept
    monkeypatch.delenv("FAKE_KILL_AFTER")
    monkeypatch.setenv("FAKE_BLOCK", "3")
    seen = []
    run_scenario(None, directory, workers=2, resume=True, progress=lambda *counts: seen.append(counts))
    after = lines(directory)[len(before) :]
    assert replicates_of(after) == sorted(set(REPLICATES) - kept)
    assert seen[0][0] >= sum(EPOCHS[condition] for condition, _ in kept)
    assert seen[-1] == (UNITS, UNITS, 9, 9)
    assert list((directory / "checkpoints").iterdir()) == []
    assert differing(contents(whole), contents(directory)) == []


@pytest.mark.parametrize("commits", [1, 3, 8])
def test_a_run_killed_amid_the_commits_of_a_block_goes_on_from_its_checkpoints(whole, tmp_path, monkeypatch, commits):
    directory = tmp_path / "run"
    settings = {"ASTROSIM_CHECKPOINT_SECONDS": "0", "FAKE_BLOCK": "9", "FAKE_KILL_AFTER": str(commits)}
    assert fake_system.run_in_a_process(directory, waves(), **settings) == -signal.SIGKILL
    kept = committed(directory)
    assert len(kept) == commits
    assert not (directory / "summary.csv").exists()
    monkeypatch.setenv("FAKE_BLOCK", "2")
    run_scenario(None, directory, workers=1, resume=True)
    first, *after = lines(directory)
    assert first["epochs"] == [0] * 9
    assert replicates_of(after) == sorted(set(REPLICATES) - kept)
    assert all(epoch >= min(EPOCHS.values()) - 1 for line in after for epoch in line["epochs"])
    assert differing(contents(whole), contents(directory)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_amid_a_block_keeps_what_is_committed_and_leaves_checkpoints(whole, tmp_path, monkeypatch, workers):
    directory = tmp_path / "run"
    monkeypatch.setenv("FAKE_BLOCK", "5")
    monkeypatch.setenv("FAKE_EPOCH_SECONDS", "0.1")

    def interrupt(*counts: int) -> None:
        if committed(directory):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted) as caught:
        run_scenario(waves(), directory, workers=workers, progress=interrupt)
    kept = committed(directory)
    assert 1 <= len(kept) < 9
    assert str(caught.value).startswith(f"Interrupted: {len(kept)} of 9 replicates are committed, ")
    assert [(row["condition"], int(row["seed"])) for row in summary_rows(directory)] == [
        c for c in REPLICATES if c in kept
    ]
    assert list((directory / "checkpoints").glob("*.npz"))
    monkeypatch.delenv("FAKE_EPOCH_SECONDS")
    run_scenario(None, directory, workers=1, resume=True)
    assert differing(contents(whole), contents(directory)) == []


def test_a_damaged_checkpoint_costs_its_replicate_and_no_other_of_the_block(whole, tmp_path, monkeypatch, caplog):
    directory = tmp_path / "run"
    settings = {"ASTROSIM_CHECKPOINT_SECONDS": "0", "FAKE_BLOCK": "9", "FAKE_KILL_AFTER": "3"}
    fake_system.run_in_a_process(directory, waves(), **settings)
    broken, stranger = directory / "checkpoints" / "wave-1.npz", directory / "checkpoints" / "long-1.npz"
    broken.write_bytes(broken.read_bytes()[:-5])
    stranger.write_bytes((directory / "checkpoints" / "long-7.npz").read_bytes())
    monkeypatch.setenv("FAKE_BLOCK", "9")
    with caplog.at_level(logging.WARNING, "astrosim.runs"):
        run_scenario(None, directory, workers=1, resume=True)
    texts = sorted(record.message for record in caplog.records)
    assert [text.partition(". Condition ")[2].partition(" starts")[0] for text in texts] == [
        "long, seed 1",
        "wave, seed 1",
    ]
    assert f"{stranger}: it belongs to another replicate or scenario" in texts[0]
    assert f"{broken}: damaged" in texts[1]
    line = lines(directory)[-1]
    started = {tuple(replicate): epoch for replicate, epoch in zip(line["replicates"], line["epochs"], strict=True)}
    assert {replicate for replicate, epoch in started.items() if epoch == 0} == {("wave", 1), ("long", 1)}
    assert differing(contents(whole), contents(directory)) == []


def test_the_place_of_data_reaches_the_workers_and_is_remembered(tmp_path, monkeypatch):
    directory, data = tmp_path / "run", tmp_path / "data"
    monkeypatch.setenv("FAKE_KILL_AFTER", "1")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError):
        run_scenario(waves(), directory, workers=2, data="data")
    monkeypatch.delenv("FAKE_KILL_AFTER")
    run_scenario(None, directory, workers=1, resume=True)
    noted = lines(directory)
    assert {line["data"] for line in noted[:-3]} == {"data"}
    assert noted[-1]["data"] == str(data)
    sessions = json.loads((directory / "provenance.json").read_text())["sessions"]
    assert [session["data"] for session in sessions] == [str(data), str(data)]
    place = tmp_path / "copies"
    assert rerun(directory, workers=1, out=place).identical
    assert {json.loads(line)["data"] for file in place.glob("*.log") for line in file.read_text().splitlines()} == {
        str(data)
    }


def test_provenance_names_the_packages_of_the_kind_and_of_no_other(whole, tmp_path):
    (session,) = json.loads((whole / "provenance.json").read_text())["sessions"]
    assert session["versions"]["pytest"] == metadata.version("pytest")
    assert "no-such-distribution" not in session["versions"]
    assert "data" not in session
    run_scenario(small(conditions={}, seeds=[3]), tmp_path / "run", workers=1)
    (session,) = json.loads((tmp_path / "run" / "provenance.json").read_text())["sessions"]
    assert "pytest" not in session["versions"]
    assert {"torch", "scikit-learn"}.isdisjoint(session["versions"])


def test_rerun_compares_all_that_was_recorded(whole, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_BLOCK", "2")
    assert rerun(whole, workers=2, out=tmp_path) == rerun(whole, workers=1, out=tmp_path)
    assert rerun(whole, workers=1, out=tmp_path).identical
    monkeypatch.setenv("FAKE_SHIFT", "1e-15")
    result = rerun(whole, workers=1, out=tmp_path)
    assert not result.identical
    assert any(text.startswith("summary, test_loss, condition short, seed 4: ") for text in result.differences)
    assert not any("wall_s" in text for text in result.differences)


def test_tables_and_netcdf_hold_every_value(whole, tmp_path):
    data = open_run(whole)
    folder = export_run(whole, tmp_path / "csv")
    assert {path.name for path in folder.iterdir()} == {"epochs.csv", "classes.csv", "parameters.csv", "units.json"}
    epochs = pandas.read_csv(folder / "epochs.csv")
    assert list(epochs)[:3] == ["condition", "seed", "epoch"]
    assert len(epochs) == UNITS
    frame = epochs.set_index(["condition", "seed", "epoch"]).sort_index()
    for condition, seed in REPLICATES:
        stored = data.test_loss.sel(condition=condition, seed=seed).values[: EPOCHS[condition]]
        assert frame.loc[(condition, seed), "test_loss"].tolist() == stored.tolist()
    assert len(pandas.read_csv(folder / "classes.csv")) == 3 * UNITS
    assert list(pandas.read_csv(folder / "parameters.csv")) == ["condition", "seed", "parameter", "weight"]
    about = json.loads((folder / "units.json").read_text())["tables"]
    assert about["epochs.csv"]["epoch"] == {"units": "1", "long_name": "epoch, from 1", "type": "Int64"}
    with xarray.open_dataset(export_run(whole, tmp_path / "run.nc", "netcdf"), engine="h5netcdf") as found:
        for name in (variable.name for variable in WAVE_VARIABLES):
            assert np.array_equal(found[name], data[name], equal_nan=True), name
        assert found.attrs["scenario"] == (whole / "scenario.toml").read_text()


@pytest.fixture
def incomplete(tmp_path, monkeypatch):
    """Wave scenarios carried out by a module whose import fails for lack of another."""

    def without(module: str) -> None:
        (tmp_path / "modules").mkdir()
        (tmp_path / "modules" / "needy_runner.py").write_text(f"import {module}\n")
        parts = {**fake_system.SYSTEM.parts, "runner": "needy_runner:RUNNER"}
        monkeypatch.setattr(fake_system, "SYSTEM", replace(fake_system.SYSTEM, parts=parts))
        monkeypatch.syspath_prepend(tmp_path / "modules")
        monkeypatch.setitem(__import__("sys").modules, module.partition(".")[0], None)

    return without


def test_a_missing_torch_is_said_before_anything_is_made(tmp_path, incomplete):
    incomplete("torch")
    text = r"""kind = "wave" need torch, which is not installed\. Install it: pip install 'astrosim\[wave\]'"""
    with pytest.raises(RunError, match=text):
        run_scenario(waves(), tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()
    file = tmp_path / "waves.toml"
    file.write_text(to_toml(waves()))
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run")])
    assert done.exit_code == 1
    assert "pip install 'astrosim[wave]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_another_missing_module_is_a_defect_and_not_hidden(incomplete):
    incomplete("left_pad")
    with pytest.raises(ModuleNotFoundError, match="left_pad"):
        find_runner("wave")


def test_an_unknown_kind_is_refused_by_name():
    with pytest.raises(AstrosimError, match=r"kind: no such kind of scenario \('tide'\)\. Write one of astro"):
        find_runner("tide")
