"""What the tests of runs, store and faults share: a small experiment, its bytes, and processes to be killed."""

from __future__ import annotations

import csv
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from unittest import mock

from places import TESTS
from refusals import refuse

from astrosim.core.errors import AstrosimError, Interrupted
from astrosim.runs import life, run_scenario
from astrosim.runs.control import Control
from astrosim.runs.executors.owner import end_with_parent
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import find_runner
from astrosim.runs.stop import ALWAYS, UNCLAIMED
from astrosim.runs.work import Work
from astrosim.store.blocks import make_blocks
from astrosim.systems.threshold.scenario.schema import Scenario

REFUSED, INTERRUPTED = 2, 130


def small(**changes: Any) -> Scenario:
    """Two conditions and two seeds of the described system, small enough for a fraction of a second."""
    data: dict[str, Any] = {
        "name": "small",
        "seeds": [3, 8],
        "network": {"regular": 4},
        "schedule": {"episodes": 60, "trials_per_episode": 10},
        "record": {"every": 7, "weights_at": [0, -1]},
        "conditions": {"maturity": {}, "cursor": {"learner": "cursor"}},
    }
    return Scenario.model_validate(data | changes)


def summary_rows(directory: Path) -> list[dict[str, str]]:
    """Rows of summary.csv without the time."""
    with open(directory / "summary.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert float(row.pop("wall_s")) >= 0
    return rows


def contents(directory: Path) -> dict[str, Any]:
    """All bytes of a finished run that must never differ, by file, and its summary without the time."""
    root = directory / "trajectory.zarr"
    files: dict[str, Any] = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return files | {"summary.csv": summary_rows(directory)}


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of what differs; empty if all is the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _child(directory: Path, scenario: Scenario | None, workers: int, environment: dict[str, str]) -> None:
    end_with_parent()  # also if the tests are killed
    for number in (*ALWAYS, *UNCLAIMED):  # their server may ignore them
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.environ.update(environment)
    if "REFUSED" in environment:
        refuse(*environment["REFUSED"].split(":"))
    try:
        run_scenario(scenario, directory, workers=workers, resume=scenario is None or "RESUME" in environment)
    except Interrupted as interrupt:
        said(directory).write_text(str(interrupt))
        sys.exit(INTERRUPTED)
    except AstrosimError as error:
        said(directory).write_text(str(error))
        sys.exit(REFUSED)


def said(directory: Path) -> Path:
    """Where a run that was started leaves the text of its error."""
    return directory.with_name(directory.name + ".said")


def start(directory: Path, scenario: Scenario | None, workers: int = 1, **environment: str) -> Any:
    """A run (of a scenario, or resumed without one) in a process of its own, ready within milliseconds."""
    serve()
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_child, args=(directory, scenario, workers, environment))
    process.start()
    return process


def serve() -> None:
    """Start the server of this process's processes, unless it runs; it is ready for all runs of the tests."""
    forkserver.set_forkserver_preload(["astrosim.runs.executors.owner", "run_warm"])
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    with mock.patch.dict(os.environ, PYTHONPATH=path):
        forkserver.ensure_running()  # it looks for what it is to load in PYTHONPATH alone


def go_on(directory: Path, scenario: Scenario) -> Scenario | None:
    """What to start with: the scenario if the run has not begun, None to resume."""
    return None if (directory / "scenario.toml").exists() else scenario


def carry_out(directory: Path, replicates: Sequence[Replicate], resolved: Mapping[str, Any], control: Control) -> None:
    """Compute some replicates as one job of a run, in this process; the directory's arrays exist."""
    (kind,) = {scenario.kind for scenario in resolved.values()}
    blocks = [block for one in replicates for block in make_blocks([one.condition], [one.seed])]
    life.carry_out(find_runner(kind), directory, Work(tuple(blocks), (tuple(replicates),)), resolved, control)
