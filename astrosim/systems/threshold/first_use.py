"""First use of a kernel: a replicate begins on the agents, and the kernel takes over once it is compiled.

Both engines give the same bits, and agents need a small part of the compiled code. Little work is hence done before the
kernel could be compiled; of much, as much is done as the compilation takes, by those processes that wait for it. Times
in seconds of the processor: on a busy machine both take longer. As a program, this module compiles the kernel of the
scenario on standard input, for later runs.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from math import inf
from typing import ClassVar

from astrosim.systems.threshold.engines import Engine, make_engine
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.learners.table import carrier_of
from astrosim.systems.threshold.scenario.schema import Scenario

COMPILE_FIRST = "ASTROSIM_COMPILE_FIRST"
"""Environment variable: if it is set, replicates begin on the kernel, however long it takes to compile."""
PATIENCE_SECONDS = 8.0  # on agents, per process, before it compiles; assumed: half of what a kernel takes

BACKGROUND_SECONDS = 1.0  # on agents, per process, before another one compiles for later runs; assumed
LOWEST = 19  # priority of that process
STRETCH = 50  # trials on agents between two looks for the kernel; assumed: a fraction of a second


class FirstUse:
    """A replicate that begins on the agents.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    kernel : KernelEngine
        At its first trial.

    Attributes
    ----------
    engine : Engine
        The engine in use.
    """

    spent: ClassVar[float] = 0.0
    """Time that this process has spent on agents in a kernel's place."""
    compiler: ClassVar[subprocess.Popen[bytes] | None] = None
    """Process that this one has started to compile."""

    def __init__(self, scenario: Scenario, seed: int, kernel: KernelEngine) -> None:
        self.kernel = kernel
        self.engine: Engine = make_engine(scenario.model_copy(update={"engine": "agents"}), seed)
        self.trials = scenario.schedule.trials
        self._pace = inf  # seconds per trial of the fastest stretch: the first ones compile formulas
        self._stretches = 0
        self._start = time.process_time()

    def next_engine(self) -> Engine:
        """Return the engine of the next stretch of trials, with the state that the latest one left."""
        if self.engine is not self.kernel and self._kernel_is_due():
            self.kernel.compile()
            self.kernel.restore(self.engine.state())
            self.engine = self.kernel
        self._start = time.process_time()
        return self.engine

    def advance(self, trials: int) -> Engine:
        """Carry out trials without a log, in short stretches while on agents; returns the engine that has done them."""
        while trials:
            engine = self.next_engine()
            done = trials if engine is self.kernel else min(trials, STRETCH)
            engine.advance(done)
            self.note(done)
            trials -= done
        return self.engine

    def note(self, trials: int) -> None:
        """Take the end of a stretch of trials."""
        if self.engine is not self.kernel and trials:
            seconds = time.process_time() - self._start
            FirstUse.spent += seconds
            self._pace = min(self._pace, seconds / trials)
            self._stretches += 1
            if FirstUse.spent > BACKGROUND_SECONDS and FirstUse.compiler is None and not self.kernel.in_work:
                FirstUse.compiler = compile_in_background(self.kernel.resolved_scenario)

    def _kernel_is_due(self) -> bool:
        if self.kernel.compiled:
            return True
        if self._stretches < 2 or self.kernel.in_work:
            return False
        return FirstUse.spent + (self.trials - self.engine.trial) * self._pace > PATIENCE_SECONDS


def compile_in_background(scenario: Scenario) -> subprocess.Popen[bytes] | None:
    """Start a process that compiles the kernel of a scenario for later runs, at the lowest priority.

    It may outlive this one by what the compilation takes, and writes nothing but machine code.

    Parameters
    ----------
    scenario : Scenario
        Resolved.

    Returns
    -------
    Popen or None
        None where no process can be started: a later run compiles, then.
    """
    child, nowhere = None, subprocess.DEVNULL
    with contextlib.suppress(OSError):
        child = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
        assert child.stdin is not None
        with child.stdin as text:
            text.write(scenario.model_dump_json().encode())
    return child


def compile_now(text: str) -> None:
    """Compile the kernel of a resolved scenario, unless another process does."""
    os.nice(LOWEST)
    scenario = Scenario.model_validate_json(text)
    kernel = make_engine(scenario.model_copy(update={"engine": "kernel"}), scenario.seeds[0])
    if isinstance(kernel, KernelEngine) and not kernel.in_work:
        kernel.compile()


def first_use(scenario: Scenario, seed: int) -> FirstUse | None:
    """Return how a replicate begins whose kernel is not compiled; None if there is no need to begin on agents.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    """
    if os.environ.get(COMPILE_FIRST) or scenario.engine != "kernel" or scenario.agents.astrocyte is not None:
        return None
    if scenario.system_name == "published" or "agents" not in carrier_of(scenario).engines:
        return None
    kernel = make_engine(scenario, seed)
    return FirstUse(scenario, seed, kernel) if isinstance(kernel, KernelEngine) and not kernel.compiled else None


if __name__ == "__main__":
    compile_now(sys.stdin.read())
