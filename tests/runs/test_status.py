"""How a run stands, asked while it runs, after kill -9, from another machine's point of view; nothing is written."""

from __future__ import annotations

import json
import platform
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from run_helpers import serve, small, start
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.cli.status import lines
from astrosim.core.errors import Interrupted, StoreError
from astrosim.runs import run_scenario, status
from astrosim.runs.failures import Failure, note_failures
from astrosim.runs.heartbeat import STATUS
from astrosim.runs.status import read_status
from astrosim.store.read import known_blocks

SMALL = small()
ENDLESS = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("finished") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


@pytest.fixture
def endless(tmp_path):
    """A run in work, in a process of its own, with two workers."""
    serve()
    process = start(tmp_path / "run", ENDLESS, 2)
    yield tmp_path / "run", process
    process.kill()
    process.join()


def _wait(condition: Any, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _told(directory: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((directory / STATUS).read_text()))
    except FileNotFoundError:
        return {}


def call(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def _files(directory: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in [directory, *directory.rglob("*")]}


def test_a_finished_run(finished):
    before = _files(finished)
    found = read_status(finished)
    assert (found.state, found.replicates, found.done, found.running, found.waiting) == ("finished", 4, 4, 0, 0)
    assert (found.host, found.same_host, found.shard) == (platform.node(), True, "")
    assert found.age_seconds is not None
    assert found.age_seconds >= 0
    assert _files(finished) == before


def test_a_run_in_work_then_killed(endless):
    directory, process = endless
    _wait(lambda: _told(directory).get("running") == 2 and _told(directory).get("rate"))
    found = read_status(directory)
    assert (found.state, found.replicates, found.done, found.running, found.waiting) == ("running", 4, 0, 2, 2)
    assert found.process == process.pid
    assert len(found.names) == 2
    assert found.working[0].startswith("condition ")
    assert found.rate is not None
    assert found.rate > 0
    assert found.seconds_left is not None
    assert found.age_seconds is not None
    assert abs(found.age_seconds) < 60
    first = _told(directory)["number"]
    _wait(lambda: _told(directory)["number"] > first + 1)
    process.kill()
    process.join()
    _wait(lambda: read_status(directory).state == "killed")  # once its workers have let the directory go
    found = read_status(directory)
    assert (found.done, found.running, found.waiting, found.names, found.dashboard) == (0, 0, 4, (), "")
    assert lines(found)[-1] == f"  go on with: astrosim run {directory} --resume"


def test_an_interrupted_run_and_one_that_goes_on(tmp_path, finished):
    with pytest.raises(Interrupted):
        run_scenario(SMALL, tmp_path / "run", workers=1, stopped=lambda: True)
    found = read_status(tmp_path / "run")
    assert (found.state, found.done, found.waiting) == ("interrupted", 0, 4)
    run_scenario(None, tmp_path / "run", workers=1, resume=True)
    assert read_status(tmp_path / "run").state == "finished"


def test_a_shard_counts_its_own_share(tmp_path):
    run_scenario(SMALL, tmp_path / "part", workers=1, shard="2/3")
    found = read_status(tmp_path / "part")
    assert (found.state, found.done, found.replicates, found.shard) == ("finished", 1, 1, "2/3")
    assert lines(found)[0].endswith("(shard 2/3): finished, 100 %, 1 of 1 replicates")


def test_a_run_without_the_file_is_told_by_its_commits(tmp_path, finished):
    shutil.copytree(finished, tmp_path / "run")
    (tmp_path / "run" / STATUS).unlink()
    assert (read_status(tmp_path / "run").state, read_status(tmp_path / "run").age_seconds) == ("finished", None)
    for record in (tmp_path / "run" / "commits").glob("cursor-*.json"):
        record.unlink()
    found = read_status(tmp_path / "run")
    assert (found.state, found.done, found.waiting) == ("unfinished", 2, 2)
    for text in ("", "[]", '{"beat": "x"}', "\0"):
        (tmp_path / "run" / STATUS).write_text(text)
        assert read_status(tmp_path / "run").state == "unfinished"


def test_what_failed_is_counted_by_what_is_kept_of_it(tmp_path, finished):
    shutil.copytree(finished, tmp_path / "run")
    (tmp_path / "run" / "commits" / "cursor-8.json").unlink()
    (block,) = [one for one in known_blocks(tmp_path / "run") if ("cursor", 8) in one.cells]
    note_failures(tmp_path / "run", block, [Failure("cursor", 8, "ValueError", "no", "", known=False)])
    told = _told(tmp_path / "run") | {"outcome": "failed"}
    (tmp_path / "run" / STATUS).write_text(json.dumps(told))
    found = read_status(tmp_path / "run")
    assert (found.state, found.done, found.failed, found.waiting) == ("failed", 3, 1, 0)


def _elsewhere(source: Path, target: Path, beat: float) -> dict[str, Any]:
    """Copy a run as if another machine had left it in work."""
    shutil.copytree(source, target)
    told = _told(target) | {"host": "far", "outcome": None, "beat": beat, "number": 5}
    (target / STATUS).write_text(json.dumps(told))
    return told


def test_another_machine_is_watched_for_a_sign_of_life(tmp_path, finished, monkeypatch):
    """Its locks may not reach this one, and its clock may differ: only a further sign says that it lives."""
    told = _elsewhere(finished, tmp_path / "run", time.time() + 500)
    monkeypatch.setattr(status, "LOOK_SECONDS", 0.3)
    found = read_status(tmp_path / "run")
    assert (found.state, found.same_host) == ("killed", False)
    assert re.search(r"  last sign of life \S+ (minutes|s) ahead of this machine's clock", "\n".join(lines(found)))
    looks = iter(range(6, 100))

    def beat(seconds: float) -> None:
        (tmp_path / "run" / STATUS).write_text(json.dumps(told | {"number": next(looks)}))

    monkeypatch.setattr(status.time, "sleep", beat)
    assert read_status(tmp_path / "run").state == "running"


def test_on_the_command_line(tmp_path, finished):
    result = call("status", finished)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == f"{finished}: finished, 100 %, 4 of 4 replicates"
    assert "done 4, failed 0, running 0, waiting 0" in result.stdout
    told = json.loads(call("status", finished, "--json").stdout)
    assert (told["state"], told["done"], told["directory"]) == ("finished", 4, str(finished))
    assert call("status", finished, "--watch").stdout.splitlines()[0] == result.stdout.splitlines()[0]
    result = call("status", tmp_path / "none")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{tmp_path / 'none'}: no such run directory.")
    with pytest.raises(StoreError, match=r"no run directory"):
        read_status(tmp_path)


def test_watching_ends_with_the_run(endless, monkeypatch):
    directory, process = endless
    _wait(lambda: _told(directory).get("running"))
    pause = time.sleep

    def killed(seconds: float) -> None:  # between two looks
        process.kill()
        process.join()
        pause(seconds)

    monkeypatch.setattr("astrosim.cli.status.time.sleep", killed)
    result = call("status", directory, "--watch")
    assert result.exit_code == 0
    first, *_ = result.stdout.splitlines()
    assert ": running, 0 %, 0 of 4 replicates" in first
    assert "it was ended from outside" in result.stdout
