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
from astrosim.runs.failures import Failure, failed, note_failures
from astrosim.runs.heartbeat import Heartbeat
from astrosim.runs.life import carry_out
from astrosim.runs.lock import HeldLock
from astrosim.runs.past import Past
from astrosim.runs.progress import Progress
from astrosim.runs.provenance import Start
from astrosim.runs.replicate import Replicate, label, make_replicates
from astrosim.runs.runner import Query, find_runner
from astrosim.runs.stop import Stop
from astrosim.runs.work import Work, WorkResult, divide
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.inputs import taken_into
from astrosim.scenario.sweep.parameters import SweepColumns
from astrosim.scenario.words import counted
from astrosim.store.blocks import MOST_ALONE, Cell, make_blocks
from astrosim.store.exchange import outer
from astrosim.store.files import storage_errors
from astrosim.store.layout import Layout
from astrosim.store.read import committed_rows, known_blocks

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

SUMMARY_SECONDS = 1.0  # assumed: how old summary.csv may be while replicates finish
PARTS_OF_QUERIES = 4  # per worker; assumed: queries differ little in length
SUMMARY_SHARE = 0.05  # assumed: of the time of a large run, that which may go into writing it


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
        self.every = make_replicates(tuple(self.resolved), self.scenario.seeds)
        self.order = [one.cell for one in self.every]
        self.rows: dict[Cell, Mapping[str, Any]] = {}
        self.failures: list[Failure] = []
        self._summary_due = 0.0
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
        known = sum(one in self.past.ends for one in replicates)
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
        self._take_in()

        def tick(units: int) -> None:
            counts = self._total - self._todo + units, self._total, len(self.rows), len(self.replicates)
            self._beat.note(*counts, failed=len(self.failures))
            progress(*counts)

        self._beat.note(self._total - self._todo, self._total, len(self.rows), len(self.replicates), failed=0)
        workers = max(1, min(self.start.workers, self._most_jobs()))
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
                if self.directory.arrays(lambda: self._layout(executor, context)):
                    self._take_in()
                works = self._works()
                run_jobs(executor, context, [self._job(*job) for job in enumerate(works)], self._finished(works))
        tick(self._todo)
        if self.failures:
            raise failed(self.failures, len(self.replicates), self.directory.path, self.shown)

    def _take_in(self) -> None:
        """Take in the blocks of this share of the run, and what of them is committed.

        Before there are arrays it is not known which of many replicates share a block.
        """
        with storage_errors(self.directory.path):
            blocks = known_blocks(self.directory.path) or make_blocks(tuple(self.resolved), self.scenario.seeds)
            self.blocks = blocks if self.directory.shard is None else self.directory.shard.of(blocks)
            self.rows = dict(committed_rows(self.directory.path))
        for block in self.blocks:
            if all(cell in self.rows for cell in block.cells):
                self.directory.drop_checkpoints(block.name)
        own = {cell for block in self.blocks for cell in block.cells}
        self.replicates = [one for one in self.every if one.cell in own]
        self.left = [one for one in self.replicates if one.cell not in self.rows]
        self._total, self._todo = self._units(self.replicates), self._units(self.left)

    def _most_jobs(self) -> int:
        """Jobs of what is left; of a large run without arrays it is known only that they are not more."""
        if len(self.replicates) > MOST_ALONE and self.blocks[0].alone:
            return len(self.left)
        return len(self._works())

    def _works(self) -> list[Work]:
        return divide(self.runner, self.resolved, self.blocks, self.left, self.start.workers) if self.left else []

    def _units(self, replicates: Sequence[Replicate]) -> int:
        return sum(self.runner.units(self.resolved[one.condition]) for one in replicates)

    def _job(self, number: int, work: Work) -> Job:
        resolved = {condition: self.resolved[condition] for block in work.blocks for condition, _ in block.cells}
        task = partial(carry_out, self.runner, self.directory.path, work, resolved, past=self.past)
        return Job(number, label(work.replicates), task, tuple(work.replicates))

    def _finished(self, works: Sequence[Work]) -> Callable[[Job, WorkResult], None]:
        """Return a function that takes in the result of a job, and now and then writes the summary."""

        def finished(job: Job, result: WorkResult) -> None:
            self.rows |= result.rows
            self.failures += result.failures
            for block in works[job.number].blocks:
                own = [one for one in result.failures if one.cell in block.cells]
                note_failures(self.directory.path, block, own)
            if (start := time.monotonic()) > self._summary_due:
                self.directory.write_summary(self.rows, self.order)
                end = time.monotonic()
                self._summary_due = end + max(SUMMARY_SECONDS, (end - start) / SUMMARY_SHARE)

        return finished

    def _layout(self, executor: Executor, context: WorkerContext) -> Layout:
        def run_queries(query: Query, replicates: Sequence[Replicate]) -> list[Any]:
            answers: dict[int, list[Any]] = {}
            size = -(-len(replicates) // (PARTS_OF_QUERIES * self.start.workers))
            parts = [replicates[first : first + size] for first in range(0, len(replicates), size or 1)]
            jobs = [Job(number, label(part), self._question(query, part)) for number, part in enumerate(parts)]
            quiet = replace(context, tick=lambda units: None)
            run_jobs(executor, quiet, jobs, lambda job, answer: answers.update({job.number: answer}))
            return [answer for number in range(len(parts)) for answer in answers[number]]

        return self.runner.layout(self.scenario, self.resolved, run_queries)

    def _question(self, query: Query, replicates: Sequence[Replicate]) -> Callable[[Control], list[Any]]:
        """Return the task that answers a query about some replicates."""
        conditions = {one.condition for one in replicates}
        resolved = {name: self.resolved[name] for name in conditions}
        return partial(_answer, query, resolved, [one.cell for one in replicates])

    def _farewell(self) -> str:
        shard = "" if self.directory.shard is None else f" of shard {self.directory.shard}"
        return (
            f"Interrupted: {len(self.rows)} of {counted(len(self.replicates), 'replicate')}{shard} are committed, "
            f"{'the others begin again' if self.start.executor.startswith('dask') else 'the others have checkpoints'}. "
            f"Go on with: astrosim run {self.shown} --resume"
        )


def _answer(query: Query, resolved: Mapping[str, Any], cells: Sequence[Cell], control: Control) -> list[Any]:
    """Answer a query about some replicates."""
    return [query(resolved[condition], seed) for condition, seed in cells]


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
