"""The runs that are disturbed: the example of every system, in processes that are forked when all is compiled."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astrosim.contracts.registry import find_system, targets
from astrosim.core.errors import AstrosimError
from astrosim.runs import run_scenario
from astrosim.scenario import condition_names
from astrosim.scenario.choose import select
from astrosim.store.layout import TRAJECTORY

CONDITIONS = 2  # of an example; assumed: enough that a run has several commits
DONE, TOLD, DEFECT, HUNG = 0, 2, 70, 124  # exit codes of a child
PATIENCE_SECONDS = 300.0  # assumed: some hundred times what a run takes


@dataclass
class Subject:
    """A small experiment of one system, and the bytes of its undisturbed run.

    Attributes
    ----------
    name : str
        Of the system.
    scenario : Experiment
    expected : dict of str to bytes
        What must never differ, by file.
    """

    name: str
    scenario: Any
    expected: dict[str, Any] = field(default_factory=dict)

    def go_on(self, directory: Path) -> None:
        """Run the experiment, or what is left of it, in this process."""
        begun = (directory / "scenario.toml").exists()
        run_scenario(None if begun else self.scenario, directory, workers=1, resume=begun)

    def intact(self, directory: Path) -> list[str]:
        """Name the files that are not as those of the undisturbed run."""
        found = contents(directory)
        return sorted(key for key in self.expected.keys() | found.keys() if self.expected.get(key) != found.get(key))


def contents(directory: Path) -> dict[str, Any]:
    """All bytes of a finished run that must never differ, by file, and its summary without times."""
    root = directory / TRAJECTORY
    files: dict[str, Any] = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    with open(directory / "summary.csv", newline="") as file:
        rows = [{name: value for name, value in row.items() if name != "wall_s"} for row in csv.DictReader(file)]
    return files | {"summary.csv": rows}


def subjects(folder: Path, names: list[str] | None = None) -> list[Subject]:
    """Return the subjects, each run once in this process: compiled, loaded, its bytes known."""
    made = []
    for name in names or list(targets()):
        system = find_system(name)
        scenario = system.scenario.model_validate(dict(system.part("example").tables))
        scenario = select(scenario, condition_names(scenario)[:CONDITIONS]) if scenario.conditions else scenario
        subject = Subject(name, scenario)
        directory = folder / f"expected-{name}"
        subject.go_on(directory)
        subject.expected = contents(directory)
        made.append(subject)
    return made


def in_child(work: Callable[[], None], said: Path) -> int:
    """Fork, work, and leave; return the child's process id.

    The child's exit code is DONE, TOLD after an error with a remedy, or DEFECT; its words are in the file `said`.
    """
    child = os.fork()
    if child:
        return child
    code = DEFECT
    try:
        os.environ["ASTROSIM_CHECKPOINT_SECONDS"] = "0"
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        work()
        code = DONE
    except AstrosimError as error:
        said.write_text(str(error))
        code = TOLD
    except BaseException:  # whatever it is, it is a defect, and its words are kept
        said.write_text(traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child; return its exit code, or minus the number of the signal that ended it.

    One that hangs is killed; its code is `HUNG`.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return HUNG


@contextlib.contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Give a folder that does not exist, and remove it afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
