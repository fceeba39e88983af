"""How soon astrosim starts, with its compiled code cached and without. Times in seconds of wall clock."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cases import SEED

SCENARIO = Path(__file__).parent.parent / "scenarios" / "maturity.toml"
COMMAND = [sys.executable, "-m", "astrosim.cli"]
GOAL = 3.0  # s from the start of the process to the first trial, cached
REPEATS = 5
PATIENCE = 300.0  # s until a process that shows nothing is given up
FIRST_TRIAL = """
import time
from astrosim import Scenario, make_engine
start = time.perf_counter()
make_engine(Scenario.model_validate({{"system": {system!r}, "sensing": {{"rule": "firing"}}}}), {seed}).advance(1)
print(time.perf_counter() - start)
"""
"""Time of building a replicate and of its first trial: loading or compiling all that they call."""


def wall(arguments: list[str]) -> float:
    """Time that a process takes."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first_trials() -> float:
    """Time from the start of `astrosim run` until a replicate of the main job has left its first checkpoint.

    Checkpoints are asked for after every stretch, so that the first one follows the first episode.
    """
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "run"
        started = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, "run", str(SCENARIO), "--out", str(directory), "--no-report"],
            env=os.environ | {"ASTROSIM_CHECKPOINT_SECONDS": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _wait_for_checkpoint(process, directory / "checkpoints", started)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _wait_for_checkpoint(process: subprocess.Popen[bytes], checkpoints: Path, started: float) -> float:
    while process.poll() is None and (elapsed := time.perf_counter() - started) < PATIENCE:
        if any(checkpoints.glob("*.npz")):
            return elapsed
        time.sleep(0.005)
    raise RuntimeError(f"`astrosim run {SCENARIO}` left no checkpoint (exit code {process.poll()})")


def first_trial(system: str, environment: dict[str, str]) -> float:
    """Time of the first trial in a fresh process, imports left out."""
    code = FIRST_TRIAL.format(system=system, seed=SEED)
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env=os.environ | environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"the first trial of the {system} system failed:\n{done.stderr}")
    return float(done.stdout)


def compiled_anew(system: str) -> float:
    """`first_trial` with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        return first_trial(system, {"NUMBA_CACHE_DIR": cache})


def measure(uncached: bool = True, repeats: int = REPEATS) -> list[dict[str, Any]]:
    """One row a way to start."""
    python = [sys.executable, "-c"]
    first_trials()  # fills the cache, if nobody has yet
    rows = [
        _row("python, nothing else", lambda: wall([*python, "pass"]), repeats),
        _row("import astrosim", lambda: wall([*python, "import astrosim"]), repeats),
        _row("astrosim --version", lambda: wall([*COMMAND, "--version"]), repeats),
        _row("astrosim run maturity.toml, to its first checkpoint", first_trials, repeats, GOAL),
    ]
    for system in ("described", "published"):
        first_trial(system, {})
        rows.append(_row(f"first trial, {system}, from the cache", partial(first_trial, system, {}), repeats))
    if uncached:
        for system in ("described", "published"):
            rows.append(_row(f"first trial, {system}, compiled again", partial(compiled_anew, system), 1))
    return rows


def _row(what: str, once: Callable[[], float], repeats: int, goal: float | None = None) -> dict[str, Any]:
    seconds = [once() for _ in range(repeats)]
    return {"what": what, "fastest_s": min(seconds), "median_s": statistics.median(seconds), "goal_s": goal}
