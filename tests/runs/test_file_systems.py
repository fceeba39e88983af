"""File systems and folders of all kinds: without locks or syncing, read-only, with odd names and stray files."""

from __future__ import annotations

import errno
import io
import json
import multiprocessing
import os
import platform
import resource
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
import refusals
from later import later
from rich.console import Console
from run_helpers import REFUSED, contents, differing, said, small, start, summary_rows
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.cli.console import say, take_any_text
from astrosim.core.errors import DataError, DiskFullError, StoreError
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.lock import HELD, locked
from astrosim.runs.progress import ProgressDisplay
from astrosim.scenario import bundled, load_scenario, to_toml
from astrosim.store.files import stray

SMALL = small()
ENDLESS = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})
ALWAYS = {"ASTROSIM_CHECKPOINT_SECONDS": "0"}
STRAYS = (".DS_Store", "._summary.csv", "Thumbs.db", "desktop.ini", ".nfs000000001", ".fuse_hidden0001", "Icon\r")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Bytes of the small experiment on a file system that can all."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return contents(directory)


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@refusals.needed
@pytest.mark.parametrize(
    ("refused", "workers"),
    [
        ("flock:ENOLCK", 1),
        ("fsync:EINVAL", 1),
        *later(("flock:ENOSYS", 1), ("flock:EOPNOTSUPP", 1), ("fsync:EOPNOTSUPP", 1), ("flock:ENOLCK", 2)),
    ],
)
def test_file_systems_without_locks_or_syncing_hold_runs(tmp_path, whole, refused, workers):
    directory = tmp_path / "run"
    process = start(directory, SMALL, workers, REFUSED=refused)
    process.join()
    assert process.exitcode == 0, said(directory).read_text()
    assert differing(whole, contents(directory)) == []
    assert not (directory / HELD).exists()


@refusals.needed
def test_a_disk_that_cannot_sync_for_a_fault_of_its_own_ends_the_run(tmp_path):
    directory = tmp_path / "run"
    process = start(directory, SMALL, REFUSED="fsync:EIO")
    process.join()
    assert process.exitcode == REFUSED
    assert f"{os.strerror(errno.EIO)}. " in said(directory).read_text()


def _wait_for(condition: Any, process: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.exitcode is None, f"ended with {process.exitcode}"
        assert time.monotonic() < deadline
        time.sleep(0.02)


@refusals.needed
def test_a_file_stands_for_a_missing_lock_and_that_of_a_killed_run_is_taken_over(tmp_path):
    directory, refused = tmp_path / "run", {"REFUSED": "flock:ENOLCK", **ALWAYS}
    first = start(directory, ENDLESS, **refused)
    _wait_for(lambda: list(directory.glob("checkpoints/*.npz")), first)
    second = start(directory, None, **refused)
    second.join()
    assert second.exitcode == REFUSED
    assert f"in use by process {first.pid} on {platform.node()}" in said(directory).read_text()
    first.kill()
    first.join()
    again = start(directory, None, **refused)
    (checkpoint, *_) = directory.glob("checkpoints/*.npz")
    before = checkpoint.stat().st_mtime_ns
    _wait_for(lambda: checkpoint.stat().st_mtime_ns != before, again)
    assert f"process {again.pid} " in (directory / HELD).read_text()
    os.kill(again.pid, signal.SIGTERM)
    again.join()
    assert not (directory / HELD).exists()


def _without_locks(directory: Path) -> None:
    refusals.refuse("flock", "ENOLCK")
    try:
        with locked(directory):
            pass
    except StoreError as error:
        said(directory).write_text(str(error))


@refusals.needed
def test_what_a_run_on_another_host_left_is_named_with_the_remedy(tmp_path):
    directory = tmp_path / "run"
    directory.mkdir()
    (directory / HELD).write_text("process 7 on elsewhere")
    start(tmp_path / "first", SMALL).join()
    child = multiprocessing.get_context("forkserver").Process(target=_without_locks, args=(directory,))
    child.start()
    child.join()
    text = said(directory).read_text()
    assert text.startswith(
        f"{directory}: in use by process 7 on elsewhere, or left by it: this file system has no lock"
    )
    assert text.endswith(f"if it runs no more, delete {directory / HELD}.")


def test_a_folder_whose_name_is_no_text_holds_a_run_with_its_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(to_toml(SMALL))
    name = os.fsdecode(b"lat\xe9in")
    result = call("run", "small.toml", "--out", name, "--workers", "1")
    assert result.exit_code == 0, result.output
    assert (Path(name) / "report.html").stat().st_size > 10_000
    assert call("plot", name, "curves").exit_code == 0
    assert call("export", name).exit_code == 0
    assert rerun(name, 1).identical


def test_names_of_all_languages_hold_runs(tmp_path, whole):
    for name in ("прогон 実行", "läuft 🧠 'so' \"und\" %20", "-dash\nریس"):
        run_scenario(SMALL, tmp_path / name, workers=1)
        assert differing(whole, contents(tmp_path / name)) == []
        assert open_run(tmp_path / name).committed.values.all()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_any_encoding_takes_any_text(encoding, monkeypatch):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    take_any_text()
    say(os.fsdecode(b"lat\xe9in"))
    say("µs 実行")
    streams[1].flush()
    written = streams[1].buffer.getvalue().splitlines()  # type: ignore[attr-defined]
    text = "µs 実行".encode()  # click writes UTF-8 where ASCII was asked for
    expected = {
        "ascii": b"lat?in " + text,
        "latin-1": b"lat\xe9in \xb5s \\u5b9f\\u884c",
    }  # click writes UTF-8 for ASCII
    assert b" ".join(written) == expected.get(encoding, b"lat\xe9in " + text)


class Gone(io.StringIO):
    """A terminal that was closed."""

    def flush(self) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_that_is_gone_ends_no_run(tmp_path, terminal):
    with ProgressDisplay(Console(file=Gone(), force_terminal=terminal), "run") as progress:
        run_scenario(SMALL, tmp_path / "run", workers=1, progress=progress)
    assert len(summary_rows(tmp_path / "run")) == 4


def test_conditions_that_a_file_system_takes_for_one_are_refused_before_the_work(tmp_path):
    """As on most disks of Macs, memory sticks and shares: `.LOCK` is `.lock` there."""
    alike = small(conditions={"maturity": {}, "Maturity": {}})
    run_scenario(alike, tmp_path / "apart", workers=1)
    assert open_run(tmp_path / "apart").committed.values.all()
    for scenario, name in ((alike, "run"), (SMALL, "other")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".LOCK").touch()
        with pytest.raises(StoreError, match="does not tell maturity from Maturity" if name == "run" else "not empty"):
            run_scenario(scenario, tmp_path / name, workers=1)


def test_a_run_that_cannot_begin_leaves_nothing_behind(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(DiskFullError):
            run_scenario(SMALL, tmp_path / "run", workers=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_refused_before_the_work(tmp_path):
    with pytest.raises(StoreError, match=r"File name too long\. Choose a shorter name\.$"):
        run_scenario(SMALL, tmp_path / ("ü" * 128), workers=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [*STRAYS, ".ds_store", "THUMBS.DB"])
def test_stray_files_are_known(name):
    assert stray(name)


@pytest.mark.parametrize(
    "name", ["c.0.1.0.0", "zarr.json", "summary.csv", ".lock", "maturity-3.json", "thumbs", "._"[:1]]
)
def test_files_of_a_run_are_no_stray_ones(name):
    assert not stray(name)


def _litter(root: Path) -> None:
    for folder in [root, *(path for path in sorted(root.rglob("*")) if path.is_dir())]:
        for name in STRAYS:
            (folder / name).write_bytes(b"\x00\x05\x16\x07 stray \xff")
        for path in sorted(folder.glob("[!.]*")):
            if path.is_file() and path.name not in STRAYS:
                (folder / f"._{path.name}").write_bytes(b"\x00\x05\x16\x07 stray \xff")


def test_stray_files_disturb_no_run_and_no_reader(tmp_path, whole):
    directory = tmp_path / "run"
    directory.mkdir()
    _litter(directory)
    with pytest.raises(KeyboardInterrupt):
        run_scenario(SMALL, directory, workers=1, stopped=lambda: True)
    _litter(directory)
    run_scenario(None, directory, workers=1, resume=True)
    _litter(directory)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_run(directory).load().committed.values.all()
    assert call("report", str(directory)).exit_code == 0
    found = {name: data for name, data in contents(directory).items() if not stray(Path(name).name)}
    assert differing(whole, found) == []


def test_stray_files_are_no_bundled_scenarios(tmp_path, monkeypatch):
    (tmp_path / "one.toml").write_text(to_toml(SMALL))
    (tmp_path / "._one.toml").write_bytes(b"\x00\x05\x16\x07\xff")
    monkeypatch.setattr(bundled, "folder", lambda: tmp_path)
    assert list(bundled.bundled()) == ["one"]


@pytest.mark.parametrize("out", [None, "made/by/it", "mine"])
def test_a_run_that_lacks_data_leaves_nothing_behind(tmp_path, monkeypatch, out):
    """Or what was there before: an empty folder that the user made."""
    monkeypatch.chdir(tmp_path)
    Path("none").mkdir()
    Path("mine").mkdir()
    arguments = ["run", "mnist", "--data", "none", "--seeds", "1", "--workers", "1"]
    result = call(*arguments, *(["--out", out] if out else []))
    assert result.exit_code == 2
    assert "holds no files of MNIST" in result.stderr
    assert not Path("runs").exists()
    assert not Path("made/by/it").exists()
    assert out != "mine" or not list(Path(out).iterdir())


def test_a_run_that_lacks_data_in_a_worker_leaves_nothing_behind_either(tmp_path):
    (tmp_path / "none").mkdir()
    scenario = load_scenario(bundled.find("mnist"), ["seeds=[1,2]"])
    with pytest.raises(DataError, match="holds no files of MNIST"):
        run_scenario(scenario, tmp_path / "run", workers=2, data=tmp_path / "none")
    assert not (tmp_path / "run").exists()


def test_what_was_computed_stays_when_data_are_missing_later(tmp_path):
    """And so does a directory in which something else lies."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "letter.txt").write_text("mine")
    scenario = load_scenario(bundled.find("mnist"), ["seeds=[1]"])
    with pytest.raises(StoreError, match=r"not empty \(letter\.txt"):
        run_scenario(scenario, tmp_path / "run", workers=1, data=tmp_path)
    assert (tmp_path / "run" / "letter.txt").read_text() == "mine"


def test_the_home_folder_is_found_where_the_shell_has_not_written_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(to_toml(SMALL))
    result = call("run", "~/small.toml", "--out=~/run", "--workers", "1", "--no-report", "--seeds", "3")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "run" / "summary.csv").exists()
    assert open_run("~/run").committed.values.all()
    run_scenario(load_scenario("~/small.toml"), "~/other", workers=1)
    assert (tmp_path / "other" / "summary.csv").exists()
    assert not (tmp_path / "~").exists()


def test_files_that_a_scenario_names_may_lie_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "patterns.csv").write_text("input,target\n00,0\n01,1\n")
    file = tmp_path / "own.toml"
    file.write_text('name = "own"\n[task]\nfile = "~/patterns.csv"\n[network]\ninputs = 2\noutputs = 1\n')
    loaded = load_scenario(file)
    assert loaded.task.file.path == tmp_path / "home" / "patterns.csv"  # type: ignore[attr-defined]


@pytest.mark.skipif(os.getuid() != 0, reason="NOT TESTED: only root is refused by /proc and no other place")
def test_an_impossible_place_is_refused_before_the_work():
    for place in ("/proc/run", "/dev/null/run"):
        result = call("run", "quick", "--out", place)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{Path(place) if 'proc' in place else '/dev/null'}")
        assert json.dumps(result.stdout) == '""'
