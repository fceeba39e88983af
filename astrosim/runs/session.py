"""Sessions: a scenario run into a directory, or a run that goes on, under the lock of its directory."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from astrosim.contracts.registry import find_system
from astrosim.core.errors import AstrosimError, RunError, ScenarioError, StoreError
from astrosim.runs.branch import branched
from astrosim.runs.directory import SCENARIO, RunDirectory, clear, make_directory, noted_data
from astrosim.runs.executors import check_executor
from astrosim.runs.experiment import ExperimentRun
from astrosim.runs.failures import WANTING
from astrosim.runs.lock import HELD, LOCK, HeldLock, locked
from astrosim.runs.past import Past, check_longer
from astrosim.runs.processors import default_workers
from astrosim.runs.progress import Progress, shown
from astrosim.runs.provenance import Start
from astrosim.runs.runner import find_runner
from astrosim.runs.shard import noted_shard, parse_shard
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.stored import allowing
from astrosim.store.exchange import LONGER, begun, discard, exchange, outer, settle
from astrosim.store.files import storage_errors
from astrosim.store.read import committed_rows
from astrosim.store.remote import working_copy

if TYPE_CHECKING:
    from astrosim.scenario import Experiment


def run_scenario(
    scenario: Experiment | None,
    directory: str | Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    data: str | Path | None = None,
    progress: bool | Progress | None = None,
    command: str = "",
    stopped: Callable[[], bool] = lambda: False,
    branch: str | None = None,
    shard: str | None = None,
    executor: str = "",
    allow_code: bool = False,
    work: str | Path | None = None,
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
        New or empty; with `resume` one that was begun. An address (URL) that fsspec knows, such as
        ``s3://bucket/run``: the run is computed in a working copy and mirrored there.
    workers : int, optional
        Processes; by default one per processor that this process may use (affinity, quota of its control group), at
        most one per replicate, or per job of replicates that train together. 1 runs in this process, and so does any
        number inside a worker of another program that may have none of its own, such as `multiprocessing.Pool`'s.
    resume : bool
        Go on with what the directory holds; with a scenario that differs in its length alone, for longer: the
        result is that of a run of that length from the start.
    data : str or Path, optional
        Where data sets lie, for scenarios that use some; with `resume`, by default where they were before.
    progress : bool or callable, optional
        True shows a bar, or lines where there is no terminal; False nothing; by default a bar in notebooks and
        terminals. A callable is called about ten times a second with (units done, units in all, replicates done,
        replicates in all); a unit is a trial, or an update of a network.
    command : str
        What the user typed; kept in provenance.json.
    stopped : callable
        Asked several times a second; True interrupts the run, as Ctrl-C does.
    branch : str, optional
        A run whose weights a new run starts from, in place of drawn ones: DIR, DIR:CONDITION or DIR:CONDITION:SEED.
        They are copied into the directory.
    shard : str, optional
        Share of a new run that is computed here, such as ``3/4``; `astrosim.runs.merge` puts the shares together. The
        directory remembers it.
    executor : str
        Where jobs are carried out: ``local`` or ``processes`` of this machine, by default as `workers` says; ``dask``
        for a cluster of this machine, ``dask=tcp://HOST:8786`` for one that is there, ``dask-slurm``, ``dask-pbs``,
        ``dask-sge``, ``dask-lsf``, ``dask-oar`` or ``dask-htcondor`` for jobs of a batch system.
    allow_code : bool
        With `resume`: execute code that came with the directory although this user has not run it before.
    work : str or Path, optional
        For an address: folder that takes the working copy; by default one in the user's cache.

    Raises
    ------
    StoreError
        If the directory cannot be used or written, or what is committed there is damaged;
        if a run cannot go on under the scenario that is given: names the field.
    ReplicatesFailed
        If single replicates failed; all others are committed, and `resume` tries those again.
    RunError
        If a worker process died, or the scenario's kind needs what is not installed; if not all could be uploaded to
        an address.
    Interrupted
        On Ctrl-C, on SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU, or if `stopped` says so; checkpoints are left, its
        text tells how to go on. Signals reach the main thread alone.
    DataError
        If a data set is missing or damaged; nothing is left in the directory.
    ScenarioError
        If a branch does not fit its source, naming what differs; if neither a scenario is given nor `resume`; if
        `shard` names no share, or `executor` no executor; if code came with the directory that this user has neither
        run nor allowed.
    """
    if executor:
        check_executor(executor)
    start = Start(
        command,
        workers or default_workers(),
        data=None if data is None else Path(os.path.expanduser(data)),
        shard=None if shard is None else parse_shard(shard),
        executor=executor,
    )
    with working_copy(directory, resume, work) as place:
        _run(scenario, outer(place), start, resume, branch, allow_code, progress, stopped)


def _run(
    scenario: Experiment | None,
    path: Path,
    start: Start,
    resume: bool,
    branch: str | None,
    allow_code: bool,
    progress: bool | Progress | None,
    stopped: Callable[[], bool],
) -> None:
    """Run a scenario into a directory of this machine; see `run_scenario`."""
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
            with locked(path) as lock, _nothing_left(path), allowing(allow_code):
                session = Session(path, start, lock, progress, stopped)
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
    progress: bool | Progress | None
    stopped: Callable[[], bool]

    def carry_out(self, experiment: ExperimentRun) -> None:
        """Run the replicates of an experiment that are not committed."""
        unit = find_system(experiment.scenario.family).unit
        with shown(self.progress, self.path.name, unit) as progress:
            experiment.run(self.lock, progress, self.stopped)

    def go_on(self, scenario: Experiment | None) -> None:
        """Finish the run; then go on for longer, if a longer scenario is given or one was begun before.

        Raises
        ------
        StoreError
            If the scenario is another one, or the directory holds a shard and the scenario is longer.
        RunError
            If the scenario is longer and workers are to be elsewhere.
        """
        with storage_errors(self.path):
            settle(self.path)
        RunDirectory(self.path).check()
        short = load_scenario(self.path / SCENARIO)
        if scenario is None and begun(self.path):
            scenario = load_scenario(self.path / LONGER / SCENARIO)
        if scenario is None or scenario == short:
            return self.carry_out(ExperimentRun(None, self.path, self.start, True))
        if noted_shard(self.path) is not None:
            raise StoreError(
                f"{self.path}: a shard goes on as it began. Merge all shards (`astrosim merge DIR... --out DIR`); "
                "the whole run goes on for longer."
            )
        if self.start.executor.startswith("dask"):
            raise RunError(
                f"--executor: a longer run goes on from what lies in {self.path}, on this machine "
                f"({self.start.executor}). Leave out --executor."
            )
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
    return len(committed_rows(directory)) == len(condition_names(scenario)) * len(scenario.seeds)
