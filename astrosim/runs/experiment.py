"""An experiment: conditions x seeds as independent cells, each computed once and committed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from astrosim.errors import Interrupted, RunError, StoreError
from astrosim.runs.cell import CHECKPOINT_SECONDS, Cell, Stopped
from astrosim.runs.directory import RunDirectory
from astrosim.runs.lock import HeldLock, locked
from astrosim.runs.pool import Pool
from astrosim.runs.stop import Stop
from astrosim.runs.worker import Job, Office
from astrosim.scenario import Scenario, condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.inputs import taken_into
from astrosim.store.cells import cell_name
from astrosim.store.files import storage_errors
from astrosim.store.layout import Layout, make_layout
from astrosim.store.read import committed_cells

Progress = Callable[[int, int, int, int], None]
SUMMARY_SECONDS = 1.0  # assumed: how old summary.csv may be while cells finish


def run_scenario(
    scenario: Scenario | None,
    directory: str | Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    command: str = "",
) -> None:
    """Run a scenario into a directory, or go on with one that was interrupted.

    State, decisions, records and summary are the same for any number of workers, any record plan and any
    interruption. A checkpoint of every cell in work is written every 5 seconds; the environment variable
    `ASTROSIM_CHECKPOINT_SECONDS` changes that.

    Parameters
    ----------
    scenario : Scenario or None
        With `resume` it may be None: the directory's own is taken.
    directory : str or Path
        New or empty; with `resume` one that was begun.
    workers : int, optional
        Processes; by default one a processor, at most one a cell. 1 runs in this process.
    resume : bool
        Go on with what the directory holds.
    progress : callable, optional
        Called about ten times a second with (trials done, trials in all, cells done, cells in all).
    command : str
        What the user typed; kept in provenance.json.

    Raises
    ------
    StoreError
        If the directory cannot be used or written, or what is committed there is damaged.
    RunError
        If a worker process died.
    Interrupted
        On Ctrl-C or SIGTERM; checkpoints are left, its text tells how to go on.
    """
    path = Path(directory)
    if not resume:
        if scenario is None:
            raise ValueError("a new run needs a scenario")
        with storage_errors(path):
            path.mkdir(parents=True, exist_ok=True)
    elif not path.is_dir():
        raise StoreError(f"{path}: no such directory. Name the directory of a run to resume it.")
    with locked(path) as lock:
        experiment = Experiment(scenario, path, workers, resume, command)
        experiment.run(lock, progress or (lambda *counts: None))


def make_cells(conditions: Sequence[str], seeds: Sequence[int]) -> list[Cell]:
    """All cells, conditions first."""
    return [Cell(c, s, row, column) for row, c in enumerate(conditions) for column, s in enumerate(seeds)]


class Experiment:
    """One session of a run, under the directory's lock."""

    def __init__(self, scenario: Scenario | None, path: Path, workers: int | None, resume: bool, command: str) -> None:
        self.directory = RunDirectory(path)
        workers = workers or default_workers()
        if resume:
            self.scenario = self._stored(self.directory.resume(command, workers), scenario)
        else:
            assert scenario is not None
            self.scenario, inputs = taken_into(scenario, path)
            self.directory.begin(to_toml(self.scenario, path), scenario.seeds, command, workers, inputs)
        self.resolved = {name: resolve(self.scenario, name) for name in condition_names(self.scenario)}
        self.cells = make_cells(tuple(self.resolved), self.scenario.seeds)
        self.order = [(cell.condition, cell.seed) for cell in self.cells]
        self.rows: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.workers = workers
        self._written = 0.0

    def _stored(self, text: str, given: Scenario | None) -> Scenario:
        stored = load_scenario(self.directory.path / "scenario.toml")
        if given is not None and given != stored:
            raise StoreError(
                f"{self.directory.path / 'scenario.toml'}: not the scenario that was given. Resume without changes, "
                "or run the changed scenario into another directory with --out."
            )
        return stored

    def run(self, lock: HeldLock, progress: Progress) -> None:
        """Do what is left to do."""
        outcome = "failed"
        try:
            self._run(lock, progress)
            outcome = "finished"
        except (Stopped, KeyboardInterrupt):
            outcome = "interrupted"
            raise Interrupted(self._farewell()) from None
        finally:
            self._close(outcome)

    def _close(self, outcome: str) -> None:
        try:
            self.directory.write_summary(self.rows, self.order)
            self.directory.end(outcome)
        except StoreError:
            if outcome == "finished":  # otherwise the first error says more
                raise

    def _run(self, lock: HeldLock, progress: Progress) -> None:
        records = committed_cells(self.directory.path, tuple(self.resolved), self.scenario.seeds)
        self.rows = {key: record["summary"] for key, record in records.items()}
        for condition, seed in records:
            self.directory.drop_checkpoint(cell_name(condition, seed))
        left = [n for n, key in enumerate(self.order) if key not in records]
        total = sum(self._trials(cell) for cell in self.cells)
        before = sum(self._trials(cell) for cell in self.cells if (cell.condition, cell.seed) in records)

        def tick(trials: int) -> None:
            progress(before + trials, total, len(self.rows), len(self.cells))

        stop = Stop()
        workers = max(1, min(self.workers, len(left)))
        office = Office(self.directory.path, self.resolved, lock, checkpoint_seconds())
        office.open(len(self.cells), shared=workers > 1)
        with (
            stop.listening(),
            Pool(office, workers, tick, stop) as pool,
        ):
            self.directory.arrays(lambda: self._layout(pool))
            # Longest first, so that no worker is left alone with a long cell; neighbours share a seed's network.
            left.sort(key=lambda n: (-self._trials(self.cells[n]), self.cells[n].column, self.cells[n].row))
            pool.run([Job(n, self.cells[n]) for n in left], self._finished)
        tick(total - before)

    def _trials(self, cell: Cell) -> int:
        return self.resolved[cell.condition].schedule.trials

    def _finished(self, job: Job, row: Mapping[str, Any]) -> None:
        self.rows[job.cell.condition, job.cell.seed] = row
        if time.monotonic() - self._written > SUMMARY_SECONDS:
            self.directory.write_summary(self.rows, self.order)
            self._written = time.monotonic()

    def _layout(self, pool: Pool) -> Layout:
        """Longest dimensions: wiring depends on network and seed, all else on the condition alone."""
        wanted: dict[tuple[str, str, int], int] = {}
        for number, cell in enumerate(self.cells):
            scenario = self.resolved[cell.condition]
            wanted.setdefault((scenario.system, scenario.network.model_dump_json(), cell.seed), number)
            if cell.column == 0:
                wanted["", cell.condition, 0] = number
        jobs = [Job(number, self.cells[number], "sizes") for number in sorted(set(wanted.values()))]
        answers: list[tuple[dict[str, int], str]] = []
        pool.run(jobs, lambda job, answer: answers.append(answer))
        return make_layout(self.scenario, self.resolved, answers)

    def _farewell(self) -> str:
        return (
            f"Interrupted: {len(self.rows)} of {len(self.cells)} cells are committed, the others have checkpoints. "
            f"Go on with: astrosim run {self.directory.path} --resume"
        )


def checkpoint_seconds() -> float:
    """Time between checkpoints: `ASTROSIM_CHECKPOINT_SECONDS`, or the default."""
    text = os.environ.get("ASTROSIM_CHECKPOINT_SECONDS", str(CHECKPOINT_SECONDS))
    try:
        return float(text)
    except ValueError:
        raise RunError(f"ASTROSIM_CHECKPOINT_SECONDS: not a number ({text!r}). Write seconds, like 5.") from None


def default_workers() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
