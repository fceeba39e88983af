"""First use: each feature with an empty cache, and again. Times in seconds, of wall clock and of the processor."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "astrosim.cli"]
PATIENCE = 600.0  # s until a command is given up
GOALS = {"run quick": 10.0}
GOAL = 20.0  # s, of all others

RUN = "RUN"
"""In place of the directory of a finished run."""

FEATURES = (
    ("run quick", "run", "quick"),
    ("run offline_digits", "run", "offline_digits"),
    ("run digits, one seed", "run", "digits", "--seeds", "1:1", "--conditions", "astrocytes"),
    ("run published/exp012a, one seed", "run", "published/exp012a", "--seeds", "1:1"),
    ("run eight_of_eight, one seed", "run", "eight_of_eight", "--seeds", "1:1"),
    ("run both_worlds, one seed", "run", "both_worlds", "--seeds", "28000:1"),
    ("animate a run of quick", "animate", RUN),
    ("ceiling eight_of_eight, one seed", "ceiling", "eight_of_eight", "--seeds", "1:1"),
)
"""Name and arguments of each command."""
WRITES = {"run", "animate"}
ENDINGS = {"animate": ".gif"}


def timed(arguments: list[str], cache: Path) -> tuple[float, float]:
    """Wall clock of a command, and processor time of it and of those of its processes that it waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [*COMMAND, *arguments],
        check=True,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def feature(run: Path, name: str, *arguments: str) -> dict[str, Any]:
    """Row of a feature, with a finished run to look at."""
    words = [str(run) if argument == RUN else argument for argument in arguments]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        times = []
        for number in range(2):
            out = ["--out", str(Path(place) / f"{number}{ENDINGS.get(words[0], '')}")] if words[0] in WRITES else []
            times.append(timed([*words, *out], Path(place) / "cache"))
    (first, first_cpu), (second, _) = times
    goal = GOALS.get(name, GOAL)
    return {"what": name, "first_s": first, "first_cpu_s": first_cpu, "second_s": second, "goal_s": goal}


def measure() -> list[dict[str, Any]]:
    """One row per feature."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        run = Path(place) / "run"
        timed(["run", "quick", "--out", str(run)], Path(place) / "cache")
        return [feature(run, *one) for one in FEATURES]
