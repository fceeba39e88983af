"""Memory of long runs (MB of resident size): the growth per trial, measured over minutes and extrapolated to a week."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
from benchmarks.trust.outcome import Outcome
from benchmarks.trust.subjects import DONE, emptied, ended, in_child

EPISODES = (320_000, 640_000, 1_280_000)
"""Of ten trials each: beyond a chunk of the log of trials, which fills memory first."""
RECORDS = 8  # of each length
CHECKPOINT_SECONDS = "0.5"  # often enough that one meets the chunk when it is nearly full
WEEK_SECONDS = 7 * 86400.0
ALLOWED_MB = 64.0  # assumed: growth over a week that would not be noticed


def memory(folder: Path) -> Outcome:
    """Run one replicate for three lengths, in new processes; the growth between them is what a trial leaves behind."""
    outcome, peaks, seconds = Outcome("memory over the length of a run"), [], []
    for episodes in EPISODES:
        said = folder / "memory.said"
        said.unlink(missing_ok=True)
        with emptied(folder / "run") as directory:

            def work(episodes: int = episodes, directory: Path = directory, said: Path = said) -> None:
                os.environ["ASTROSIM_CHECKPOINT_SECONDS"] = CHECKPOINT_SECONDS
                plan = [f"schedule.episodes={episodes}", f"record.every={episodes // RECORDS}", "seeds=[1]"]
                scenario = load_scenario("quick", plan)
                run_scenario(scenario, directory, workers=1)
                used = resource.getrusage(resource.RUSAGE_SELF)
                said.write_text(f"{used.ru_maxrss / 1024} {used.ru_utime}")

            if ended(in_child(work, said)) != DONE:
                outcome.defects.append(f"{episodes} episodes: {said.read_text()[-400:]}")
                return outcome.end()
        peak, time = map(float, said.read_text().split())
        peaks.append(peak)
        seconds.append(time)
    outcome.injected = len(EPISODES)
    rate = (seconds[-1] - seconds[0]) / (EPISODES[-1] - EPISODES[0])
    growth = (peaks[-1] - peaks[0]) / (EPISODES[-1] - EPISODES[0]) * (WEEK_SECONDS / max(rate, 1e-9))
    measured = ", ".join(f"{peak:.1f} MB after {n:,}" for peak, n in zip(peaks, EPISODES, strict=True))
    outcome.note = (
        f"Peaks: {measured} episodes. Were all of the difference growth and none of it noise, a week of trials of "
        f"{1e6 * rate / 10:.1f} µs would add {growth:,.0f} MB."
    )
    if peaks[-1] - peaks[0] < ALLOWED_MB / 16:
        outcome.survived = len(EPISODES)
    else:
        outcome.defects.append(outcome.note)
    return outcome.end()
