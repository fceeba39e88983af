"""Damage to finished runs, and full disks: told by name, nothing that was committed is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

from astrosim.core.errors import AstrosimError
from astrosim.runs.directory import PROVENANCE
from astrosim.runs.lock import HELD, LOCK
from astrosim.store import open_run
from astrosim.store.blocks import COMMITS
from benchmarks.trust.outcome import Outcome
from benchmarks.trust.subjects import DONE, TOLD, Subject, emptied, ended, in_child

DERIVED = {LOCK, HELD, "summary.csv", "report.html", "status.json"}
"""Files that hold no results: they are written again, or are of no account."""


def flips(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Flip a bit of, cut, empty or remove each file of a run in turn: reading tells, or what is read is right."""
    outcome, random = Outcome("a bit flipped, a file cut, emptied or removed"), Random(seed)
    whole = folder / "whole"
    for subject in subjects:
        with emptied(whole):
            subject.go_on(whole)
            expected = open_run(whole).load()
            files = sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file() and p.name not in DERIVED)
            for _ in range(-(-number // len(subjects))):
                name = random.choice(files)
                with emptied(folder / "run") as directory:
                    shutil.copytree(whole, directory)
                    what = _harm(directory / name, random)
                    _judge(outcome, subject, directory, name, what, expected)
    return outcome.end()


def _harm(path: Path, random: Random) -> str:
    data = bytearray(path.read_bytes())
    how = random.choice(["flipped", "cut", "emptied", "removed"]) if data else "removed"
    if how == "flipped":
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    if how == "removed":
        path.unlink()
    else:
        path.write_bytes({"flipped": bytes(data), "emptied": b""}.get(how, bytes(data[: random.randrange(len(data))])))
    return how


def _judge(outcome: Outcome, subject: Subject, directory: Path, name: Path, what: str, expected: object) -> None:
    outcome.injected += 1
    began = time.monotonic()
    try:
        found = open_run(directory).load()
        told = ""
    except AstrosimError as error:
        told = str(error)
        outcome.detected.append(time.monotonic() - began)
    except Exception as error:
        outcome.defects.append(f"{subject.name}: {name} {what}: {error!r}")
        return
    if told:
        outcome.told += 1
        if name.name.split(".")[0] not in told and str(directory) not in told:
            outcome.defects.append(f"{subject.name}: {name} {what}: the error names no file: {told[:300]}")
        return
    taken_back = what == "removed" and name.parent.name == COMMITS  # it counts as not computed, and `committed` says so
    if not found.identical(expected) and not taken_back:
        outcome.lost += 1
        outcome.defects.append(f"{subject.name}: {name} {what}: other values are read, and nothing is said")
        return
    _resume(outcome, subject, directory, name, what)


def _resume(outcome: Outcome, subject: Subject, directory: Path, name: Path, what: str) -> None:
    """What reading does not need: resuming tells, or the run is as it was."""
    said = directory.with_suffix(".said")
    said.unlink(missing_ok=True)
    code = ended(in_child(partial(subject.go_on, directory), said))
    words = said.read_text() if said.exists() else ""
    if code == TOLD:
        outcome.told += 1
    elif code == DONE and (name.name == PROVENANCE or not subject.intact(directory)):
        outcome.survived += 1
    else:
        outcome.defects.append(f"{subject.name}: {name} {what}: resumed with code {code}: {words[-400:]}")


def full_disks(subjects: Sequence[Subject], number: int, seed: int, folder: Path) -> Outcome:
    """Run on disks of every size up to the run's: told, and finished once there is room."""
    outcome, random = Outcome("a disk that is full, at every size up to the run's"), Random(seed)
    place = folder / "disk"
    for index in range(number):
        subject = subjects[index % len(subjects)]
        size = 4096 * random.randrange(1, 100)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        if _mount(place, size):
            outcome.note = "Left out: no right to mount a file system here."
            return outcome.end()
        try:
            _fill(outcome, subject, place, size)
        finally:
            subprocess.run(["umount", "-l", place], check=True)
    return outcome.end()


def _mount(place: Path, size: int) -> int:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    return subprocess.run(command, check=False, capture_output=True).returncode


def _fill(outcome: Outcome, subject: Subject, place: Path, size: int) -> None:
    directory, said = place / "run", place.with_suffix(".said")
    said.unlink(missing_ok=True)
    outcome.injected += 1
    code = ended(in_child(partial(subject.go_on, directory), said))
    words = said.read_text() if said.exists() else ""
    if code == TOLD:
        outcome.told += 1
        if os.fspath(place) not in words:
            outcome.defects.append(f"{subject.name}: disk of {size} bytes: the error names no file: {words[:300]}")
    elif code != DONE:
        outcome.defects.append(f"{subject.name}: disk of {size} bytes: code {code}: {words[-600:]}")
        return
    subprocess.run(["mount", "-o", f"remount,size={2**28}", place], check=True)
    said.unlink(missing_ok=True)
    code = ended(in_child(partial(subject.go_on, directory), said))
    if code == DONE and not subject.intact(directory):
        outcome.survived += 1
    else:
        words = said.read_text() if said.exists() else ""
        outcome.defects.append(f"{subject.name}: disk of {size} bytes, then room: code {code}: {words[-600:]}")
