"""Runs of a system's example, and what they left: made once, looked at by several checks."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from astrosim.contracts.example import Example
from astrosim.contracts.system import System
from astrosim.core.errors import AstrosimError, Interrupted
from astrosim.runs import run_scenario
from astrosim.scenario import Experiment
from astrosim.scenario.merge import deep_merge

SECONDS = "ASTROSIM_CHECKPOINT_SECONDS"
SUMMARY = "summary.csv"
TIMES = "wall_s"  # the column of summary.csv that differs from run to run


class Bench:
    """Runs of the example of a system, in folders of their own.

    Parameters
    ----------
    system : System
        Registered: tools find it by the `kind` of its scenarios.
    folder : Path
        Where the runs go; exists.
    """

    def __init__(self, system: System, folder: Path) -> None:
        self.system, self.folder = system, folder
        self.example: Example = system.part("example")

    def scenario(self, changes: Mapping[str, Any] | None = None) -> Experiment:
        """Return the example with other values of some fields."""
        found: Experiment = self.system.scenario.model_validate(deep_merge(self.example.tables, changes or {}))
        return found

    def run(self, name: str, changes: Mapping[str, Any] | None = None, workers: int = 1) -> Path:
        """Run the example into a folder of this name, unless it is there; return the run directory."""
        directory = self.folder / name
        if not directory.exists():
            run_scenario(self.scenario(changes), directory, workers=workers, progress=False)
        return directory

    def of(self, tables: Mapping[str, Any], name: str) -> Bench:
        """Return a bench for another experiment on the same system, in a folder of this name."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        other = Bench(self.system, folder)
        other.example = replace(self.example, tables=tables)
        return other

    @cached_property
    def finished(self) -> Path:
        """The run directory of the example as it is."""
        return self.run("finished")

    def interrupted(self, name: str, after: float) -> Path:
        """Run the example, interrupt it after a share of its work as Ctrl-C does, and resume it."""
        directory = self.folder / name

        def stop(done: int, total: int, *counts: int) -> None:
            if done >= after * total and not stopped:
                stopped.append(done)
                os.kill(os.getpid(), signal.SIGINT)

        stopped: list[int] = []
        with _environment(SECONDS, "0"):
            try:
                run_scenario(self.scenario(), directory, workers=1, progress=stop)
            except Interrupted:
                run_scenario(None, directory, workers=1, resume=True, progress=False)
        return directory


def contents(directory: Path) -> dict[str, Any]:
    """Return all bytes of a run that must never differ: arrays by file, and summary.csv without the time."""
    root = directory / "trajectory.zarr"
    files: dict[str, Any] = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return files | {SUMMARY: summary_rows(directory)}


def summary_rows(directory: Path, left_out: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the rows of summary.csv without the time, and without some columns."""
    with open(directory / SUMMARY, encoding="utf-8", newline="") as file:
        return [
            {name: text for name, text in row.items() if name not in (TIMES, *left_out)} for row in csv.DictReader(file)
        ]


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the names of what differs; empty if all is the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def failed_words(names: list[str]) -> str:
    """Return differing files in words, the first few."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class ContractError(AstrosimError):
    """A check that a system does not pass; its text says what differs."""
