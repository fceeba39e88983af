"""A run in shares: each in a directory of its own, merged in any order to the bytes of one run."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import contents, differing, serve, small
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import Interrupted, ScenarioError, StoreError
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.merge import merge_runs
from astrosim.runs.shard import Shard, noted_shard, parse_shard
from astrosim.scenario import to_toml

SMALL = small(seeds=[3, 8, 11])
COUNT = 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The run, undisturbed."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def shards(tmp_path_factory) -> list[Path]:
    """The same in four shares."""
    folder = tmp_path_factory.mktemp("shards")
    for number in range(1, COUNT + 1):
        run_scenario(SMALL, folder / f"part{number}", workers=1, shard=f"{number}/{COUNT}")
    return [folder / f"part{number}" for number in range(1, COUNT + 1)]


def files_of(directory: Path) -> dict[str, bytes]:
    """All files below a directory."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def call(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_shares_are_disjoint_and_whole():
    cells = list(range(23))
    shares = [Shard(number, 5).of(cells) for number in range(1, 6)]
    assert sorted(cell for share in shares for cell in share) == cells
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert Shard(3, 2_000).of(cells) == [2]
    assert Shard(30, 2_000).of(cells) == []


@pytest.mark.parametrize("text", ["", "3", "3/", "/4", "a/b", "1/2/3", "-1/4", "1.0/4", "٣/٤"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ScenarioError, match=r"^--shard: not a share \(.*\)\. Write the number .* --shard 3/4\.$"):
        parse_shard(text)


@pytest.mark.parametrize(("text", "right"), [("5/4", "from 1/4 to 4/4"), ("0/4", "from 1/4 to 4/4"), ("0/0", "3/4")])
def test_a_share_that_there_is_not_is_refused(text, right):
    with pytest.raises(ScenarioError, match=rf"^--shard: no such share \({text}\)\. .*{right}\.$"):
        parse_shard(text)


def test_each_shard_holds_its_share_alone(shards):
    held = [open_run(one)["committed"].values for one in shards]
    assert (np.sum(held, axis=0) == 1).all()
    assert [int(one.sum()) for one in held] == [2, 2, 1, 1]
    assert [noted_shard(one) for one in shards] == [Shard(number, COUNT) for number in range(1, COUNT + 1)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_merged_in_any_order_they_are_the_whole_run(tmp_path, whole, shards, order):
    before = [files_of(one) for one in shards]
    merged = merge_runs([shards[number] for number in order], tmp_path / "merged")
    assert (merged.replicates, merged.missing, merged.absent) == (6, (), ())
    assert differing(contents(whole), contents(tmp_path / "merged")) == []
    names = [{p.name for p in (one / "commits").iterdir()} for one in (whole, tmp_path / "merged")]
    assert names[0] == names[1]
    ends = {path.name: path.read_bytes() for one in shards for path in (one / "ends").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "merged" / "ends").iterdir()} == ends
    assert len(ends) == 6
    assert (whole / "scenario.toml").read_bytes() == (tmp_path / "merged" / "scenario.toml").read_bytes()
    assert [files_of(one) for one in shards] == before
    assert rerun(tmp_path / "merged", workers=1).identical


def test_provenance_tells_where_a_merged_run_comes_from(tmp_path, shards):
    merge_runs(shards, tmp_path / "merged", command="astrosim merge")
    told = json.loads((tmp_path / "merged" / "provenance.json").read_text())
    assert [one["shard"] for one in told["merged"]] == ["1/4", "2/4", "3/4", "4/4"]
    assert [one["replicates"] for one in told["merged"]] == [2, 2, 1, 1]
    assert len(told["sessions"]) == COUNT + 1
    assert (told["sessions"][-1]["command"], told["sessions"][-1]["outcome"]) == ("astrosim merge", "finished")
    assert "shard" not in told


def test_missing_shards_are_told_and_can_be_computed(tmp_path, whole, shards):
    result = call("merge", shards[2], shards[0], "--out", tmp_path / "merged", "--no-report")
    assert result.exit_code == 0
    assert "3 of 6 replicates are missing (condition maturity, seed 8; " in result.stderr
    assert "Shards that were not named: 2/4, 4/4." in result.stderr
    run_scenario(None, tmp_path / "merged", workers=1, resume=True)
    assert differing(contents(whole), contents(tmp_path / "merged")) == []


def test_shards_that_come_later_join_an_earlier_merge(tmp_path, whole, shards):
    assert len(merge_runs(shards[:2], tmp_path / "merged").missing) == 2
    assert merge_runs(shards[2:], tmp_path / "merged").missing == ()
    assert merge_runs(shards, tmp_path / "merged").missing == ()
    assert differing(contents(whole), contents(tmp_path / "merged")) == []
    assert len(json.loads((tmp_path / "merged" / "provenance.json").read_text())["merged"]) == COUNT


def test_what_two_directories_hold_is_taken_once_if_it_is_the_same(tmp_path, whole, shards):
    run_scenario(SMALL, tmp_path / "half", workers=1, shard="1/2")
    merged = merge_runs([*shards, tmp_path / "half", whole], tmp_path / "merged")
    assert merged.missing == ()
    assert differing(contents(whole), contents(tmp_path / "merged")) == []


def _changed(source: Path, target: Path, condition: str, seed: int) -> None:
    """Copy a shard with another accuracy of one replicate, sealed as if it had been computed."""
    from astrosim.store.files import read_sealed, write_sealed
    from astrosim.store.replicates import commit_path

    shutil.copytree(source, target)
    path = commit_path(target, condition, seed)
    record = read_sealed(path)
    record["summary"]["final_accuracy"] = -1.0
    write_sealed(path, record)


def test_two_different_results_of_a_replicate_are_an_error_that_names_it(tmp_path, shards):
    _changed(shards[0], tmp_path / "other", "maturity", 3)
    with pytest.raises(StoreError, match=r"^condition maturity, seed 3: .*part1 and .*other hold different results"):
        merge_runs([*shards, tmp_path / "other"], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_damaged_file_is_named_and_nothing_is_written(tmp_path, shards):
    shutil.copytree(shards[0], tmp_path / "part1")
    chunk = next((tmp_path / "part1" / "trajectory.zarr" / "decision").glob("c.*"))
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match=rf"^{chunk}: checksum .* where .* was committed\n.*--resume"):
        merge_runs([tmp_path / "part1", *shards[1:]], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_shards_of_another_scenario_are_refused_with_the_field(tmp_path, shards):
    run_scenario(small(seeds=[3, 8, 11], name="other"), tmp_path / "other", workers=1, shard="1/4")
    with pytest.raises(StoreError, match=r"other: another scenario than that of .*part2 \(they differ in name\)"):
        merge_runs([shards[1], tmp_path / "other"], tmp_path / "merged")


def test_a_record_that_names_files_elsewhere_is_refused(tmp_path, shards):
    from astrosim.store.files import file_entry, read_sealed, write_sealed
    from astrosim.store.replicates import commit_path

    shutil.copytree(shards[0], tmp_path / "part1")
    (tmp_path / "secret").write_bytes(b"secret")
    path = commit_path(tmp_path / "part1", "maturity", 3)
    record = read_sealed(path)
    record["files"]["trajectory.zarr/../../secret"] = file_entry(b"secret")
    write_sealed(path, record)
    with pytest.raises(StoreError, match=r"a commit names a file outside the run directory"):
        merge_runs([tmp_path / "part1"], tmp_path / "merged")


def test_the_new_directory_may_hold_nothing_else(tmp_path, shards):
    with pytest.raises(StoreError, match=r"^--out: .* is one of the directories that are merged"):
        merge_runs(shards, shards[0])
    run_scenario(SMALL, tmp_path / "fifth", workers=1, shard="5/5")
    with pytest.raises(StoreError, match=r"^--out: .*fifth holds shard 5/5 of a run"):
        merge_runs(shards, tmp_path / "fifth")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"full: not empty \(notes.txt"):
        merge_runs(shards, tmp_path / "full")
    with pytest.raises(StoreError, match=r"none: no such run directory"):
        merge_runs([tmp_path / "none"], tmp_path / "merged")


def test_a_shard_goes_on_as_the_share_that_it_is(tmp_path, whole, shards):
    directory = tmp_path / "part"
    with pytest.raises(Interrupted, match=r"0 of 2 replicates of shard 2/4 are committed"):
        run_scenario(SMALL, directory, workers=1, shard="2/4", stopped=lambda: True)
    with pytest.raises(StoreError, match=r"^--shard: .*part holds shard 2/4 \(3/4\)\. Leave out --shard to go on"):
        run_scenario(None, directory, workers=1, resume=True, shard="3/4")
    with pytest.raises(StoreError, match=r"^--shard: .* holds no shard, but a whole run \(3/4\)"):
        run_scenario(None, whole, workers=1, resume=True, shard="3/4")
    run_scenario(None, directory, workers=1, resume=True)
    merge_runs([shards[0], directory, *shards[2:]], tmp_path / "merged")
    assert differing(contents(whole), contents(tmp_path / "merged")) == []


def test_a_shard_is_neither_lengthened_nor_repeated(shards):
    with pytest.raises(StoreError, match=r"a shard goes on as it began\. Merge all shards"):
        run_scenario(small(seeds=[3, 8, 11], schedule={"episodes": 90}), shards[0], workers=1, resume=True)
    with pytest.raises(StoreError, match=r"part1: shard 1/4 of a run, which cannot be repeated alone"):
        rerun(shards[0])


def test_the_merged_run_goes_on_for_longer_from_the_kept_ends(tmp_path, shards):
    longer = small(seeds=[3, 8, 11], schedule={"episodes": 90, "trials_per_episode": 10})
    run_scenario(longer, tmp_path / "longer", workers=1)
    merge_runs(shards, tmp_path / "merged")
    run_scenario(longer, tmp_path / "merged", workers=1, resume=True)
    assert differing(contents(tmp_path / "longer"), contents(tmp_path / "merged")) == []
    assert json.loads((tmp_path / "merged" / "provenance.json").read_text())["lengthened"][0]["from_ends"] == 6


@pytest.mark.full
def test_shards_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(to_toml(SMALL))
    for number, page in ((2, "--no-report"), (1, "--report")):
        result = call("run", "small.toml", "--shard", f"{number}/2", "--workers", "1", page)
        assert result.exit_code == 0, result.stderr
        assert f"This is shard {number}/2 of a run: it holds 3 of 6 replicates" in " ".join(result.stdout.split())
    page = Path("runs/small-1-of-2/report.html").read_text()
    assert "This is shard 1/2 of a run" in page
    assert "This run is not finished" not in page
    result = call("merge", "runs/small-1-of-2", "runs/small-2-of-2", "--out", "runs/small", "--no-report")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "This is shard" not in result.stdout
    result = call("run", "small.toml", "--shard", "9/9", "--workers", "1", "--out", "ninth")
    assert result.exit_code == 0
    assert result.stderr.endswith(
        "Nothing was to do: shard 9/9 of this run has no replicates. Merge ninth like the others.\n"
    )
    result = call("run", "small.toml", "--shard", "9")
    assert (result.exit_code, Path("runs/small-9").exists()) == (2, False)
    assert call("merge", "runs/small-1-of-2", "ninth", "--out", "runs/none").exit_code == 0


def test_a_merge_that_is_killed_is_repeated(tmp_path, whole, shards):
    """Kill -9 at moments over the whole length of a merge; the same command then completes it."""
    serve()

    def begin(out: Path) -> Any:
        process = multiprocessing.get_context("forkserver").Process(target=merge_runs, args=(shards, out))
        process.start()
        return process

    for name in ("first", "second"):  # the first waits for the server of processes
        start = time.monotonic()
        begin(tmp_path / name).join()
    longest = time.monotonic() - start
    killed = 0
    for number in range(3):
        out = tmp_path / f"merged{number}"
        process = begin(out)
        process.join(longest * (number + 1) / 4)
        if process.exitcode is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.join()
        assert merge_runs(shards, out).missing == ()
        assert differing(contents(whole), contents(out)) == []
    assert killed
