"""Tasks that are given in Python as runs: named as a scenario names them, carried out into a directory, and read."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.runs import run_scenario
from astrosim.runs.trained import load_trained
from astrosim.scenario.inputs import InputFile
from astrosim.store import open_replicates
from astrosim.systems.blackbox.recording import CURVES
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.show.summary import BlackboxSummary
from astrosim.systems.blackbox.stored import TrainedBlackbox


class Stored(NamedTuple):
    """A replicate of a run.

    Attributes
    ----------
    trained : TrainedBlackbox
        The weights that were tested.
    returns : ndarray of float64, shape (episode,)
        Of the test.
    history : dict of str to ndarray, shape (record,)
    row : dict
        Of summary.csv, values typed.
    """

    trained: TrainedBlackbox
    returns: np.ndarray
    history: dict[str, np.ndarray]
    row: dict[str, Any]


def named(task: Any) -> dict[str, Any]:
    """Return what a scenario calls a task: ``name``, and ``module``, its file, unless it is installed.

    Raises
    ------
    AstrosimError
        If no other process could find it.
    """
    if isinstance(task, str):
        return {"name": task}
    module, name = getattr(task, "__module__", None), getattr(task, "__qualname__", "")
    if module in (None, "__main__", "builtins") or not name.isidentifier():
        what = name or type(task).__name__
        raise AstrosimError(
            f"out: a run can be repeated, so its task needs a name that others find ({what}). Write it into a module, "
            "as a function or a class of its own, and import it."
        )
    found = {"name": f"{module}:{name}"}
    return found if "." in str(module) else found | {"module": InputFile.of(inspect.getfile(task))}


def stored(scenario: BlackboxScenario, seed: int, out: str | Path) -> Stored:
    """Carry out a scenario of one condition and one seed into a new directory, and return what it holds.

    Raises
    ------
    StoreError
        If the directory exists or cannot be written.
    ScenarioError, RunError
        If there is no such task, or it cannot be learned.
    """
    run_scenario(scenario, out, workers=1, progress=False)
    trained = load_trained(out)
    assert isinstance(trained, TrainedBlackbox)
    with open_replicates(out) as run:
        own = run.isel(condition=0).sel(seed=seed)[[*CURVES, "test_return"]].load()
    known = own["steps"].values >= 0
    history = {name: own[name].values[known] for name in CURVES}
    returns = own["test_return"].values
    (row,) = BlackboxSummary.read(Path(out)).rows
    return Stored(trained, returns[np.isfinite(returns)], history, row)
