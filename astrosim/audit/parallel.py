"""Whole scenarios in parallel: each in one process, which keeps what it has compiled for the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from astrosim.core.errors import Interrupted
from astrosim.runs import run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.executors import Job, WorkerContext, executor_for, make_executor, run_jobs
from astrosim.runs.processors import default_workers
from astrosim.runs.stop import Stop
from astrosim.scenario import condition_names, resolve
from astrosim.systems.threshold.scenario.schema import Scenario


def trials(scenario: Scenario) -> int:
    """Return the trials over all conditions and seeds."""
    return len(scenario.seeds) * sum(resolve(scenario, name).schedule.trials for name in condition_names(scenario))


def run_parallel(
    chosen: Mapping[str, Scenario],
    directory: Path,
    workers: int | None,
    told: Callable[[str], None],
    command: str,
) -> None:
    """Carry out what is not there yet, each scenario in a folder of its own.

    Parameters
    ----------
    chosen : mapping of str to Scenario
        By the names of their folders.
    directory : Path
    workers : int or None
        Processes; None: one per processor. 1 runs in this process.
    told : callable
        Takes the name of each scenario that is done.
    command : str
        What the user typed.

    Raises
    ------
    StoreError
        If a folder cannot be used or written.
    Interrupted
        On Ctrl-C or SIGTERM; checkpoints are left, and the same call goes on.
    """
    longest = sorted(chosen, key=lambda name: -trials(chosen[name]))  # first: no process is left alone with it
    tasks = [partial(_carry_out, chosen[name], directory / name, command) for name in longest]
    jobs = [Job(number, name, task) for number, (name, task) in enumerate(zip(longest, tasks, strict=True))]
    size = max(1, min(workers or default_workers(), len(jobs)))
    with Stop().listening() as stop:
        context = WorkerContext(len(jobs), "The same command goes on.", stopped=lambda: stop.signal is not None)
        try:
            with make_executor(executor_for(size), context, size) as executor:
                run_jobs(executor, context, jobs, lambda job, _: told(job.label))
        except (Stopped, Interrupted):
            raise Interrupted("Interrupted: what is done is kept. The same command goes on.") from None


def _carry_out(scenario: Scenario, target: Path, command: str, control: Control) -> None:
    begun = (target / "scenario.toml").exists()
    run_scenario(scenario, target, workers=1, resume=begun, command=command, stopped=control.stopped, progress=False)
