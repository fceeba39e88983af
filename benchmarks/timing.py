"""Timing of engines against each other: blocks of trials, taken in turns within one process. Times in seconds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from astrosim.systems.threshold.engines import Engine

BLOCK_SECONDS = 0.04  # long against the clock and a call, short against changes in the machine's load
FEWEST = 2  # trials per block


@dataclass
class Timed:
    """An engine and the blocks of trials that it was timed over.

    Attributes
    ----------
    name : str
    engine : Engine
        Warmed up.
    block : int
        Trials per block.
    seconds : list of float
        Time a trial, block by block.
    """

    name: str
    engine: Engine
    block: int = 0
    seconds: list[float] = field(default_factory=list)

    def run(self, trials: int) -> float:
        """Time a trial over one block."""
        start = time.perf_counter()
        self.engine.advance(trials)
        return (time.perf_counter() - start) / trials

    def calibrate(self) -> None:
        """Choose the length of a block; the first trials may compile or load what they call."""
        self.run(1)
        self.run(FEWEST)
        trials = FEWEST
        while (elapsed := self.run(trials) * trials) < BLOCK_SECONDS / 4:
            trials *= 4
        self.block = max(FEWEST, round(trials * BLOCK_SECONDS / elapsed))

    @property
    def fastest(self) -> float:
        """Time a trial of the fastest block: what the code costs, with the least of what else the machine did."""
        return min(self.seconds)

    @property
    def typical(self) -> float:
        """Median over blocks of the time a trial."""
        return statistics.median(self.seconds)


def take_turns(cases: Sequence[Timed], rounds: int) -> None:
    """Time all cases, a block each in turn, so that a change in the machine's load meets them alike."""
    for case in cases:
        case.calibrate()
    for _ in range(rounds):
        for case in cases:
            case.seconds.append(case.run(case.block))


def mean_eligible(engine: Engine, episode: int, episodes: int = 50) -> float:
    """Mean number of eligible synapses per trial, over some episodes from the present state on."""
    total = 0.0
    for _ in range(episodes):
        engine.advance(episode, measure=True)
        total += engine.measure()["eligible_synapses"]
    return total / episodes
