"""A Dask cluster of real processes for the tests: a scheduler, and workers with scratch folders of their own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import TESTS

PATIENCE_SECONDS = 120.0  # for a process to start on a busy machine
QUICK = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
}


def wait_for(condition: object, what: str) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Cluster:
    """Processes of one cluster; each in a process group of its own, so that `kill` takes all of it.

    Parameters
    ----------
    folder : Path
        For logs and scratch folders.
    lead : list of str
        Put before the commands of workers, such as those that enter another network.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", lead: tuple[str, ...] = ()) -> None:
        self.folder, self.host, self.lead = folder, host, lead
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.scheduler: subprocess.Popen[bytes] | None = None
        self._started = 0

    def start_scheduler(self) -> None:
        """Start a scheduler on a free port, and wait for its address."""
        self._started += 1
        file = self.folder / f"scheduler{self._started}.json"
        self.scheduler = self._start(
            "scheduler",
            [
                "distributed.cli.dask_scheduler",
                "--port",
                "0",
                "--host",
                self.host,
                "--no-dashboard",
                "--scheduler-file",
                str(file),
            ],
        )
        wait_for(lambda: file.exists() and file.read_text().endswith("}"), "the scheduler did not start")
        self.address = str(json.loads(file.read_text())["address"])

    def start_worker(self) -> int:
        """Start a worker of one thread; returns its number."""
        self._started += 1
        number = self._started
        scratch = self.folder / f"scratch{number}"
        self.workers[number] = self._start(
            f"worker{number}",
            [
                "distributed.cli.dask_worker",
                self.address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(scratch),
            ],
            self.lead,
        )
        return number

    def _start(self, name: str, command: list[str], lead: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        environment = os.environ | QUICK
        environment["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), environment.get("PYTHONPATH", "")])
        with open(self.folder / f"{name}.log", "wb") as log:
            return subprocess.Popen(
                [*lead, sys.executable, "-m", *command],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
            )

    def kill_worker(self, number: int) -> None:
        """End a worker by kill -9."""
        _kill(self.workers.pop(number))

    def kill_scheduler(self) -> None:
        """End the scheduler by kill -9."""
        assert self.scheduler is not None
        _kill(self.scheduler)

    def close(self) -> None:
        """End all processes."""
        for process in [*self.workers.values(), self.scheduler]:
            if process is not None:
                _kill(process)
        self.workers.clear()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def second_network(name: str) -> Iterator[str]:
    """A network namespace of this machine, joined to this one by a cable; yields our end's address."""
    commands = [
        f"ip netns add {name}",
        f"ip link add {name}0 type veth peer name {name}1",
        f"ip link set {name}1 netns {name}",
        f"ip addr add 10.213.77.1/24 dev {name}0",
        f"ip link set {name}0 up",
        f"ip netns exec {name} ip addr add 10.213.77.2/24 dev {name}1",
        f"ip netns exec {name} ip link set {name}1 up",
        f"ip netns exec {name} ip link set lo up",
    ]
    try:
        for command in commands:
            done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no network namespaces here: {command}: {done.stderr.strip()}")
        yield "10.213.77.1"
    finally:
        subprocess.run(["ip", "link", "del", f"{name}0"], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def cable(name: str, state: str) -> None:
    """Cut the cable to a second network (down), or plug it in again (up)."""
    subprocess.run(["ip", "link", "set", f"{name}0", state], check=True)


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster of this machine, as long as it is used."""
    found = Cluster(folder)
    try:
        found.start_scheduler()
        for _ in range(workers):
            found.start_worker()
        yield found
    finally:
        found.close()
