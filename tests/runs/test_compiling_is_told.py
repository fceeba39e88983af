"""Compilation in worker processes is told to the user of the run, once."""

from __future__ import annotations

from astrosim.core.compilation import LOGGER, NOTICE
from astrosim.runs.control import Control
from astrosim.runs.executors.base import Job, WorkerContext, run_jobs
from astrosim.runs.executors.processes import ProcessExecutor


def long_compilation(control: Control) -> None:
    """What a job of a worker does when it compiles for long."""
    LOGGER.warning(NOTICE)


def test_a_worker_that_compiles_is_heard_once(monkeypatch, caplog):
    context = WorkerContext(jobs=2, remedy="")
    jobs = [Job(number, f"job {number}", long_compilation) for number in range(2)]
    ended = []
    with ProcessExecutor(context, 2) as executor:
        run_jobs(executor, context, jobs, lambda job, result: ended.append(job.number))
    assert sorted(ended) == [0, 1]
    assert [record.getMessage() for record in caplog.records if record.name == "astrosim.runs"] == [NOTICE]
