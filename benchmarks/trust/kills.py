"""Kills and crashes at random moments: what was committed stays, and the resumed run has the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from astrosim.scenario import to_toml
from astrosim.store.read import committed_rows
from benchmarks.trust.disturbance import Disk, Moments, crash_into, die
from benchmarks.trust.outcome import Outcome
from benchmarks.trust.subjects import DONE, Subject, emptied, ended, in_child

MOST = 400  # assumed: changes of a small run's files among which a moment is chosen
FROM_OUTSIDE = 25  # kills of which one is of a command with two worker processes, by its process group
WAIT_SECONDS = 8.0  # assumed: the longest a command is left to run before it is killed


def kills(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Kill runs: between two changes of files, or from outside one worker, the parent, or the whole process group."""
    outcome, random = Outcome("kill -9 of a worker, of the run, of the process group"), Random(seed)
    for index in range(number):
        subject = subjects[index % len(subjects)]
        with emptied(folder / "run") as directory:
            if index % FROM_OUTSIDE == FROM_OUTSIDE - 1:
                _from_outside(subject, directory, random)
            else:
                _at_a_change(subject, directory, random.randrange(MOST))
            _judge(outcome, subject, directory, f"kill {index} of {subject.name}")
    return outcome.end()


def _at_a_change(subject: Subject, directory: Path, moment: int) -> None:
    ended(in_child(partial(_die, subject, directory, moment), directory.with_suffix(".said")))


def _die(subject: Subject, directory: Path, moment: int) -> None:
    Moments(directory, moment, die)
    subject.go_on(directory)


def _from_outside(subject: Subject, directory: Path, random: Random) -> None:
    file = directory.with_suffix(".toml")
    file.write_text(to_toml(subject.scenario))
    command = [sys.executable, "-m", "astrosim", "run", file, "--out", directory, "--workers", "2", "--no-report"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + random.uniform(0, WAIT_SECONDS)
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    victim = random.choice(["group", "parent", "worker"])
    if process.poll() is None:
        _kill(process.pid, victim)
    process.wait()
    _kill(process.pid, "group")


def _kill(group: int, victim: str) -> None:
    try:
        if victim == "group":
            os.killpg(group, signal.SIGKILL)
        elif victim == "parent" or not (children := _members(group)):
            os.kill(group, signal.SIGKILL)
        else:
            os.kill(children[-1], signal.SIGKILL)
    except ProcessLookupError:
        pass


def _members(group: int) -> list[int]:
    """Process ids of a group but its leader's, as far as this system tells them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and int(entry.parent.name) != group:
            found.append(int(entry.parent.name))
    return sorted(found)


def crashes(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Crash the machine: go on from the files that the disk held at a random change."""
    outcome, random = Outcome("crash of the machine, at a change of a file"), Random(seed)
    for index in range(number):
        subject = subjects[index % len(subjects)]
        moment, draw = random.randrange(MOST), random.randrange(2**32)
        with emptied(folder / "run") as directory, emptied(folder / "left") as left:
            act = partial(_crash, subject, directory, left, moment, draw)
            ended(in_child(act, directory.with_suffix(".said")))
            after = left if left.exists() else directory
            _judge(outcome, subject, after, f"crash {index} of {subject.name} at change {moment}")
    return outcome.end()


def _crash(subject: Subject, directory: Path, left: Path, moment: int, draw: int) -> None:
    Moments(directory, moment, crash_into(Disk(directory), left, draw))
    subject.go_on(directory)


def _judge(outcome: Outcome, subject: Subject, directory: Path, what: str) -> None:
    """Resume, and compare with the undisturbed run."""
    outcome.injected += 1
    directory.mkdir(exist_ok=True)
    before = _committed(directory)
    said = directory.with_suffix(".said")
    said.unlink(missing_ok=True)
    code = ended(in_child(partial(_resume, subject, directory, before), said))
    words = said.read_text() if said.exists() else ""
    if code == DONE and not (wrong := subject.intact(directory)):
        outcome.survived += 1
    else:
        outcome.lost += "was committed" in words
        outcome.defects.append(f"{what}: code {code}: {words[-600:] or wrong[:5]}")


def _committed(directory: Path) -> set[tuple[str, int]]:
    try:
        return set(committed_rows(directory, check=False)) if (directory / "scenario.toml").exists() else set()
    except Exception:  # the resumed run tells
        return set()


def _resume(subject: Subject, directory: Path, before: set[tuple[str, int]]) -> None:
    subject.go_on(directory)
    if lost := before - set(committed_rows(directory)):
        raise RuntimeError(f"{lost} was committed and is lost")


def writers(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Let two processes write one directory: one is told, and the bytes are those of one."""
    outcome = Outcome("two processes that write one directory at once")
    for index in range(number):
        subject = subjects[index % len(subjects)]
        with emptied(folder / "run") as directory:
            directory.mkdir()
            said = [directory.with_suffix(f".{one}") for one in "ab"]
            for file in said:
                file.unlink(missing_ok=True)
            codes = [ended(child) for child in [in_child(partial(subject.go_on, directory), file) for file in said]]
            words = [file.read_text() for file in said if file.exists()]
            outcome.injected += 1
            outcome.told += any(directory.name in text for text in words)
            if DONE in codes and not subject.intact(directory) and all(str(directory) in text for text in words):
                outcome.survived += 1
            else:
                outcome.defects.append(f"two writers of {subject.name}: codes {codes}: {words}")
    return outcome.end()


def clocks(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Let the clock jump by up to ten years, back and forth, while a run is computed and killed."""
    outcome, random = Outcome("jumps of the clock by up to ten years"), Random(seed)
    for index in range(number):
        subject = subjects[index % len(subjects)]
        with emptied(folder / "run") as directory:
            moment = random.randrange(MOST)

            act = partial(_jump, subject, directory, moment, index)
            ended(in_child(act, directory.with_suffix(".said")))
            for path in directory.rglob("*"):
                at = time.time() + random.uniform(-1, 1) * 10 * 365.25 * 86400
                os.utime(path, (at, at))
            _judge(outcome, subject, directory, f"clock {index} of {subject.name}")
    return outcome.end()


def _jump(subject: Subject, directory: Path, moment: int, draw: int) -> None:
    jumping(Random(draw))
    Moments(directory, moment, die)
    subject.go_on(directory)


def jumping(random: Random) -> None:
    """Make this process's clock of the day jump at every look."""
    true: Callable[[], float] = time.time
    time.time = lambda: true() + random.uniform(-1, 1) * 10 * 365.25 * 86400
