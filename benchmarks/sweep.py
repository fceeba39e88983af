"""A sweep over two workers against the bare kernel: throughput, overhead per cell, memory, files, first result.

A cell is a setting with a seed: the main scenario for 200 episodes. Times in seconds of wall clock, sizes in bytes.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEEDS = (100, 1000)
"""Seeds of a sweep of twelve settings."""
SETTINGS = 12
EPISODES = 200
WORKERS = 2
BARE = 300  # cells per worker of the bare kernel
LOOK_SECONDS = 0.25
SCENARIO = Path(__file__).parent.parent / "scenarios" / "maturity.toml"

KERNEL = """
import sys, time
from astrosim.scenario import load_scenario, resolve
from astrosim.systems.threshold.engines import make_engine
cells = int(sys.argv[1])
scenario = resolve(load_scenario({scenario!r}, ["schedule.episodes={episodes}"]), "maturity")
trials = scenario.schedule.trials
make_engine(scenario, 0).advance(trials)
engines = [make_engine(scenario, seed) for seed in range(1, cells + 1)]
sys.stdin.readline()
start = time.perf_counter()
for engine in engines:
    engine.advance(trials)
print(time.perf_counter() - start)
"""
RUN = """
import json, sys, time
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
start, first = float(sys.argv[3]), []

def told(units, of, done, cells):
    if not first and units >= of / cells:
        first.append(time.time() - start)

run_scenario(load_scenario(sys.argv[1]), sys.argv[2], workers={workers}, progress=told)
print(json.dumps({{"first_s": first[0], "wall_s": time.time() - start}}))
"""


def bare_rate() -> float:
    """Cells per second of the kernel alone, in as many processes as a run has workers."""
    code = KERNEL.format(scenario=str(SCENARIO), episodes=EPISODES)
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(BARE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(WORKERS)
    ]
    time.sleep(5.0)  # all are built and wait
    outputs = []
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in started:
        outputs.append(float(process.communicate()[0]))
    return sum(BARE / seconds for seconds in outputs)


def sweep_file(folder: Path, seeds: int) -> Path:
    """Write the scenario of the sweep."""
    text = SCENARIO.read_text().partition("[conditions.maturity]")[0]
    lines = [line for line in text.splitlines() if not line.startswith(("seeds", "episodes"))]
    lines.insert(0, f"seeds = {list(range(1, seeds + 1))}")
    text = "\n".join(lines).replace("[schedule]", f"[schedule]\nepisodes = {EPISODES}")
    values = [round(0.02 * (number + 1), 2) for number in range(SETTINGS)]
    path = folder / "sweep.toml"
    path.write_text(f"{text}\n[sweep]\nperturbation.sigma = {values}\n")
    return path


def resident(root: int) -> dict[int, int]:
    """Memory of a process and of those below it, as far as the system tells it."""
    parents, sizes = {}, {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            sizes[int(place.name)] = 4096 * int((place / "statm").read_text().split()[1])
    own, added = {root}, {root}
    while added:
        added = {number for number, parent in parents.items() if parent in added} - own
        own |= added
    return {number: sizes[number] for number in own if number in sizes}


def run_sweep(seeds: int) -> dict[str, Any]:
    """Run a sweep in a process of its own, and watch the memory of all its processes."""
    with tempfile.TemporaryDirectory() as place:
        file, directory = sweep_file(Path(place), seeds), Path(place) / "run"
        code, memory = RUN.format(workers=WORKERS), []
        arguments = [sys.executable, "-c", code, str(file), str(directory), str(time.time())]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                memory.append(sum(resident(process.pid).values()))
                time.sleep(LOOK_SECONDS)
            assert process.stdout is not None
            told = json.loads(process.stdout.read())
        files = sum(path.is_file() for path in directory.rglob("*"))
    half = max(memory[: len(memory) // 2])
    return {**told, "cells": SETTINGS * seeds, "files": files, "memory_half": half, "memory": max(memory)}


def measure(seeds: tuple[int, ...] = SEEDS) -> list[dict[str, Any]]:
    """One row per sweep; the bare kernel is timed before and after each."""
    rows, before = [], bare_rate()
    for count in seeds:
        row = run_sweep(count)
        after = bare_rate()
        bare, rate = (before + after) / 2, row["cells"] / row["wall_s"]
        rows.append(
            {
                **row,
                "cells_per_s": rate,
                "kernel_cells_per_s": bare,
                "throughput": rate / bare,
                "overhead_s": WORKERS * (1.0 / rate - 1.0 / bare),
            }
        )
        before = after
    return rows
