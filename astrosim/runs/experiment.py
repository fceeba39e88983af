"""An experiment: conditions x seeds as independent replicates, each computed once and committed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosim.contracts.registry import find_system
from astrosim.core.errors import Interrupted, RunError, StoreError
from astrosim.runs.control import CHECKPOINT_SECONDS, LOGGER, Control, Stopped
from astrosim.runs.directory import SCENARIO, RunDirectory
from astrosim.runs.executors import Executor, Job, WorkerContext, executor_for, make_executor, run_jobs
from astrosim.runs.heartbeat import Heartbeat
from astrosim.runs.life import run_replicates
from astrosim.runs.lock import HeldLock
from astrosim.runs.past import Past
from astrosim.runs.progress import Progress
from astrosim.runs.provenance import Start
from astrosim.runs.replicate import Replicate, label, make_replicates
from astrosim.runs.runner import Query, find_runner
from astrosim.runs.stop import Stop
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.inputs import taken_into
from astrosim.scenario.sweep.parameters import SweepColumns
from astrosim.scenario.words import counted
from astrosim.store.blocks import replicate_name
from astrosim.store.exchange import outer
from astrosim.store.files import storage_errors
from astrosim.store.layout import Layout
from astrosim.store.read import committed_rows

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

SUMMARY_SECONDS = 1.0  # assumed: how old summary.csv may be while replicates finish


class ExperimentRun:
    """One session of a run, under the directory's lock.

    Parameters
    ----------
    scenario : Experiment or None
        None only with `resume`.
    path : Path
    start : Start
    resume : bool
    past : Past, optional
        The shorter run that this one goes on from; it lies in the directory that holds this one's.
    """

    def __init__(
        self, scenario: Experiment | None, path: Path, start: Start, resume: bool, past: Past | None = None
    ) -> None:
        self.directory, self.past = RunDirectory(path), past
        self.shown = outer(path)
        self.scenario = self._resume(start) if resume or scenario is None else self._begin(scenario, start)
        self.resolved = {name: resolve(self.scenario, name) for name in condition_names(self.scenario)}
        self.directory.columns = SweepColumns.of(self.scenario)
        every, shard = make_replicates(tuple(self.resolved), self.scenario.seeds), self.directory.shard
        self.replicates = every if shard is None else shard.of(every)
        self.order = [(one.condition, one.seed) for one in every]
        self.rows: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._written = 0.0
        unit = find_system(self.scenario.family).unit
        facts = {"executor": start.executor.partition("=")[0], "workers": start.workers, "unit": unit}
        self._beat = Heartbeat(self.shown, facts)

    def _begin(self, scenario: Experiment, start: Start) -> Experiment:
        own, inputs = taken_into(scenario, self.directory.path)
        self._settle(scenario, start)  # its files lie where they were until the directory is begun
        self.directory.refuse_alike(condition_names(own))
        self.directory.begin(to_toml(own, self.directory.path), own.seeds, self.start, inputs, self._origin())
        return own

    def _origin(self) -> dict[str, Any]:
        """Entries of provenance.json that tell what a longer run goes on from; empty without a shorter one."""
        if self.past is None:
            return {}
        replicates = make_replicates(tuple(self.past.resolved), next(iter(self.past.resolved.values())).seeds)
        known = sum(self.past.end(one).path.exists() for one in replicates)
        if known < len(replicates):
            LOGGER.warning(
                "%s of %s replicates have no final state: they are computed from the beginning, with the same result.",
                len(replicates) - known,
                len(replicates),
            )
        before = RunDirectory(self.past.directory)
        before.check()
        return before.origin({"from_ends": known, "from_the_beginning": len(replicates) - known})

    def _resume(self, start: Start) -> Experiment:
        self.directory.check()
        stored = load_scenario(self.directory.path / SCENARIO)
        self._settle(stored, start)
        self.directory.go_on(self.start)
        return stored

    def _settle(self, scenario: Experiment, start: Start) -> None:
        """Find out who carries the scenario out, with which packages and data."""
        self.runner = find_runner(scenario.family)
        self.start = replace(
            start,
            packages=self.runner.packages,
            data=start.data or self.directory.data,
            sources=self.runner.sources(scenario),
        )

    def run(self, lock: HeldLock, progress: Progress, stopped: Callable[[], bool]) -> None:
        """Run the replicates that are not committed."""
        outcome = "failed"
        with self._beat:
            try:
                self._run(lock, progress, stopped)
                outcome = "finished"
            except (Stopped, KeyboardInterrupt):
                outcome = "interrupted"
                self._gather()
                raise Interrupted(self._farewell()) from None
            finally:
                self._close(outcome)
                self._beat.outcome = outcome

    def _gather(self) -> None:
        """Take in what was committed by jobs that did not end."""
        with contextlib.suppress(StoreError, OSError):
            self.rows = dict(committed_rows(self.directory.path, check=False))

    def _close(self, outcome: str) -> None:
        if outcome == "failed":
            self._gather()
        try:
            self.directory.write_summary(self.rows, self.order)
            self.directory.end(outcome)
        except StoreError:
            if outcome == "finished":  # otherwise the first error says more
                raise

    def _run(self, lock: HeldLock, progress: Progress, stopped: Callable[[], bool]) -> None:
        left = self._left()
        total, todo = self._units(self.replicates), self._units(left)

        def tick(units: int) -> None:
            counts = total - todo + units, total, len(self.rows), len(self.replicates)
            self._beat.note(*counts, failed=0)
            progress(*counts)

        self._beat.note(total - todo, total, len(self.rows), len(self.replicates), failed=0)
        parts = self.runner.split(self.resolved, left, self.start.workers) if left else []
        workers = max(1, min(self.start.workers, len(parts)))
        name, _, address = (self.start.executor or executor_for(workers)).partition("=")
        with Stop().listening() as stop:
            context = WorkerContext(
                jobs=len(self.order),
                remedy=f"`astrosim run {self.shown} --resume` goes on; committed replicates are kept.",
                tick=tick,
                stopped=lambda: stop.signal is not None or stopped(),
                checkpoint_seconds=checkpoint_seconds(),
                data=self.start.data,
                preload=("astrosim.runs.life", *self.runner.preload),
                lock=lock,
                directory=self.directory.path,
                executor=name,
                address=address,
            )
            with make_executor(name, context, workers) as executor:
                self._beat.executor = executor
                self.directory.arrays(lambda: self._layout(executor, context))
                run_jobs(executor, context, [self._job(*job) for job in enumerate(parts)], self._finished(parts))
        tick(todo)

    def _left(self) -> list[Replicate]:
        """Take in what is committed, and return the replicates that are not."""
        with storage_errors(self.directory.path):
            self.rows = dict(committed_rows(self.directory.path))
        for condition, seed in self.rows:
            self.directory.drop_checkpoint(replicate_name(condition, seed))
        return [one for one in self.replicates if (one.condition, one.seed) not in self.rows]

    def _units(self, replicates: Sequence[Replicate]) -> int:
        return sum(self.runner.units(self.resolved[one.condition]) for one in replicates)

    def _job(self, number: int, replicates: Sequence[Replicate]) -> Job:
        resolved = {one.condition: self.resolved[one.condition] for one in replicates}
        task = partial(run_replicates, self.runner, self.directory.path, replicates, resolved, past=self.past)
        return Job(number, label(replicates), task, tuple(replicates))

    def _finished(self, parts: Sequence[Sequence[Replicate]]) -> Callable[[Job, Any], None]:
        """Return a function that takes in the rows of a job, and now and then writes the summary."""

        def finished(job: Job, rows: Sequence[Mapping[str, Any]]) -> None:
            self.rows |= {(one.condition, one.seed): row for one, row in zip(parts[job.number], rows, strict=True)}
            if time.monotonic() - self._written > SUMMARY_SECONDS:
                self.directory.write_summary(self.rows, self.order)
                self._written = time.monotonic()

        return finished

    def _layout(self, executor: Executor, context: WorkerContext) -> Layout:
        def run_queries(query: Query, replicates: Sequence[Replicate]) -> list[Any]:
            answers: dict[int, Any] = {}
            jobs = [
                Job(number, label([one]), partial(_answer, query, self.resolved[one.condition], one.seed))
                for number, one in enumerate(replicates)
            ]
            quiet = replace(context, tick=lambda units: None)
            run_jobs(executor, quiet, jobs, lambda job, answer: answers.update({job.number: answer}))
            return [answers[number] for number in range(len(replicates))]

        return self.runner.layout(self.scenario, self.resolved, run_queries)

    def _farewell(self) -> str:
        shard = "" if self.directory.shard is None else f" of shard {self.directory.shard}"
        return (
            f"Interrupted: {len(self.rows)} of {counted(len(self.replicates), 'replicate')}{shard} are committed, "
            f"{'the others begin again' if self.start.executor.startswith('dask') else 'the others have checkpoints'}. "
            f"Go on with: astrosim run {self.shown} --resume"
        )


def _answer(query: Query, scenario: Any, seed: int, control: Control) -> Any:
    """Answer a query about a replicate."""
    return query(scenario, seed)


def checkpoint_seconds() -> float:
    """Return time between checkpoints (s): `ASTROSIM_CHECKPOINT_SECONDS`, or the default.

    Raises
    ------
    RunError
        If the variable holds no number.
    """
    text = os.environ.get("ASTROSIM_CHECKPOINT_SECONDS", str(CHECKPOINT_SECONDS))
    try:
        return float(text)
    except ValueError:
        raise RunError(f"ASTROSIM_CHECKPOINT_SECONDS: not a number ({text!r}). Write seconds, like 5.") from None
