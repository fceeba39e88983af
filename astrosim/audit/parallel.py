"""Whole scenarios side by side: each in one process, which keeps what it has compiled for the next."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from astrosim.core.errors import Interrupted
from astrosim.runs import run_scenario
from astrosim.runs.experiment import default_workers
from astrosim.runs.pool import POLL_SECONDS, nameless_main
from astrosim.runs.stop import Stop, deaf
from astrosim.scenario import condition_names, resolve
from astrosim.systems.threshold.scenario.schema import Scenario


def trials(scenario: Scenario) -> int:
    """Trials over all conditions and seeds."""
    return len(scenario.seeds) * sum(resolve(scenario, name).schedule.trials for name in condition_names(scenario))


def run_abreast(
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
        Processes; None: one a processor. 1 runs in this process.
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
    size = min(workers or default_workers(), len(longest))
    if size == 1:
        for name in longest:
            _carry_out(chosen[name], directory / name, command)
            told(name)
        return
    stop = Stop()
    with stop.listening(), ProcessPoolExecutor(size, multiprocessing.get_context("forkserver")) as pool:
        try:
            _share(pool, size, {name: (chosen[name], directory / name, command) for name in longest}, told, stop)
        except BaseException as error:
            for process in multiprocessing.active_children():
                process.terminate()  # heard by the run: it leaves checkpoints
            if isinstance(error, Interrupted):
                raise Interrupted("Interrupted: what is done is kept. The same command goes on.") from None
            raise


def _share(
    pool: ProcessPoolExecutor,
    size: int,
    jobs: Mapping[str, tuple[Scenario, Path, str]],
    told: Callable[[str], None],
    stop: Stop,
) -> None:
    """Hand out no more than there are processes: what is handed out cannot be taken back."""
    waiting, left = list(jobs)[::-1], dict[Future[None], str]()
    while waiting or left:
        while waiting and len(left) < size:
            name = waiting.pop()
            with deaf(), nameless_main():  # here processes start
                left[pool.submit(_carry_out, *jobs[name])] = name
        for future in wait(left, POLL_SECONDS, FIRST_COMPLETED).done:
            future.result()
            told(left.pop(future))
        if stop.signal is not None:
            raise Interrupted


def _carry_out(scenario: Scenario, target: Path, command: str) -> None:
    begun = (target / "scenario.toml").exists()
    run_scenario(scenario, target, workers=1, resume=begun, command=command)
