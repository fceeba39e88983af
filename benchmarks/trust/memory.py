"""Memory of long runs (MB of resident size): whether a trial leaves anything behind, measured over minutes."""

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
TRIALS = 20  # per episode: ten in each of two conditions
ALLOWED_MB = 8.0  # assumed: the spread of peaks, which depend on where a checkpoint falls


def memory(folder: Path) -> Outcome:
    """Run one replicate for three lengths, in new processes; the growth between them is what a trial leaves behind."""
    outcome, peaks = Outcome("memory over the length of a run"), []
    for episodes in EPISODES:
        said = folder / "memory.said"
        said.unlink(missing_ok=True)
        with emptied(folder / "run") as directory:

            def work(episodes: int = episodes, directory: Path = directory, said: Path = said) -> None:
                os.environ["ASTROSIM_CHECKPOINT_SECONDS"] = CHECKPOINT_SECONDS
                plan = [f"schedule.episodes={episodes}", f"record.every={episodes // RECORDS}", "seeds=[1]"]
                scenario = load_scenario("quick", plan)
                run_scenario(scenario, directory, workers=1)
                said.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

            if ended(in_child(work, said)) != DONE:
                outcome.defects.append(f"{episodes} episodes: {said.read_text()[-400:]}")
                return outcome.end()
        peaks.append(float(said.read_text()))
    outcome.injected = len(EPISODES)
    measured = ", ".join(f"{peak:.1f} MB after {n:,}" for peak, n in zip(peaks, EPISODES, strict=True))
    trials = TRIALS * (EPISODES[-1] - EPISODES[0])
    outcome.note = f"Peaks: {measured} episodes. A byte per trial would have added {trials / 2**20:.1f} MB to the last."
    if peaks[-1] - peaks[0] < ALLOWED_MB:
        outcome.survived = len(EPISODES)
    else:
        outcome.defects.append(outcome.note)
    return outcome.end()
