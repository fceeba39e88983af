"""Runs on Dask clusters of real processes: the same bytes, also when they are killed."""

from __future__ import annotations

import os
import random
import shutil
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from dask_processes import Cluster, cable, cluster, second_network
from run_helpers import contents, differing, small

from astrosim.core.errors import Interrupted, RunError, ScenarioError
from astrosim.runs import run_scenario

pytest.importorskip("distributed")

from astrosim.runs.executors import away, check_executor, dask_cluster
from astrosim.runs.executors.parcel import pack, unpack

SMALL = small()
LONG = small(schedule={"episodes": 2500}, record={"every": 100, "weights_at": [-1]}, seeds=[3, 8, 11, 12])
ENDLESS = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A scheduler with two workers, each with a scratch folder of its own."""
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


def _commits(directory: Path) -> int:
    return len(list((directory / "commits").glob("*-*.json")))


def _begun(told: list[int]) -> Any:
    def note(done: int, total: int, replicates: int, every: int) -> None:
        told.append(done)

    return note


def test_a_cluster_gives_the_same_bytes_and_leaves_nothing_in_the_scratch_folders(tmp_path, there):
    run_scenario(SMALL, tmp_path / "here", workers=1)
    run_scenario(SMALL, tmp_path / "there", executor=f"dask={there.address}")
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "there")) == []
    names = [{str(p.relative_to(one)) for p in one.rglob("*")} for one in (tmp_path / "here", tmp_path / "there")]
    assert names[0] == names[1]
    left = [p for scratch in there.folder.glob("scratch*") for p in scratch.rglob("*-*.json")]
    assert left == []
    kept = {p.parent.parent for scratch in there.folder.glob("scratch*") for p in scratch.rglob("commits/store.json")}
    assert kept  # the arrays, in a run directory of a worker's own


def test_a_cluster_of_this_machine_gives_the_same_bytes(tmp_path):
    run_scenario(SMALL, tmp_path / "here", workers=1)
    run_scenario(SMALL, tmp_path / "there", executor="dask", workers=2)
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "there")) == []


def test_an_interrupted_run_frees_the_workers_and_goes_on_anywhere(tmp_path, there):
    told: list[int] = []
    with pytest.raises(Interrupted, match=r"0 of 4 replicates are committed"):
        run_scenario(
            ENDLESS,
            tmp_path / "endless",
            executor=f"dask={there.address}",
            progress=_begun(told),
            stopped=lambda: bool(told) and told[-1] > 0,
        )
    run_scenario(SMALL, tmp_path / "next", executor=f"dask={there.address}")  # the workers are free again
    run_scenario(SMALL, tmp_path / "here", workers=1)
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "next")) == []


def test_workers_of_other_versions_are_refused(tmp_path, there, monkeypatch):
    monkeypatch.setattr(dask_cluster, "versions_here", lambda: away.versions_here() | {"numpy": "0.1"})
    with pytest.raises(
        RunError, match=r"worker tcp://.*: numpy .* where the run has 0\.1\. Results may differ: install"
    ):
        run_scenario(SMALL, tmp_path / "run", executor=f"dask={there.address}")


def test_a_shard_on_a_cluster_merges_with_shards_from_elsewhere(tmp_path, there):
    from astrosim.runs.merge import merge_runs

    run_scenario(SMALL, tmp_path / "part1", executor=f"dask={there.address}", shard="1/2")
    run_scenario(SMALL, tmp_path / "part2", workers=1, shard="2/2")
    merge_runs([tmp_path / "part2", tmp_path / "part1"], tmp_path / "merged")
    run_scenario(SMALL, tmp_path / "here", workers=1)
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "merged")) == []


def _survives_kills(folder: Path, found: Cluster, kills: int, seed: int) -> int:
    """Run again and again while a random worker is killed at random moments and replaced; returns the kills."""
    chance, done, runs, over = random.Random(seed), 0, 0, threading.Event()
    run_scenario(LONG, folder / "whole", workers=1)

    def reaper() -> None:
        nonlocal done
        while not over.wait(chance.uniform(0.3, 4.0)) and done < kills:
            found.kill_worker(chance.choice(list(found.workers)))
            found.start_worker()
            done += 1

    thread = threading.Thread(target=reaper)
    thread.start()
    try:
        while done < kills:
            directory = folder / f"run{runs}"
            run_scenario(LONG, directory, executor=f"dask={found.address}")
            assert differing(contents(folder / "whole"), contents(directory)) == []
            runs += 1
    finally:
        over.set()
        thread.join()
    return done


def test_workers_killed_at_random_moments_change_nothing(tmp_path, there):
    assert _survives_kills(tmp_path, there, kills=2, seed=1) == 2


@pytest.mark.full
def test_fifty_killed_workers_change_nothing(tmp_path):
    with cluster(tmp_path) as found:
        assert _survives_kills(tmp_path, found, kills=50, seed=2) == 50


def _without_scheduler(tmp_path: Path, found: Cluster, delay: float) -> bool:
    """Kill the scheduler during a run; True if the run was cut short."""
    directory, told = tmp_path / "run", ""
    killer = threading.Timer(delay, found.kill_scheduler)
    killer.start()
    try:
        run_scenario(LONG, directory, executor=f"dask={found.address}")
    except RunError as error:
        told = str(error)
    killer.join()
    assert not told or f"astrosim run {directory} --resume" in told, told
    return bool(told)


@pytest.mark.full
def test_a_killed_scheduler_ends_the_run_and_what_came_back_is_kept(tmp_path):
    directory, told = tmp_path / "run", []
    run_scenario(LONG, tmp_path / "whole", workers=1)
    with cluster(tmp_path) as found:

        def progress(done: int, total: int, replicates: int, every: int) -> None:
            if replicates >= 2 and not told:
                told.append(replicates)
                found.kill_scheduler()

        with pytest.raises(RunError, match=rf"The Dask scheduler is gone.*`astrosim run {directory} --resume`"):
            run_scenario(LONG, directory, executor=f"dask={found.address}", progress=progress)
    assert _commits(directory) >= 2
    run_scenario(None, directory, workers=1, resume=True)
    assert differing(contents(tmp_path / "whole"), contents(directory)) == []


@pytest.mark.full
def test_ten_killed_schedulers_change_nothing(tmp_path):
    chance, kills, number = random.Random(3), 0, 0
    with cluster(tmp_path) as found:
        run_scenario(SMALL, tmp_path / "warm", executor=f"dask={found.address}")
        begun = time.monotonic()
        run_scenario(LONG, tmp_path / "whole", executor=f"dask={found.address}")
        length = time.monotonic() - begun
    while kills < 10:
        folder = tmp_path / f"try{number}"
        folder.mkdir()
        number += 1
        with cluster(folder) as found:
            run_scenario(SMALL, folder / "warm", executor=f"dask={found.address}")
            kills += _without_scheduler(folder, found, chance.uniform(0.0, length))
        resume = (folder / "run" / "scenario.toml").exists()
        (later := folder / "later").mkdir()
        with cluster(later) as found:  # where no file names the scheduler that is gone
            run_scenario(None if resume else LONG, folder / "run", executor=f"dask={found.address}", resume=resume)
        assert differing(contents(tmp_path / "whole"), contents(folder / "run")) == []


@pytest.mark.full
def test_a_replicate_whose_workers_die_again_and_again_is_told_and_given_up(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")  # two deaths a round
    one = small(schedule={"episodes": 100_000_000}, record={"decisions": False}, seeds=[3], conditions={"only": {}})
    with cluster(tmp_path, workers=1) as found:
        told: list[int] = []
        over = threading.Event()

        def reaper() -> None:
            last = 0
            while not over.wait(0.5):
                if told and told[-1] not in (0, last):  # the replicate is in work again
                    last = told[-1]
                    found.kill_worker(next(iter(found.workers)))
                    found.start_worker()

        thread = threading.Thread(target=reaper)
        thread.start()
        try:
            with pytest.raises(RunError, match=r"^6 workers died while they computed condition only, seed 3: it needs"):
                run_scenario(one, tmp_path / "run", executor=f"dask={found.address}", progress=_begun(told))
        finally:
            over.set()
            thread.join()
    texts = [record.getMessage() for record in caplog.records if "workers died" in record.getMessage()]
    assert [text.partition(" ")[0] for text in texts] == ["2", "4"]


@pytest.mark.full
@pytest.mark.skipif(shutil.which("ip") is None, reason="no iproute2 on this machine")
def test_workers_in_another_network_and_a_cut_cable(tmp_path, monkeypatch):
    """One worker here, one in a second network, whose cable is cut in the middle of a run and plugged in again."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "15s")
    run_scenario(LONG, tmp_path / "whole", workers=1)
    with second_network("asim") as host:
        found = Cluster(tmp_path, host)
        try:
            found.start_scheduler()
            found.lead = ("ip", "netns", "exec", "asim")
            found.start_worker()
            run_scenario(SMALL, tmp_path / "far", executor=f"dask={found.address}")  # by the far worker alone
            found.lead = ()
            found.start_worker()
            cut: list[int] = []

            def progress(done: int, total: int, replicates: int, every: int) -> None:
                if replicates >= 1 and not cut:
                    cut.append(done)
                    cable("asim", "down")

            run_scenario(LONG, tmp_path / "run", executor=f"dask={found.address}", progress=progress)
            cable("asim", "up")
        finally:
            found.close()
    run_scenario(SMALL, tmp_path / "near", workers=1)
    assert cut
    assert differing(contents(tmp_path / "near"), contents(tmp_path / "far")) == []
    assert differing(contents(tmp_path / "whole"), contents(tmp_path / "run")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daks", r"^--executor: no such executor \(daks\)\. Did you mean dask\? Write one of local, processes, dask, "),
        ("local=tcp://1.2.3.4:5", r"^--executor: no address belongs here \(local=tcp://1.2.3.4:5\)"),
        ("dask=", r"^--executor: no address belongs here \(dask=\)\. Write dask, or dask=tcp://HOST:8786\.$"),
    ],
)
def test_an_executor_that_there_is_not_is_refused(tmp_path, text, expected):
    with pytest.raises(ScenarioError, match=expected):
        check_executor(text)
    with pytest.raises(ScenarioError, match=expected):
        run_scenario(SMALL, tmp_path / "run", executor=text)
    assert not (tmp_path / "run").exists()


def test_no_scheduler_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 1.0)
    with pytest.raises(RunError, match=r"^--executor: no Dask scheduler answers at tcp://127\.0\.0\.1:9 "):
        run_scenario(SMALL, tmp_path / "run", executor="dask=tcp://127.0.0.1:9")


def test_a_batch_system_without_configuration_says_what_to_write(tmp_path, monkeypatch):
    with pytest.raises(
        RunError, match=r"^--executor: dask-slurm cannot start .*jobqueue\.yaml(.|\n)*slurm:\n    cores: 8"
    ):
        run_scenario(SMALL, tmp_path / "run", executor="dask-slurm", workers=1)


def test_parcels_are_plain_bytes_and_damage_is_seen():
    data = pack({"outcome": "done"}, {"a/b": b"\0\1", "c": b""})
    assert unpack(data) == ({"outcome": "done"}, {"a/b": b"\0\1", "c": b""})
    for broken in (data[:-9], b"", b"x" * 100, data.replace(b"\0\1", b"\0\2")):
        with pytest.raises(RunError, match=r"^A worker's answer is damaged"):
            unpack(broken)


@pytest.mark.full
def test_a_batch_system_runs_the_workers(tmp_path, monkeypatch):
    """A stand-in for Slurm's sbatch starts the job script at once; the script and all behind it are real."""
    import dask

    tools = tmp_path / "bin"
    tools.mkdir()
    sbatch = tools / "sbatch"
    script = tmp_path / "job.sh"
    sbatch.write_text(f'#!/bin/bash\ncp "$1" {script}\nsetsid bash {script} > {script}.log 2>&1 &\necho $!\n')
    scancel = tools / "scancel"
    scancel.write_text('#!/bin/bash\nkill -9 -- -"$1" 2> /dev/null\nexit 0\n')
    for tool in (sbatch, scancel):
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    settings = {"cores": 1, "memory": "2GB", "processes": 1, "interface": "lo", "local-directory": str(tmp_path)}
    with dask.config.set({f"jobqueue.slurm.{name}": value for name, value in settings.items()}):
        run_scenario(SMALL, tmp_path / "there", executor="dask-slurm", workers=1)
    run_scenario(SMALL, tmp_path / "here", workers=1)
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "there")) == []
