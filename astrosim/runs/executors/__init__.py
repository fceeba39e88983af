"""Executors: where the jobs of a run are carried out. Each is a file of this folder and a line of the table.

An executor is a class that takes a `WorkerContext` and the number of workers, and has the methods of
`astrosim.runs.executors.base.Executor`.
"""

from __future__ import annotations

from astrosim.contracts.loading import find
from astrosim.core.errors import ScenarioError
from astrosim.runs.executors.base import Executor, Job, WorkerContext, run_jobs
from astrosim.runs.processors import may_have_workers
from astrosim.scenario.words import nearest

DASK = "astrosim.runs.executors.dask_cluster:DaskExecutor"
EXECUTORS = {
    "local": "astrosim.runs.executors.local:LocalExecutor",
    "processes": "astrosim.runs.executors.processes:ProcessExecutor",
    "dask": DASK,
    "dask-slurm": DASK,
    "dask-pbs": DASK,
    "dask-sge": DASK,
    "dask-lsf": DASK,
    "dask-oar": DASK,
    "dask-htcondor": DASK,
}
"""``module:name`` by the name of an executor."""
ADDRESSED = ("dask",)
"""Executors that take an address, as in ``dask=tcp://10.0.0.1:8786``."""


def check_executor(text: str) -> None:
    """Check the name of an executor, with its address if it has one.

    Raises
    ------
    ScenarioError
        If there is none of this name, or it takes no address; suggests the nearest.
    PackageError
        If it needs a package that is not installed.
    """
    name, equals, address = text.partition("=")
    if name not in EXECUTORS:
        guess = nearest(name, EXECUTORS)
        meant = f"Did you mean {guess}? " if guess else ""
        raise ScenarioError(
            [f"--executor: no such executor ({text}). {meant}Write one of {', '.join(EXECUTORS)}, or dask=ADDRESS."]
        )
    if equals and (name not in ADDRESSED or not address):
        raise ScenarioError([f"--executor: no address belongs here ({text}). Write {name}, or dask=tcp://HOST:8786."])
    find(EXECUTORS[name], f"The executor {name} needs")


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


__all__ = [
    "EXECUTORS",
    "Executor",
    "Job",
    "WorkerContext",
    "check_executor",
    "executor_for",
    "make_executor",
    "run_jobs",
]
