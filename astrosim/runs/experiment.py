"""An experiment: conditions x seeds as independent replicates, each computed once and committed."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosim.core.errors import (
    AstrosimError,
    DataError,
    Interrupted,
    PackageError,
    RunError,
    ScenarioError,
    StoreError,
)
from astrosim.runs.branch import branched
from astrosim.runs.control import CHECKPOINT_SECONDS, LOGGER, Control, Stopped
from astrosim.runs.directory import SCENARIO, RunDirectory, clear, make_directory, noted_data
from astrosim.runs.executors import Executor, Job, WorkerContext, executor_for, make_executor, run_jobs
from astrosim.runs.life import run_replicates
from astrosim.runs.lock import HELD, LOCK, HeldLock, locked
from astrosim.runs.past import Past, check_longer
from astrosim.runs.processors import default_workers
from astrosim.runs.provenance import Start
from astrosim.runs.replicate import Replicate, label, make_replicates
from astrosim.runs.runner import Query, find_runner
from astrosim.runs.stop import Stop
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.inputs import taken_into
from astrosim.scenario.words import counted
from astrosim.store.exchange import LONGER, begun, discard, exchange, outer, settle
from astrosim.store.files import storage_errors
from astrosim.store.layout import Layout
from astrosim.store.read import committed_replicates
from astrosim.store.replicates import replicate_name

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

Progress = Callable[[int, int, int, int], None]
WANTING = (DataError, PackageError, ScenarioError)
"""Errors of a run that lacks what it needs: going on would fail in the same way."""
SUMMARY_SECONDS = 1.0  # assumed: how old summary.csv may be while replicates finish


def run_scenario(
    scenario: Experiment | None,
    directory: str | Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    data: str | Path | None = None,
    progress: Progress | None = None,
    command: str = "",
    stopped: Callable[[], bool] = lambda: False,
    branch: str | None = None,
) -> None:
    """Run a scenario into a directory, or go on with one that was interrupted.

    State, decisions, records and summary are the same for any number of workers, any record plan and any
    interruption. A checkpoint of every replicate in work is written every 5 seconds; the environment variable
    `ASTROSIM_CHECKPOINT_SECONDS` changes that.

    Parameters
    ----------
    scenario : Experiment or None
        With `resume` it may be None: the directory's own is taken.
    directory : str or Path
        New or empty; with `resume` one that was begun.
    workers : int, optional
        Processes; by default one per processor that this process may use (affinity, quota of its control group), at
        most one per replicate, or per job of replicates that train together. 1 runs in this process, and so does any
        number inside a worker of another program that may have none of its own, such as `multiprocessing.Pool`'s.
    resume : bool
        Go on with what the directory holds; with a scenario that differs in its length alone, for longer: the
        result is that of a run of that length from the start.
    data : str or Path, optional
        Where data sets lie, for scenarios that use some; with `resume`, by default where they were before.
    progress : callable, optional
        Called about ten times a second with (units done, units in all, replicates done, replicates in all); a unit is a
        trial, or an update of a network.
    command : str
        What the user typed; kept in provenance.json.
    stopped : callable
        Asked several times a second; True interrupts the run, as Ctrl-C does.
    branch : str, optional
        A run whose weights a new run starts from, in place of drawn ones: DIR, DIR:CONDITION or DIR:CONDITION:SEED.
        They are copied into the directory.

    Raises
    ------
    StoreError
        If the directory cannot be used or written, or what is committed there is damaged;
        if a run cannot go on under the scenario that is given: names the field.
    RunError
        If a worker process died, or the scenario's kind needs what is not installed.
    Interrupted
        On Ctrl-C, on SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU, or if `stopped` says so; checkpoints are left, its
        text tells how to go on. Signals reach the main thread alone.
    DataError
        If a data set is missing or damaged; nothing is left in the directory.
    ScenarioError
        If a branch does not fit its source, naming what differs; if neither a scenario is given nor `resume`.
    """
    path = outer(Path(os.path.expanduser(directory)))
    start = Start(command, workers or default_workers(), data=None if data is None else Path(os.path.expanduser(data)))
    made = False
    try:
        with tempfile.TemporaryDirectory() as folder:
            if not resume:
                if scenario is None:
                    raise ScenarioError(["scenario: a new run needs one (None). Give what load_scenario returns."])
                find_runner(scenario.family)  # no directory is made for what cannot run here
                if branch is not None:
                    scenario, facts = branched(scenario, branch, Path(folder))
                    start = replace(start, branched_from=facts)
                made = make_directory(path)
            elif not path.is_dir():
                raise StoreError(f"{path}: no such directory. Name the directory of a run to resume it.")
            with locked(path) as lock, _nothing_left(path):
                session = Session(path, start, lock, progress or (lambda *counts: None), stopped)
                if resume:
                    session.go_on(scenario)
                else:
                    session.carry_out(ExperimentRun(scenario, path, start, resume))
    except AstrosimError:
        if made:
            with contextlib.suppress(OSError):
                path.rmdir()  # only if nothing is in it
        raise


@contextlib.contextmanager
def _nothing_left(path: Path) -> Iterator[None]:
    """Leave a directory as empty as it was if no run begins there, or one lacks data or what else it needs."""
    empty = {entry.name for entry in path.iterdir()} <= {LOCK, HELD}
    try:
        yield
    except AstrosimError as error:
        begun = (path / "scenario.toml").exists()
        if empty and not RunDirectory(path).computed() and (isinstance(error, WANTING) or not begun):
            clear(path)
        raise


@dataclass(frozen=True)
class Session:
    """One call of `run_scenario`, under the directory's lock.

    Attributes
    ----------
    path : Path
    start : Start
    lock : HeldLock
    progress, stopped : callable
        As of `run_scenario`.
    """

    path: Path
    start: Start
    lock: HeldLock
    progress: Progress
    stopped: Callable[[], bool]

    def carry_out(self, experiment: ExperimentRun) -> None:
        """Run the replicates of an experiment that are not committed."""
        experiment.run(self.lock, self.progress, self.stopped)

    def go_on(self, scenario: Experiment | None) -> None:
        """Finish the run; then go on for longer, if a longer scenario is given or one was begun before."""
        with storage_errors(self.path):
            settle(self.path)
        RunDirectory(self.path).check()
        short = load_scenario(self.path / SCENARIO)
        if scenario is None and begun(self.path):
            scenario = load_scenario(self.path / LONGER / SCENARIO)
        if scenario is None or scenario == short:
            return self.carry_out(ExperimentRun(None, self.path, self.start, True))
        check_longer(self.path, short, scenario, find_runner(short.family))
        if not is_finished(self.path, short):
            self.carry_out(ExperimentRun(None, self.path, self.start, True))
        self._lengthen(short, scenario)
        return None

    def _lengthen(self, short: Experiment, long: Experiment) -> None:
        """Compute the longer run inside the directory, then put it in the place of the shorter one."""
        with storage_errors(self.path):
            going = begun(self.path) and load_scenario(self.path / LONGER / SCENARIO) == long
            if not going:
                discard(self.path)
                (self.path / LONGER).mkdir()
        past = Past(self.path, {name: resolve(short, name) for name in condition_names(short)})
        start = replace(self.start, data=self.start.data or noted_data(self.path))
        self.carry_out(ExperimentRun(long, self.path / LONGER, start, going, past))
        with storage_errors(self.path):
            exchange(self.path)


def is_finished(directory: Path, scenario: Experiment) -> bool:
    """Return whether all replicates of a run are committed; raise StoreError if one is damaged."""
    names, seeds = condition_names(scenario), scenario.seeds
    return len(committed_replicates(directory, names, seeds)) == len(names) * len(seeds)


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
        self.replicates = make_replicates(tuple(self.resolved), self.scenario.seeds)
        self.order = [(one.condition, one.seed) for one in self.replicates]
        self.rows: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._written = 0.0

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
        try:
            self._run(lock, progress, stopped)
            outcome = "finished"
        except (Stopped, KeyboardInterrupt):
            outcome = "interrupted"
            self._gather()
            raise Interrupted(self._farewell()) from None
        finally:
            self._close(outcome)

    def _gather(self) -> None:
        """Take in what was committed by jobs that did not end."""
        with contextlib.suppress(StoreError, OSError):
            conditions, seeds = tuple(self.resolved), self.scenario.seeds
            records = committed_replicates(self.directory.path, conditions, seeds, check=False)
            self.rows = {key: record["summary"] for key, record in records.items()}

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
            progress(total - todo + units, total, len(self.rows), len(self.replicates))

        parts = self.runner.split(self.resolved, left, self.start.workers) if left else []
        workers = max(1, min(self.start.workers, len(parts)))
        with Stop().listening() as stop:
            context = WorkerContext(
                jobs=len(self.replicates),
                remedy=f"`astrosim run {self.shown} --resume` goes on; committed replicates are kept.",
                tick=tick,
                stopped=lambda: stop.signal is not None or stopped(),
                checkpoint_seconds=checkpoint_seconds(),
                data=self.start.data,
                preload=("astrosim.runs.life", *self.runner.preload),
                lock=lock,
            )
            with make_executor(executor_for(workers), context, workers) as executor:
                self.directory.arrays(lambda: self._layout(executor, context))
                run_jobs(executor, context, [self._job(*job) for job in enumerate(parts)], self._finished(parts))
        tick(todo)

    def _left(self) -> list[Replicate]:
        """Take in what is committed, and return the replicates that are not."""
        records = committed_replicates(self.directory.path, tuple(self.resolved), self.scenario.seeds)
        self.rows = {key: record["summary"] for key, record in records.items()}
        for condition, seed in records:
            self.directory.drop_checkpoint(replicate_name(condition, seed))
        return [one for one in self.replicates if (one.condition, one.seed) not in records]

    def _units(self, replicates: Sequence[Replicate]) -> int:
        return sum(self.runner.units(self.resolved[one.condition]) for one in replicates)

    def _job(self, number: int, replicates: Sequence[Replicate]) -> Job:
        resolved = {one.condition: self.resolved[one.condition] for one in replicates}
        task = partial(run_replicates, self.runner, self.directory.path, replicates, resolved, past=self.past)
        return Job(number, label(replicates), task)

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
        return (
            f"Interrupted: {len(self.rows)} of {counted(len(self.replicates), 'replicate')} are committed, "
            "the others have checkpoints. "
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
