"""A run in an object store, over a real connection: an S3 server of its own (extra `reference`), reached by s3fs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT
from run_helpers import contents, differing, small

from astrosim.runs import run_scenario
from astrosim.scenario import to_toml

s3fs = pytest.importorskip("s3fs", reason="the extra `reference` is not installed")
pytest.importorskip("moto.server", reason="the extra `reference` is not installed")
pytestmark = pytest.mark.full

URL = "s3://bucket/folder/run"
SLOW = small(seeds=[3, 8, 11, 12], schedule={"episodes": 6000}, record={"every": 100, "weights_at": [-1]})
PATIENCE = 120.0  # s
MAKE = "import s3fs; s3fs.S3FileSystem().mkdir('bucket')"


class Store:
    """An S3 server with an empty bucket; a new one at the same place has forgotten all."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        subprocess.run([sys.executable, "-c", MAKE], env=self.environment("bucket"), check=True)

    def environment(self, machine: str) -> dict[str, str]:
        """Return the environment of a machine: its own cache, and the keys of the store."""
        return os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "XDG_CACHE_HOME": str(self.folder / machine),
            "ASTROSIM_UPLOAD_SECONDS": "1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret-of-somebody",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def begin(self, machine: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "astrosim", *arguments]
        return subprocess.Popen(
            command, env=self.environment(machine), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def call(self, machine: str, *arguments: str) -> tuple[int, str]:
        process = self.begin(machine, *arguments)
        out, error = process.communicate(timeout=600)
        assert "secret-of-somebody" not in out + error
        assert "Traceback" not in error
        return process.returncode, out + error

    def copy(self, machine: str) -> Path:
        """Return what a reader on another machine gets."""
        code = f"from astrosim.store.remote import local_copy; print(local_copy({URL!r}))"
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment(machine), capture_output=True, text=True, check=True
        )
        return Path(done.stdout.strip())

    def wait_for_commits(self, process: subprocess.Popen[str]) -> None:
        """Wait until some of the replicates, and not all, are in the store."""
        reader = s3fs.S3FileSystem(
            key="somebody", secret="secret-of-somebody", endpoint_url=f"http://127.0.0.1:{self.port}"
        )
        deadline = time.monotonic() + PATIENCE
        while not (names := reader.glob(f"{URL}/commits/*-*.json", refresh=True)):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert len(names) < 8

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.end()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "slow.toml"
    path.write_text(to_toml(SLOW))
    return str(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SLOW, directory, workers=2)
    return directory


def test_commands_take_an_object_store(store, file, whole):
    code, said = store.call("first", "run", file, "--out", URL, "--workers", "2")
    assert code == 0, said
    assert f"Stored at: {URL}" in said
    assert differing(contents(store.copy("second")), contents(whole)) == []
    for arguments in (
        ["status", URL],
        ["rerun", URL, "--workers", "2"],
        ["plot", URL, "curves"],
        ["compare", URL, URL],
    ):
        code, said = store.call("second", *arguments)
        assert code == 0, said
    code, said = store.call("third", "run", file, "--from", f"{URL}:cursor:8", "--seeds", "8", "--out", f"{URL}-2")
    assert code == 0, said
    code, said = store.call("third", "run", file, "--out", "s3://none/run")
    assert (code, said.startswith("s3://none/run")) == (2, True), said


def test_a_killed_run_goes_on_from_the_store_on_another_machine(store, file, whole):
    process = store.begin("first", "run", file, "--out", URL, "--workers", "1", "--no-report")
    store.wait_for_commits(process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    code, said = store.call("second", "run", URL, "--resume", "--no-report")
    assert code == 0, said
    assert differing(contents(store.copy("third")), contents(whole)) == []


def test_a_store_that_is_gone_and_comes_back_empty_gets_all_of_it(store, file, whole):
    process = store.begin("first", "run", file, "--out", URL, "--workers", "1", "--no-report")
    store.wait_for_commits(process)
    store.end()
    _, said = process.communicate(timeout=600)
    assert process.returncode == 1, said
    assert f"`astrosim run {URL} --resume` puts the rest there." in said
    code, said = store.call("second", "status", URL)
    assert (code, said.startswith(URL)) == (2, True), said
    store.start()
    code, said = store.call("first", "run", URL, "--resume", "--no-report")
    assert code == 0, said
    assert differing(contents(store.copy("third")), contents(whole)) == []
