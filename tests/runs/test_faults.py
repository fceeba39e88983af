"""Faults: kill -9, Ctrl-C, full disk, read-only folder, two processes, damaged checkpoints. The last commit stays."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest
from later import later
from run_helpers import INTERRUPTED, carry_out, contents, differing, go_on, said, small, start

from astrosim.core.errors import DiskFullError, Interrupted, RunError, StoreError
from astrosim.runs import open_run, run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.replicate import make_replicates
from astrosim.scenario import condition_names, resolve, to_toml
from astrosim.store.replicates import commit_path

SMALL = small()
LONG = small(schedule={"episodes": 3000}, record={"every": 100, "weights_at": [-1]}, seeds=[3])
SHORTER = small(schedule={"episodes": 800}, record={"every": 100, "weights_at": [-1]}, seeds=[3])
ENDLESS = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})
ALWAYS = {"ASTROSIM_CHECKPOINT_SECONDS": "0"}
REPLICATES = make_replicates(condition_names(SMALL), SMALL.seeds)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Bytes of the small experiment, undisturbed."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return contents(directory)


@pytest.fixture(scope="module")
def whole_long(tmp_path_factory):
    """Bytes of the long experiment, undisturbed."""
    directory = tmp_path_factory.mktemp("whole_long") / "run"
    run_scenario(LONG, directory, workers=1)
    return contents(directory)


def _wait_for(condition, process, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.exitcode is None, f"ended with {process.exitcode}"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _killed_run(directory, scenario, delay, workers):
    """Start or resume, kill -9 after a delay; True if the run was killed, False if it was faster."""
    process = start(directory, go_on(directory, scenario), workers, **ALWAYS)
    process.join(delay)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


@pytest.mark.parametrize(
    ("scenario", "workers", "times"),
    [(SHORTER, 1, 2), *later((LONG, 1, 30), (LONG, 2, 15))],
    ids=["1", "1-often", "2-often"],
)
def test_kills_at_random_moments_leave_the_same_bytes(tmp_path, scenario, workers, times):
    """A run is killed again and again until it ends by itself, from checkpoint to checkpoint."""
    chance = random.Random(workers)
    run_scenario(scenario, tmp_path / "whole", workers=1)
    for name in ("first", "second"):  # the first waits for the server of processes
        begin = time.monotonic()
        assert not _killed_run(tmp_path / name, scenario, 60, workers)
    longest = time.monotonic() - begin
    kills = number = 0
    while kills < times:
        directory = tmp_path / f"run{number}"
        while _killed_run(directory, scenario, chance.uniform(0, longest), workers):
            kills += 1
        assert differing(contents(tmp_path / "whole"), contents(directory)) == []
        assert list((directory / "checkpoints").iterdir()) == []
        number += 1


def _command(*arguments):
    environment = os.environ | ALWAYS
    command = [sys.executable, "-m", "astrosim.cli", "run", *arguments, "--workers", "2", "--no-report"]
    return subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _endless(directory, file):
    """The command line with two workers in the middle of replicates that never end."""
    file.write_text(to_toml(ENDLESS))
    process = _command(file, "--out", directory)
    deadline = time.monotonic() + 60
    while len(list(directory.glob("checkpoints/*.npz"))) < 2:
        assert process.poll() is None
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("no checkpoints within a minute")
        time.sleep(0.02)
    return process


def _kill_whole_group(tmp_path, scenario, expected, seed, times):
    """Kill the command line with all its processes at random moments, `times` times; then let the last run end."""
    file = tmp_path / "scenario.toml"
    file.write_text(to_toml(scenario))
    begin = time.monotonic()
    undisturbed = _command(file, "--out", tmp_path / "undisturbed")
    assert undisturbed.wait() == 0, undisturbed.stdout.read()
    longest = time.monotonic() - begin
    chance = random.Random(seed)
    kills = number = 0
    while kills < times:
        directory = tmp_path / f"cli{number}"
        number += 1
        ended = False
        while not ended and kills < times:
            begun = (directory / "scenario.toml").exists()
            process = _command(*([directory, "--resume"] if begun else [file, "--out", directory]))
            try:
                ended = process.wait(chance.uniform(0.2, 1.0) * longest) == 0
                assert ended, process.stdout.read()
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
        begun = (directory / "scenario.toml").exists()
        run_scenario(None if begun else scenario, directory, workers=1, resume=begun)
        assert differing(expected, contents(directory)) == []


@pytest.mark.full
def test_thirty_kills_of_the_whole_process_group_of_the_command_line(tmp_path, whole_long):
    _kill_whole_group(tmp_path, LONG, whole_long, seed=2, times=30)


SIGNALS = [(signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGXCPU, 1)]
SIGNALS += later((signal.SIGINT, 1), (signal.SIGTERM, 2), (signal.SIGUSR1, 1), (signal.SIGUSR2, 1))


@pytest.mark.parametrize(("number", "workers"), SIGNALS)
def test_ctrl_c_leaves_checkpoints_and_says_how_to_go_on(tmp_path, whole_long, workers, number):
    directory = tmp_path / "run"
    process = start(directory, LONG, workers, ASTROSIM_CHECKPOINT_SECONDS="1000")
    _wait_for((directory / "commits" / "store.json").exists, process)
    time.sleep(0.05)
    os.kill(process.pid, number)
    process.join(20)
    assert process.exitcode == INTERRUPTED
    assert f"Go on with: astrosim run {directory} --resume" in said(directory).read_text()
    left = len(list((directory / "checkpoints").glob("*.npz")))
    committed = len(list((directory / "commits").glob("*-*.json")))
    assert left >= 1
    assert left + committed <= 2
    run_scenario(None, directory, workers=1, resume=True)
    assert differing(whole_long, contents(directory)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, *later(signal.SIGTERM, signal.SIGUSR1)])
def test_a_signal_to_the_whole_process_group_is_an_interruption(tmp_path, number):
    directory = tmp_path / "run"
    process = _endless(directory, tmp_path / "endless.toml")
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert f"Go on with: astrosim run {directory} --resume" in output
    assert "was ended by" not in output


def test_workers_end_and_free_the_directory_when_their_parent_is_killed(tmp_path):
    directory = tmp_path / "run"
    process = start(directory, ENDLESS, 2, **ALWAYS)
    _wait_for(lambda: len(list((directory / "checkpoints").glob("*.npz"))) == 2, process)
    with pytest.raises(StoreError, match=rf"in use by process {process.pid} on {platform.node()}. Wait until it ends"):
        run_scenario(None, directory, workers=1, resume=True)
    process.kill()
    process.join()
    again = start(directory, None, 2, **ALWAYS)
    _wait_for(lambda: f"process {again.pid} " in (directory / ".lock").read_text(), again, seconds=10)
    again.kill()
    again.join()


def test_a_killed_worker_is_a_clear_error_and_costs_only_its_replicate(tmp_path, whole):
    directory = tmp_path / "run"
    process = _endless(directory, tmp_path / "endless.toml")
    os.kill(_workers_of(process.pid)[0], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "was ended by signal 9" in output
    assert f"`astrosim run {directory} --resume` goes on" in output
    assert "Traceback" not in output
    assert len(list(directory.glob("checkpoints/*.npz"))) == 2


def _workers_of(group):
    """Processes of a group that hold the run's lock but do not lead it."""
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            handles = [os.readlink(f"/proc/{int(name)}/fd/{fd}") for fd in os.listdir(f"/proc/{name}/fd")]
            if int(name) != group and os.getpgid(int(name)) == group and any(h.endswith("/.lock") for h in handles):
                found.append(int(name))
    return found


def _stop_early(directory, replicate):
    """Leave a checkpoint of a replicate in the middle."""
    coin = random.Random(1)
    control = Control(stopped=lambda: coin.random() < 0.3)
    with pytest.raises(Stopped):
        carry_out(directory, [replicate], {replicate.condition: resolve(SMALL, replicate.condition)}, control)


@pytest.fixture
def half(tmp_path, whole):
    """A run with one replicate committed less, and a checkpoint of that replicate."""
    directory = tmp_path / "run"
    run_scenario(SMALL, directory, workers=1)
    commit_path(directory, REPLICATES[2].condition, REPLICATES[2].seed).unlink()
    _stop_early(directory, REPLICATES[2])
    (checkpoint,) = (directory / "checkpoints").iterdir()
    return directory, checkpoint


def _cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path):
    data, middle = bytearray(path.read_bytes()), path.stat().st_size // 2
    for place in range(middle, middle + 64):  # of the archive's heads, single bytes may differ without harm
        data[place] ^= 8
    path.write_bytes(data)


def _empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "workers"),
    [*((harm, 1) for harm in (_cut, _flip, _empty)), (_cut, 2), *later((_flip, 2), (_empty, 2))],
)
def test_a_damaged_checkpoint_is_reported_and_its_replicate_starts_anew(half, whole, harm, workers, caplog):
    directory, checkpoint = half
    commit_path(directory, REPLICATES[0].condition, REPLICATES[0].seed).unlink()  # work for a second worker
    harm(checkpoint)
    with caplog.at_level(logging.WARNING, "astrosim.runs"):
        run_scenario(None, directory, workers=workers, resume=True)
    (record,) = caplog.records
    assert str(checkpoint) in record.message
    assert "Condition cursor, seed 3 starts again; committed replicates are kept" in record.message
    assert differing(whole, contents(directory)) == []


def test_a_checkpoint_of_another_replicate_is_refused(half, whole, caplog):
    directory, checkpoint = half
    commit_path(directory, REPLICATES[0].condition, REPLICATES[0].seed).unlink()
    shutil.copy(checkpoint, checkpoint.with_name("maturity-3.npz"))
    run_scenario(None, directory, workers=1, resume=True)
    assert [("maturity-3.npz: it belongs to another replicate" in record.message) for record in caplog.records] == [
        True
    ]
    assert differing(whole, contents(directory)) == []


def test_a_good_checkpoint_is_used(half, whole, caplog):
    directory, _ = half
    seen = []
    run_scenario(None, directory, workers=1, resume=True, progress=lambda *counts: seen.append(counts))
    assert caplog.records == []
    assert differing(whole, contents(directory)) == []


def test_resume_refuses_a_damaged_commit_and_computes_it_again_when_told(tmp_path, whole):
    directory = tmp_path / "run"
    run_scenario(SMALL, directory, workers=1)
    chunk = directory / "trajectory.zarr" / "weight" / "c.0.1.0.0"
    _flip(chunk)
    with pytest.raises(StoreError, match=rf"{chunk}: checksum"):
        run_scenario(None, directory, workers=1, resume=True)
    commit_path(directory, "maturity", 8).unlink()
    run_scenario(None, directory, workers=1, resume=True)
    assert differing(whole, contents(directory)) == []


@contextlib.contextmanager
def _file_size_limit(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 300, 2000, 4000])
def test_a_file_size_limit_is_a_clear_error_and_the_run_goes_on_without_it(tmp_path, whole, size):
    directory = tmp_path / "run"
    with _file_size_limit(size), pytest.raises(DiskFullError) as caught:
        run_scenario(SMALL, directory, workers=1)
    assert f"{directory}/" in str(caught.value)
    begun = (directory / "scenario.toml").exists()
    remedy = "then `astrosim run" if begun else "or name another place. Nothing was begun here."
    assert f"File too large. Free space or raise the file-size limit, {remedy}" in str(caught.value)
    run_scenario(go_on(directory, SMALL), directory, workers=1, resume=(directory / "scenario.toml").exists())
    assert differing(whole, contents(directory)) == []


@contextlib.contextmanager
def _mounted(place, *options):
    """A small file system in memory at `place`."""
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: this needs the right to mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_a_clear_error_and_the_last_commit_stays(tmp_path, whole, workers):
    with _mounted(tmp_path / "disk", "-o", "size=16m") as disk:
        directory = disk / "run"
        run_scenario(SMALL, directory, workers=1)
        for replicate in REPLICATES[1:]:
            commit_path(directory, replicate.condition, replicate.seed).unlink()
            for chunk in (directory / "trajectory.zarr").glob(f"*/c.{replicate.row}.{replicate.column}.*"):
                chunk.unlink()
        free = os.statvfs(disk)
        (disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_bsize - 80_000))
        with pytest.raises(DiskFullError, match=r"No space left on device. Free space or raise .* --resume`") as caught:
            run_scenario(None, directory, workers=workers, resume=True)
        assert str(directory / "trajectory.zarr") in str(caught.value)
        committed = open_run(directory).committed.values
        assert committed[0, 0]
        assert not committed.all()
        (disk / "ballast").unlink()
        run_scenario(None, directory, workers=workers, resume=True)
        assert differing(whole, contents(directory)) == []


def test_a_read_only_folder_is_a_clear_error_and_can_be_read(tmp_path, whole):
    with _mounted(tmp_path / "disk", "-o", "size=16m") as disk:
        run_scenario(SMALL, disk / "run", workers=1)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(StoreError, match=r"disk/new: Read-only file system. Make it a place to write to"):
            run_scenario(SMALL, disk / "new", workers=1)
        with pytest.raises(StoreError, match=r"disk/run/\.lock: Read-only file system. Make .* writable"):
            run_scenario(None, disk / "run", workers=1, resume=True)
        assert differing(whole, contents(disk / "run")) == []
        assert open_run(disk / "run").committed.values.all()


def test_a_forbidden_folder_is_a_clear_error_also_for_root():
    with pytest.raises(StoreError, match=r"/sys/astrosim: (Operation not permitted|Permission denied)\. Make"):
        run_scenario(SMALL, "/sys/astrosim", workers=1)


def test_a_file_in_the_place_of_the_directory_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file: File exists\."):
        run_scenario(SMALL, tmp_path / "file", workers=1)


def test_an_odd_checkpoint_time_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTROSIM_CHECKPOINT_SECONDS", "often")
    with pytest.raises(RunError, match=r"ASTROSIM_CHECKPOINT_SECONDS: not a number .*Write seconds, like 5\."):
        run_scenario(SMALL, tmp_path / "run", workers=1)


def test_the_interruption_of_a_run_in_this_process_is_told_like_any_other(tmp_path, whole):
    def interrupt(*counts):
        if counts[0] > 0:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted, match=r"Interrupted: \d of 4 replicates are committed"):
        run_scenario(SMALL, tmp_path / "run", workers=1, progress=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    run_scenario(None, tmp_path / "run", workers=1, resume=True)
    assert differing(whole, contents(tmp_path / "run")) == []
