"""Runs at addresses: real stores of fsspec; the bytes of a local run after kills, damage and refused uploads."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_equal
from run_helpers import contents, differing, small, start
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import RunError, ScenarioError, StoreError
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.checkpoint import ENDS as ENDS_OF_RUNS
from astrosim.runs.failures import FAILURES as FAILURES_OF_RUNS
from astrosim.runs.merge import merge_runs
from astrosim.runs.status import read_status
from astrosim.scenario.inputs import FOLDER
from astrosim.store.files import write_sealed
from astrosim.store.remote import is_address, local_copy, without_secrets
from astrosim.store.remote.address import Address
from astrosim.store.remote.fetch import ENDS, FAILURES, INPUTS
from astrosim.view.sources import RunSource

SMALL = small()
LONGER = small(schedule={"episodes": 90, "trials_per_episode": 10})
SLOW = small(seeds=[3, 8, 11, 12], schedule={"episodes": 1500}, record={"every": 100, "weights_at": [-1]})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small experiment in a directory of this machine."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make this process one on another machine: its user has another cache."""

    def on(name: str) -> Path:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        return tmp_path / name

    on("first")
    monkeypatch.setenv("ASTROSIM_UPLOAD_SECONDS", "1")
    return on


def call(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def at(url: str, whole: Path) -> list[str]:
    """What differs between a run at an address, as a reader gets it, and one in a directory."""
    return differing(contents(local_copy(url)), contents(whole))


@pytest.mark.parametrize("form", ["file://{}/store/run", "memory://{}/run"])
def test_a_run_at_an_address_has_the_bytes_of_a_local_one(tmp_path, machine, whole, form):
    url = form.format(tmp_path)
    run_scenario(SMALL, url, workers=1)
    with pytest.raises(StoreError, match=r"a run lies here already\. `astrosim run \S+ --resume` goes on"):
        run_scenario(SMALL, url, workers=1)
    machine("other")
    assert at(url, whole) == []
    assert open_run(Path(url)).equals(open_run(whole))  # a Path takes a stroke away
    assert rerun(url, workers=1).identical
    before = local_copy(url).joinpath("commits", "maturity-3.json").read_bytes()
    run_scenario(None, url, workers=1, resume=True)
    assert local_copy(url).joinpath("commits", "maturity-3.json").read_bytes() == before
    assert len(json.loads((local_copy(url) / "provenance.json").read_bytes())["sessions"]) == 2


def test_the_commands_take_addresses(tmp_path, machine, whole):
    url = f"file://{tmp_path}/store/small"
    run_scenario(SMALL, url, workers=1)
    machine("other")
    told = json.loads(call("status", url, "--json").output)
    assert (told["directory"], told["state"], told["done"], told["replicates"]) == (url, "finished", 4, 4)
    for words in (["report", url], ["plot", url, "curves"], ["export", url]):
        done = call(*words)
        assert done.exit_code == 0, done.output
        assert Path(done.output.strip()).exists()
    assert call("run", url).output.startswith(f"{url}: a directory. `astrosim run {url} --resume`")
    done = call("run", url, "--resume", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert f"Stored at: {url}" in done.output
    assert (tmp_path / "store" / "small" / "report.html").exists()
    assert call("status", f"{url}-2").output.startswith(f"{url}-2: no run lies here.")
    assert call("open", "nothing").exit_code == 2


def test_a_branch_starts_from_an_address(tmp_path, machine, whole):
    url = f"file://{tmp_path}/store/source"
    run_scenario(SMALL, url, workers=1)
    machine("other")
    for place, name in ((whole, "here"), (url, "there")):
        run_scenario(small(seeds=[8]), tmp_path / name, workers=1, branch=f"{place}:maturity:8")
    assert differing(contents(tmp_path / "here"), contents(tmp_path / "there")) == []
    facts = json.loads((tmp_path / "there" / "provenance.json").read_bytes())["branched_from"]
    assert (facts["run"], facts["condition"], facts["seeds"]) == (url, "maturity", [8])
    for place, what in ((f"{url}:nothing", "condition: none of this run's"), (f"{url}-2", "no such run")):
        with pytest.raises(ScenarioError, match=f"--from: {what}"):
            run_scenario(SMALL, tmp_path / "none", workers=1, branch=place)


def test_a_run_at_an_address_is_viewed(tmp_path, machine, whole):
    url = f"file://{tmp_path}/store/seen"
    run_scenario(SMALL, url, workers=1)
    machine("other")
    source = RunSource(url)
    assert source.title.endswith(f"stored in {url}")
    assert source.conditions == RunSource(whole).conditions
    players = [one.player("maturity", 8, {}) for one in (source, RunSource(whole))]
    for player in players:
        player.advance(25)
    assert_equal(*(player.look(None) for player in players))
    told = call("view", url, "--no-browser", "--condition", "nothing")
    assert told.exit_code == 2
    assert told.output.startswith(f"--conditions: {url}: nothing is stored of it (nothing). Write one of ")
    assert call("view", f"{url}-2", "--no-browser").output.startswith(f"{url}-2: no run lies here")


def test_a_killed_run_goes_on_from_its_address_on_another_machine(tmp_path, machine):
    """What was uploaded is not computed again; the bytes are those of an undisturbed run."""
    run_scenario(SLOW, tmp_path / "whole", workers=1)
    url, commits = f"file://{tmp_path}/store/run", tmp_path / "store" / "run" / "commits"
    process = start(url, SLOW, 1, XDG_CACHE_HOME=str(tmp_path / "first"), ASTROSIM_UPLOAD_SECONDS="0.05")
    deadline = time.monotonic() + 60
    while not list(commits.glob("*-*.json")):
        assert process.exitcode is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    there = {path.name: path.read_bytes() for path in commits.glob("*-*.json")}
    assert 0 < len(there) < 8
    machine("other")
    assert read_status(url).state == "killed"
    run_scenario(None, url, workers=1, resume=True)
    machine("third")
    assert at(url, tmp_path / "whole") == []
    assert {name: (commits / name).read_bytes() for name in there} == there


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm", [flip, lambda path: path.write_bytes(path.read_bytes()[:-3]), Path.unlink], ids=["flip", "cut", "missing"]
)
def test_a_damaged_object_is_named_and_its_remedy_works(tmp_path, machine, whole, harm):
    url, root = f"file://{tmp_path}/store/run", tmp_path / "store" / "run"
    run_scenario(SMALL, url, workers=1)
    chunk = min((root / "trajectory.zarr").glob("*/c.0.1*"))
    record = root / "commits" / "cursor-8.json"
    harm(chunk)
    if harm is not Path.unlink:  # a commit that is not there was not made
        harm(record)
    machine("other")
    with pytest.raises(StoreError) as caught:
        open_run(url)
    assert f"{url}/{chunk.relative_to(root)}: " in str(caught.value)
    named = [line.split()[1] for line in str(caught.value).split("\n") if line.startswith("Delete ")]
    named += [
        line.partition(". Delete ")[2].split()[0] for line in str(caught.value).split("\n") if ". Delete " in line
    ]
    assert f"{url}/commits/maturity-8.json" in named
    assert (f"{url}/commits/cursor-8.json" in named) == (harm is not Path.unlink)
    with pytest.raises(StoreError, match="maturity-8"):
        run_scenario(None, url, workers=1, resume=True)
    for name in named:
        Path(name.removeprefix("file://")).unlink()
    run_scenario(None, url, workers=1, resume=True)
    machine("third")
    assert at(url, whole) == []


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Any:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: this needs the right to mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_uploads_that_find_no_room_lose_nothing(tmp_path, machine, whole, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with small_disk(tmp_path / "disk", "100k") as disk:
        url = f"file://{disk}/run"
        with pytest.raises(RunError) as caught:
            run_scenario(SMALL, url, workers=1)
        copy = Path(str(caught.value).partition("it lies in ")[2].partition(". `astrosim")[0])
        assert f"`astrosim run {url} --resume` puts the rest there." in str(caught.value)
        assert differing(contents(copy), contents(whole)) == []
        assert call("run", url, "--resume", "--workers", 1).exit_code == 1
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        assert call("run", url, "--resume", "--workers", 1).exit_code == 0
        machine("other")
        assert at(url, whole) == []


def test_shards_at_addresses_are_merged_at_an_address(tmp_path, machine, whole):
    urls = [f"memory://{tmp_path}/part{number}" for number in (1, 2)]
    for number, url in enumerate(urls, 1):
        run_scenario(SMALL, url, workers=1, shard=f"{number}/2")
    out = f"memory://{tmp_path}/merged"
    assert len(merge_runs(urls[:1], out).missing) == 2
    machine("other")
    assert merge_runs(urls[::-1], out).missing == ()
    assert at(out, whole) == []


def test_a_longer_run_takes_the_place_of_the_shorter_one(tmp_path, machine):
    run_scenario(LONGER, tmp_path / "long", workers=1)
    url = f"memory://{tmp_path}/run"
    run_scenario(SMALL, url, workers=1)
    machine("other")
    local_copy(url)
    run_scenario(LONGER, url, workers=1, resume=True)
    assert at(url, tmp_path / "long") == []
    machine("first")
    with pytest.raises(StoreError, match="this working copy holds another run than"):
        run_scenario(None, url, workers=1, resume=True)


def test_a_record_cannot_reach_outside(tmp_path, machine):
    url, root = f"file://{tmp_path}/store/run", tmp_path / "store" / "run"
    run_scenario(SMALL, url, workers=1)
    record = root / "commits" / "maturity-3.json"
    content = json.loads(record.read_bytes())["content"]
    content["files"]["trajectory.zarr/../../caught"] = {"bytes": 1, "sha256": "0"}
    write_sealed(record, content)
    cache = machine("other")
    with pytest.raises(StoreError, match="names a file outside the run directory"):
        open_run(url)
    assert list(cache.rglob("caught")) == []


def test_two_machines_do_not_write_to_one_address(tmp_path, machine):
    url = f"file://{tmp_path}/store/run"
    endless = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})
    process = start(url, endless, 1, XDG_CACHE_HOME=str(tmp_path / "first"), ASTROSIM_UPLOAD_SECONDS="1")
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "store" / "run" / "status.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with pytest.raises(StoreError, match="in use by another process of this machine"):
            run_scenario(None, url, workers=1, resume=True)
        assert read_status(url).state == "running"
        machine("other")
        with pytest.raises(StoreError, match=rf"in use by process {process.pid} on "):
            run_scenario(None, url, workers=1, resume=True)
        assert (found := read_status(url)).state == "running"
        assert found.directory == url
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://bucket/run/", "s3://bucket/run"),
        ("sftp://anna:se%40cret@host:22/data/run", "sftp://anna@host:22/data/run"),
        ("https://token@host/run?sig=secret", "https://host/run"),
        ("abfs://box@account.dfs.core.windows.net/run", "abfs://box@account.dfs.core.windows.net/run"),
        ("file:/tmp/run", "file:///tmp/run"),
        ("s3:/bucket/run", "s3://bucket/run"),
    ],
)
def test_addresses_are_told_without_secrets(text, shown):
    assert is_address(text)
    address = Address.of(text)
    assert address.shown == shown
    assert address.name == "run"
    assert "secret" not in address.scrubbed(text).replace(shown, "").replace("%40", "@").replace("se@cret", "secret")
    if "://" in text:
        told = without_secrets(f"astrosim run a.toml --out={text} --workers 2")
        assert told.replace("/ --", " --") == f"astrosim run a.toml --out={shown} --workers 2"


@pytest.mark.parametrize("text", ["runs/a", "/abs", "a:b", "C:/x", "s3:", "dask"])
def test_directories_are_no_addresses(text):
    assert not is_address(text)


def test_what_is_missing_or_no_place_is_told(machine):
    done = call("run", "quick", "--out", "s3://anna:secret@bucket/run")
    assert done.exit_code == 1
    assert done.output.startswith("s3://anna@bucket/run: needs a package that is not installed. Install s3fs")
    for url, text in (
        ("foo://b/run", "Protocol not known: foo"),
        ("s3://bucket", "no folder of a run"),
        ("zip://a::file://b", "no address of a run"),
        ("file:///a/../b", "no folder of a run"),
    ):
        done = call("run", "quick", "--out", url)
        assert done.exit_code == 2, done.output
        assert text in done.output


def test_folders_have_the_names_that_runs_use():
    assert (ENDS, FAILURES, INPUTS) == (ENDS_OF_RUNS, FAILURES_OF_RUNS, FOLDER)
