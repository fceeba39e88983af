"""The tools of the fault campaigns: a crash leaves what was on the disk, and a moment is hit; a small campaign."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from benchmarks.trust import damage, kills
from benchmarks.trust.disturbance import Disk, Moments
from benchmarks.trust.subjects import ended, in_child, subjects


def test_a_crash_leaves_what_was_synced_and_some_of_the_rest(tmp_path: Path) -> None:
    place, said = tmp_path / "disk", tmp_path / "said"
    place.mkdir()

    def work() -> None:
        disk = Disk(place)
        with open(place / "kept", "wb") as file:
            file.write(b"durable")
            file.flush()
            os.fsync(file.fileno())
        handle = os.open(place, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        (place / "fresh").write_bytes(b"0123456789")
        os.rename(place / "kept", place / "renamed")
        for seed in range(40):
            disk.crash(tmp_path / f"crash{seed}", Random(seed))

    assert ended(in_child(work, said)) == 0, said.read_text()
    states = [{p.name: p.read_bytes() for p in (tmp_path / f"crash{seed}").iterdir()} for seed in range(40)]
    assert all(b"durable" in {state.get("kept"), state.get("renamed")} or len(state) < 2 for state in states)
    assert {"kept" in state for state in states} == {True, False}
    assert {"renamed" in state for state in states} == {True, False}
    assert {"fresh" in state for state in states} == {True, False}
    lengths = {len(state["fresh"]) for state in states if "fresh" in state}
    assert len(lengths) > 2
    assert max(lengths) == 10


def test_a_process_is_stopped_before_the_chosen_change(tmp_path: Path) -> None:
    place, said = tmp_path / "place", tmp_path / "said"
    place.mkdir()

    def work() -> None:
        Moments(place, 2, lambda: os._exit(9))
        (tmp_path / "elsewhere").write_text("")
        for name in "abc":
            (place / name).write_text(name)

    assert ended(in_child(work, said)) == 9
    assert sorted(path.name for path in place.iterdir()) == ["a", "b"]


@pytest.mark.full
def test_small_campaigns_find_nothing(tmp_path: Path) -> None:
    (subject,) = subjects(tmp_path, ["objective"])
    for campaign in (kills.crashes, kills.writers, kills.clocks, damage.flips, damage.full_disks):
        outcome = campaign([subject], 10, 1, tmp_path)
        assert outcome.defects == [], outcome.name
        assert outcome.lost == 0
    assert subject.expected
