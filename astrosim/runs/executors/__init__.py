"""Executors: where the jobs of a run are carried out. Each is a file of this folder and a line of the table.

An executor is a class that takes a `WorkerContext` and the number of workers, and has the methods of
`astrosim.runs.executors.base.Executor`.
"""

from __future__ import annotations

from astrosim.contracts.loading import find
from astrosim.runs.executors.base import Executor, Job, WorkerContext, run_jobs
from astrosim.runs.processors import may_have_workers

EXECUTORS = {
    "local": "astrosim.runs.executors.local:LocalExecutor",
    "processes": "astrosim.runs.executors.processes:ProcessExecutor",
}
"""``module:name`` by the name of an executor."""


def make_executor(name: str, context: WorkerContext, workers: int) -> Executor:
    """Return an executor by its name.

    Raises
    ------
    RunError
        If it needs a package that is not installed.
    """
    executor: Executor = find(EXECUTORS[name], f"The executor {name} needs")(context, workers)
    return executor


def executor_for(workers: int) -> str:
    """Return the name of the executor for a number of workers: this process if one is enough, or it may have none."""
    return "processes" if workers > 1 and may_have_workers() else "local"


__all__ = ["EXECUTORS", "Executor", "Job", "WorkerContext", "executor_for", "make_executor", "run_jobs"]
