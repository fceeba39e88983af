"""Workers by default: as many as the processors that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from astrosim.runs.processors import default_workers, processors

AFFINITY = len(os.sched_getaffinity(0))


def _groups(root: Path, membership: str, **files: str) -> Path:
    """A machine's files: the control groups of this process, and their limits by path."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(membership)
    for name, content in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "100000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "20000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/\n", {}, None),
        ("0::/slurm/job_7\n", {"cpu.max": "max 100000\n", "slurm/cpu.max": "100000 100000\n"}, 1),
        ("0::/of/the/host\n", {"cpu.max": "100000 100000"}, 1),
        ("0::/../other\n", {"cpu.max": "100000 100000"}, 1),
        ("4:cpu,cpuacct:/\n", {"cpu,cpuacct/cpu.cfs_quota_us": "100000", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, 1),
        ("4:cpu:/job\n0::/\n", {"cpu/job/cpu.cfs_quota_us": "90000\n", "cpu/job/cpu.cfs_period_us": "100000\n"}, 1),
        ("4:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ("4:cpuset:/\n0::/a\n", {"unified/a/cpu.max": "100000 100000"}, 1),
        ("0::/\n", {"cpu.max": "nonsense"}, None),
        ("0::/\n", {"cpu.max": "100000 0"}, None),
        ("nonsense\n", {}, None),
    ],
)
def test_workers_follow_the_quota_of_control_groups(tmp_path, membership, files, expected, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    assert processors(_groups(tmp_path, membership, **files)) == (expected or 8)


def test_workers_follow_the_affinity(tmp_path):
    assert processors(tmp_path) == AFFINITY
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert default_workers() == 1
    finally:
        os.sched_setaffinity(0, before)
