"""Replicates of large runs share chunks and commits: the same values, and nothing lost at any moment."""

from __future__ import annotations

import json
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_system
import numpy as np
import pytest
from later import later
from run_helpers import contents, differing, small, summary_rows

from astrosim.core.errors import StoreError
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.failures import ReplicatesFailed, read_failures
from astrosim.runs.kept import kept
from astrosim.runs.trained import load_trained
from astrosim.scenario import resolve
from astrosim.store import block_data
from astrosim.store.read import stored_blocks
from astrosim.store.replicates import read_commit
from astrosim.systems.waves.scenario.schema import WaveScenario

EPOCHS = {"short": 4, "wave": 6, "long": 9}
SEEDS = tuple(range(7))
REPLICATES = [(condition, seed) for condition in EPOCHS for seed in SEEDS]
BLOCKS = 6


def waves() -> WaveScenario:
    """Three conditions and seven seeds: blocks of four seeds, and of three."""
    data: dict[str, Any] = {
        "name": "waves",
        "seeds": SEEDS,
        "task": {"data": "digits"},
        "conditions": {name: {"schedule": {"epochs": epochs}} for name, epochs in EPOCHS.items()},
    }
    return WaveScenario.model_validate(data)


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FAKE_ALONE", "5")
    with fake_system.registered(), fake_system.many_to_a_block():
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The experiment in blocks, undisturbed."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_ALONE", "5")
        with fake_system.registered(), fake_system.many_to_a_block():
            run_scenario(waves(), directory, workers=1)
    return directory


def records(directory: Path) -> dict[str, Any]:
    """Commit records of blocks by name."""
    found = {path.stem: read_commit(path) for path in (directory / "commits").glob("block-*.json")}
    return {name: record for name, record in found.items() if record is not None}


def begun(directory: Path) -> list[list[Any]]:
    """Replicates that were begun or taken up, in order."""
    text = fake_system.logbook(directory).read_text()
    return [one for line in text.splitlines() for one in json.loads(line)["replicates"]]


def test_blocks_hold_the_values_of_replicates_with_files_of_their_own(whole, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_ALONE", "1000")
    with fake_system.many_to_a_block():
        run_scenario(waves(), tmp_path / "alone", workers=1)
    assert open_run(tmp_path / "alone").load().identical(open_run(whole).load())
    assert summary_rows(tmp_path / "alone") == summary_rows(whole)
    assert len(records(whole)) == BLOCKS
    arrays = read_commit(whole / "commits" / "store.json")
    assert arrays is not None
    assert arrays["block"] == [1, 4]
    assert [len(block.cells) for block in stored_blocks(arrays)] == [4, 3] * 3
    chunks = list((whole / "trajectory.zarr").glob("train_loss/c.*"))
    assert len(chunks) == BLOCKS
    assert list((whole / "checkpoints").iterdir()) == []


@pytest.mark.parametrize(("workers", "together"), [(2, 3), (3, 100)])
def test_any_number_of_workers_writes_the_same_bytes(whole, tmp_path, monkeypatch, workers, together):
    monkeypatch.setenv("FAKE_BLOCK", str(together))
    seen = []
    run_scenario(waves(), tmp_path / "run", workers=workers, progress=lambda *counts: seen.append(counts))
    assert differing(contents(whole), contents(tmp_path / "run")) == []
    units = len(SEEDS) * sum(EPOCHS.values())
    assert seen[-1] == (units, units, 21, 21)
    assert seen == sorted(seen)


@pytest.mark.parametrize("finished", [1, 3])
def test_a_kill_inside_a_block_costs_nothing_that_was_finished(whole, tmp_path, finished):
    directory = tmp_path / "run"
    settings = {"ASTROSIM_CHECKPOINT_SECONDS": "0", "FAKE_BLOCK": "100", "FAKE_KILL_AFTER": str(finished)}
    assert fake_system.run_in_a_process(directory, waves(), FAKE_ALONE="5", **settings) == -signal.SIGKILL
    assert records(directory) == {}
    before = len(begun(directory))
    run_scenario(None, directory, workers=1, resume=True)
    assert len(begun(directory)) - before == len(REPLICATES) - finished
    assert differing(contents(whole), contents(directory)) == []
    assert list((directory / "checkpoints").iterdir()) == []


@pytest.mark.parametrize(("workers", "times"), [(1, 3), *later((1, 30), (2, 30))])
def test_kills_at_random_moments_leave_the_same_bytes(whole, tmp_path, workers, times):
    chance, kills, number = random.Random(workers + times), 0, 0
    settings = {"ASTROSIM_CHECKPOINT_SECONDS": "0.01", "FAKE_EPOCH_SECONDS": "0.004", "FAKE_WORKERS": str(workers)}
    while kills < times:
        directory = tmp_path / f"run{number}"
        number += 1
        while True:
            process = fake_system.started(directory, waves(), FAKE_ALONE="5", **settings)
            deadline = time.monotonic() + 60
            while not (directory / "commits").exists() and process.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
            process.join(chance.uniform(0, 0.8))
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            kills += 1
            if kills >= times:
                run_scenario(None, directory, workers=1, resume=True)
                break
        assert process.exitcode in (0, -signal.SIGKILL)
        assert differing(contents(whole), contents(directory)) == []


def test_a_damaged_chunk_is_named_and_its_block_computed_again(whole, tmp_path):
    directory = Path(shutil.copytree(whole, tmp_path / "run"))
    chunk = directory / "trajectory.zarr" / "train_loss" / "c.1.0.0"
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 8
    chunk.write_bytes(data)
    record = directory / "commits" / "block-1-0.json"
    remedy = rf"{chunk}: checksum .*\n?.*Delete {record}; .* computes the replicates of this block again, and no other"
    for read in (open_run, lambda path: run_scenario(None, path, workers=1, resume=True)):
        with pytest.raises(StoreError, match=remedy):
            read(directory)
    record.unlink()
    fake_system.logbook(directory).unlink(missing_ok=True)
    run_scenario(None, directory, workers=1, resume=True)
    assert sorted(begun(directory)) == [["wave", seed] for seed in range(4)]
    assert differing(contents(whole), contents(directory)) == []


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A run of which two replicates failed, in different blocks."""
    directory = tmp_path / "run"
    monkeypatch.setenv("FAKE_FAIL", "wave-1,short-6")
    with pytest.raises(ReplicatesFailed, match=r"2 of 21 replicates failed; the other 19 are committed\."):
        run_scenario(waves(), directory, workers=1)
    monkeypatch.delenv("FAKE_FAIL")
    return directory


def test_a_failed_replicate_costs_no_other_of_its_block(broken, whole):
    lost = {("wave", 1), ("short", 6)}
    assert {one.cell for one in read_failures(broken)} == lost
    assert {path.name for path in (broken / "failures").iterdir()} == {"block-1-0.json", "block-0-1.json"}
    data, full = open_run(broken).load(), open_run(whole).load()
    for condition, seed in REPLICATES:
        own = data.sel(condition=condition, seed=seed)
        assert bool(own.committed) == ((condition, seed) not in lost)
        expected = full.sel(condition=condition, seed=seed)
        assert own.train_loss.isnull().all() if (condition, seed) in lost else own.identical(expected)
    rows = [(row["condition"], int(row["seed"])) for row in summary_rows(broken)]
    assert rows == [cell for cell in REPLICATES if cell not in lost]
    fake_system.logbook(broken).unlink()
    run_scenario(None, broken, workers=1, resume=True)
    assert sorted(begun(broken)) == [["short", 6], ["wave", 1]]
    assert differing(contents(whole), contents(broken)) == []
    assert not (broken / "failures").exists()


def test_what_fails_again_leaves_its_block_as_it_is(broken, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "wave-1")
    before = contents(broken)
    with pytest.raises(ReplicatesFailed, match="1 of 21 replicates failed; the other 20 are committed"):
        run_scenario(None, broken, workers=1, resume=True)
    assert {name for name in differing(before, contents(broken)) if "/c." in name} <= {
        name for name in before if "/c.0.1" in name
    }
    assert [one.cell for one in read_failures(broken)] == [("wave", 1)]


class Killed(BaseException):
    """The end of the process, as far as the code under test can tell."""


@pytest.mark.parametrize("writes", [0, 1, 3])
def test_a_kill_while_a_block_is_written_again_loses_nothing(broken, whole, monkeypatch, writes):
    """The old commit is gone, some chunks are written over, and the new commit is not there."""
    write, count = block_data.write_durably, []

    def write_some(path: Path, data: bytes) -> None:
        count.append(path)
        if len(count) > writes:
            path.write_bytes(data[: len(data) // 2])
            raise Killed
        write(path, data)

    monkeypatch.setattr(block_data, "write_durably", write_some)
    with pytest.raises(Killed):
        run_scenario(None, broken, workers=1, resume=True)
    monkeypatch.setattr(block_data, "write_durably", write)
    assert len(records(broken)) == BLOCKS - 1
    open_run(broken)
    before = len(begun(broken))
    run_scenario(None, broken, workers=1, resume=True)
    assert len(begun(broken)) - before == 1  # the other block's; this one's is finished, and kept
    assert differing(contents(whole), contents(broken)) == []


def test_finished_and_unfinished_replicates_of_a_damaged_checkpoint_start_again(whole, tmp_path, caplog):
    directory = tmp_path / "run"
    settings = {"ASTROSIM_CHECKPOINT_SECONDS": "0", "FAKE_BLOCK": "100", "FAKE_KILL_AFTER": "2"}
    fake_system.run_in_a_process(directory, waves(), FAKE_ALONE="5", **settings)
    for ending in ("cells", "npz"):
        (path,) = (directory / "checkpoints").glob(f"*.{ending}")
        data = bytearray(path.read_bytes())
        data[-20] ^= 8
        path.write_bytes(data)
    before = len(begun(directory))
    run_scenario(None, directory, workers=1, resume=True)
    assert len(begun(directory)) - before == len(REPLICATES) - 1
    assert "the checksum of a record is not the one that was written" in caplog.text
    assert "The replicates that were in work start again" in caplog.text
    assert differing(contents(whole), contents(directory)) == []


def test_a_run_in_blocks_is_repeated_to_the_bit(whole, tmp_path, monkeypatch):
    assert rerun(whole, workers=2, out=tmp_path).identical
    monkeypatch.setenv("FAKE_SHIFT", "1e-15")
    result = rerun(whole, workers=1, out=tmp_path)
    assert not result.identical
    assert any(text.startswith("summary, test_loss, condition short, seed 1: ") for text in result.differences)


def test_ends_of_a_block_are_what_longer_runs_and_trained_networks_go_on_from(tmp_path, monkeypatch):
    def scenario(episodes: int) -> Any:
        return small(seeds=range(4), schedule={"episodes": episodes, "trials_per_episode": 10})

    def end(name: str) -> dict[str, np.ndarray]:
        run_scenario(scenario(20), tmp_path / name, workers=1)
        found, ended = kept(tmp_path / name, "cursor", 2, resolve(scenario(20), "cursor")) or ({}, False)
        assert ended
        return found

    shared = end("run")
    assert len(records(tmp_path / "run")) > 1
    monkeypatch.setenv("FAKE_ALONE", "1000")
    with fake_system.many_to_a_block():
        alone = end("alone")
    assert not records(tmp_path / "alone")
    assert list(shared) == list(alone)
    assert all(np.array_equal(shared[name], alone[name]) for name in alone)
    assert load_trained(tmp_path / "run", "cursor", 2).weights.equals(
        load_trained(tmp_path / "alone", "cursor", 2).weights
    )
    run_scenario(scenario(30), tmp_path / "run", workers=1, resume=True)
    run_scenario(scenario(30), tmp_path / "whole", workers=1)
    assert differing(contents(tmp_path / "whole"), contents(tmp_path / "run")) == []
    (lengthened,) = json.loads((tmp_path / "run" / "provenance.json").read_text())["lengthened"]
    assert (lengthened["from_ends"], lengthened["from_the_beginning"]) == (8, 0)
