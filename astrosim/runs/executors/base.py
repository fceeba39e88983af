"""The protocol of executors, and the loop that hands them jobs. Times in seconds of wall clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from astrosim.runs.control import CHECKPOINT_SECONDS, Control, Stopped
from astrosim.runs.lock import HeldLock
from astrosim.runs.replicate import Replicate

POLL_SECONDS = 0.1  # assumed: how often progress is told and Ctrl-C is looked for


@dataclass(frozen=True)
class Job:
    """One piece of work, which depends on no other.

    Attributes
    ----------
    number : int
        Place among the jobs, from 0.
    label : str
        Names it in an error.
    task : callable
        Takes a `Control`; it, its result and its errors can be sent to another process.
    replicates : tuple of Replicate
        Those that it computes, for executors whose workers share no file system with the run; none for a query.
    """

    number: int
    label: str
    task: Callable[[Control], Any]
    replicates: tuple[Replicate, ...] = ()


@dataclass(frozen=True)
class WorkerContext:
    """Facts that all workers of a run share.

    Attributes
    ----------
    jobs : int
        Most jobs; their numbers are smaller.
    remedy : str
        A sentence for the user: how to go on if a worker dies.
    tick : callable
        Takes the units of work done so far, summed over jobs; called about every `POLL_SECONDS`. Stays in this process.
    stopped : callable
        Says whether the user asked to stop. Stays in this process.
    checkpoint_seconds : float
        Longest time between checkpoints of a replicate.
    data : Path or None
        Where data sets lie, if the user said so.
    preload : tuple of str
        Modules that workers need.
    lock : HeldLock or None
        The directory's; every worker of this machine holds it as long as it lives.
    directory : Path or None
        Of the run; for executors that commit what their workers send.
    executor, address : str
        Name of the executor, and the address behind it, if the user named one.
    """

    jobs: int
    remedy: str
    tick: Callable[[int], None] = lambda units: None
    stopped: Callable[[], bool] = lambda: False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    data: Path | None = None
    preload: tuple[str, ...] = ()
    lock: HeldLock | None = None
    directory: Path | None = None
    executor: str = ""
    address: str = ""


class Executor(Protocol):
    """A place where jobs are carried out; entered before the first of them is submitted.

    Left with an error, it asks the jobs in work to stop; in any case it waits for its workers, not for ever.
    """

    def __enter__(self) -> Self:
        """Make workers ready."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give them back."""

    @property
    def busy(self) -> bool:
        """Whether jobs wait or are in work."""

    def submit(self, job: Job) -> None:
        """Take a job; those that come first begin first."""

    def ended(self) -> Iterable[tuple[Job, Any]]:
        """Wait about `POLL_SECONDS` for jobs to end; those that did, with their results.

        Raises
        ------
        Stopped
            If a job of this process was stopped.
        AstrosimError
            What a job refused.
        RunError
            If a worker died, or a job failed.
        """

    def progress(self) -> int:
        """Return units of work done so far, summed over jobs."""

    def working(self) -> list[Job]:
        """Return the jobs in work; another thread may ask."""

    def place(self) -> dict[str, Any]:
        """Return where the work is done, in what JSON knows: `names` of workers, and `dashboard`, a link or empty."""

    def stop(self) -> None:
        """Ask jobs in work to write checkpoints and stop, and drop those that wait."""


def run_jobs(
    executor: Executor, context: WorkerContext, jobs: Sequence[Job], finished: Callable[[Job, Any], None]
) -> None:
    """Carry out all jobs.

    Parameters
    ----------
    executor : Executor
        Entered.
    context : WorkerContext
        The one that the executor was made with.
    jobs : sequence of Job
    finished : callable
        Takes each job with its result, in whatever order they end.

    Raises
    ------
    Stopped
        If the user asked to stop before all jobs had ended; checkpoints are left.
    AstrosimError
        What a job refused.
    RunError
        If a worker died, or a job failed.
    """
    left = len(jobs)
    for job in jobs:
        executor.submit(job)
    while executor.busy:
        if context.stopped():
            executor.stop()
        for job, result in executor.ended():
            left -= 1
            finished(job, result)
        context.tick(executor.progress())
    if left:
        raise Stopped
