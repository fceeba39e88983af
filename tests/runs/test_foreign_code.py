"""Run directories of somebody else: nothing in them is executed unasked, and nothing is read or written outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from typer.testing import CliRunner

from astrosim import AstrosimError, ScenarioError, StoreError, export_run, load_trained, open_run, rerun, run
from astrosim.cli import app
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
from astrosim.scenario.stored import LIST
from astrosim.store.files import sha256, write_sealed
from astrosim.store.replicates import read_commit
from astrosim.systems.threshold.custom import load

MODULE = """
from pathlib import Path

from astrosim import Astrocyte

Path(__file__).with_name("ran").touch()


class Own(Astrocyte):
    pass
"""
SCENARIO = """
name = "own"
engine = "agents"
seeds = [1]
agents.astrocyte = "own:Own"
[schedule]
episodes = 2
trials_per_episode = 2
[record]
every = 1
"""
READING = [
    lambda run: open_run(run).load(),
    lambda run: call("report", run),
    lambda run: call("export", run),
    lambda run: call("plot", run, "curves"),
    load_scenario,
]
EXECUTING = [
    lambda run: call("explain", run),
    lambda run: call("rerun", run),
    lambda run: call("animate", run),
    lambda run: call("run", run, "--resume"),
    rerun,
    lambda run: run_scenario(None, run, resume=True, workers=1),
    load_trained,
]


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that somebody else has made; its module leaves a mark when it is executed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "their_home"))
    folder = tmp_path / "their_folder"
    folder.mkdir()
    (folder / "own.py").write_text(MODULE)
    (folder / "own.toml").write_text(SCENARIO)
    run_scenario(load_scenario(folder / "own.toml"), folder / "run", workers=1)
    received = tmp_path / "run"
    shutil.move(folder / "run", received)
    mark(received).unlink(missing_ok=True)
    load._class.cache_clear()  # as in another process
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "my_home"))
    return received


def mark(directory: Path) -> Path:
    return directory / "inputs" / "ran"


def forget(directory: Path) -> None:
    """Take a replicate back, so that there is something left to compute."""
    for record in (directory / "commits").glob("*-1.json"):
        record.unlink()


@pytest.mark.parametrize("read", READING, ids=range(len(READING)))
def test_reading_a_run_executes_nothing_of_it(theirs: Path, read: Callable[[Path], Any]) -> None:
    result = read(theirs)
    assert getattr(result, "exit_code", 0) == 0, result.output
    assert not mark(theirs).exists()


@pytest.mark.parametrize("execute", EXECUTING, ids=range(len(EXECUTING)))
def test_code_that_came_with_a_run_is_refused_by_name(theirs: Path, execute: Callable[[Path], Any]) -> None:
    forget(theirs)
    try:
        text = execute(theirs).output
    except AstrosimError as error:
        text = str(error)
    assert not mark(theirs).exists()
    if "is committed" not in text and "are committed" not in text:  # nothing to repeat or show is refused before
        assert "agents.astrocyte: code that came with this run" in text
        assert "--allow-code" in text


def test_code_runs_once_it_is_allowed_and_is_known_from_then_on(theirs: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="code that came with this run"):
        rerun(theirs, workers=1)
    assert call("rerun", theirs, "--workers", "1").exit_code == 2
    assert not mark(theirs).exists()
    result = call("rerun", theirs, "--allow-code", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "identical" in result.output
    code = next((theirs / "inputs").glob("own*.py")).read_bytes()
    assert (tmp_path / "my_home/astrosim" / LIST).read_text().split() == [sha256(code)]
    assert rerun(theirs, workers=1).identical


def test_changed_code_is_another_code(theirs: Path) -> None:
    assert rerun(theirs, workers=1, allow_code=True).identical
    (module,) = (theirs / "inputs").glob("own*.py")
    module.write_text(module.read_text() + "\nraise SystemExit\n")
    with pytest.raises(AstrosimError, match="not the file that it was"):
        rerun(theirs, workers=1)


@pytest.mark.full
def test_own_runs_go_on_without_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In processes of their own, as a user's are."""
    (tmp_path / "own.py").write_text(MODULE)
    (tmp_path / "own.toml").write_text(SCENARIO)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "home")}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "astrosim", *arguments]
        return subprocess.run(whole, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert command("run", "own.toml", "--out", "run", "--no-report").returncode == 0
    forget(tmp_path / "run")
    again = command("run", "run", "--resume", "--no-report")
    assert again.returncode == 0, again.stderr
    asked = environment | {"XDG_STATE_HOME": "/dev/null/nowhere"}  # where nothing can be noted, they are asked
    forget(tmp_path / "run")
    whole = [sys.executable, "-m", "astrosim", "run", "run", "--resume", "--no-report"]
    done = subprocess.run(whole, cwd=tmp_path, env=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--allow-code" in done.stderr
    done = subprocess.run(
        [*whole, "--allow-code"], cwd=tmp_path, env=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", ["{outside}", "../secret.csv", "inputs/../../secret.csv", "inputs/link.csv"])
def test_a_run_reads_no_file_outside(tmp_path: Path, place: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b,label\n" + "1,2,x\n2,1,y\n3,1,x\n1,3,y\n" * 20)
    (tmp_path / "t.toml").write_text(
        'kind = "task"\nname = "t"\nseeds = [1]\ntask.data = "secret.csv"\ntask.target = "label"\nnetwork.units = 4\n'
        "schedule.trials = 250\nrecord.every = 250\nrecord.baselines = 0\n"
    )
    directory = tmp_path / "run"
    run(load_scenario(tmp_path / "t.toml"), directory, workers=1)
    (kept,) = (directory / "inputs").glob("*.csv")
    (directory / "inputs/link.csv").symlink_to(secret)
    text = (directory / "scenario.toml").read_text()
    named = place.format(outside=secret)
    (directory / "scenario.toml").write_text(text.replace(f"inputs/{kept.name}", named))
    for door in (lambda: load_scenario(directory), lambda: export_run(directory)):
        with pytest.raises(AstrosimError, match="outside the run directory"):
            door()
    result = call("report", directory)
    assert result.exit_code == 2
    assert "outside the run directory" in result.output


def test_a_commit_record_cannot_name_files_outside(theirs: Path) -> None:
    (record,) = (theirs / "commits").glob("*-1.json")
    content = read_commit(record)
    assert content is not None
    for name in ("../secret", "/etc/passwd", "trajectory.zarr/../../x"):
        write_sealed(record, {**content, "files": {**content["files"], name: {"bytes": 1, "sha256": "0"}}})
        with pytest.raises(StoreError, match="names a file outside the run directory"):
            open_run(theirs)


@pytest.mark.parametrize("folder", ["commits", "checkpoints", "trajectory.zarr", "trajectory.zarr/threshold"])
def test_a_run_writes_into_no_folder_that_is_a_link(theirs: Path, tmp_path: Path, folder: str) -> None:
    outside = tmp_path / "outside"
    shutil.move(theirs / folder, outside)
    (theirs / folder).symlink_to(outside)
    before = sorted(outside.rglob("*"))
    with pytest.raises(StoreError, match="a link to"):
        run_scenario(None, theirs, resume=True, workers=1, allow_code=True)
    assert sorted(outside.rglob("*")) == before


def test_a_run_writes_through_no_link(theirs: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    forget(theirs)
    chunks = [path for path in (theirs / "trajectory.zarr").glob("*/c.0.0*") if path.is_file()]
    assert chunks
    for chunk in chunks:
        chunk.unlink()
        chunk.symlink_to(victim)
    with pytest.raises(StoreError):
        run_scenario(None, theirs, resume=True, workers=1, allow_code=True)
    assert victim.read_text() == "mine"
