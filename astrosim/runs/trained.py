"""The door to what a run has learned: a replicate's network, loaded from its directory whatever its system."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.registry import find_system
from astrosim.contracts.trained import Held, TrainedNetwork
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.runs.checkpoint import CheckpointError
from astrosim.runs.directory import SCENARIO, noted_data
from astrosim.runs.kept import kept
from astrosim.scenario import condition_names, load_run, resolve
from astrosim.scenario.stored import allowing
from astrosim.store import open_replicates
from astrosim.store.read import is_committed
from astrosim.store.remote import local_copy

LISTED = 8  # conditions or seeds that an error names; assumed: more do not help


def load_trained(
    directory: str | Path,
    condition: str | None = None,
    seed: int | None = None,
    *,
    data: str | Path | None = None,
    allow_code: bool = False,
) -> TrainedNetwork:
    """Return the network that a stored replicate has learned, frozen and ready to be asked.

    Parameters
    ----------
    directory : str or Path
        Run directory of any kind of scenario, or the address (URL) of one.
    condition : str, optional
        May be left out where there is one.
    seed : int, optional
        Likewise.
    data : str or Path, optional
        Where data sets lie; by default where they were for the run.
    allow_code : bool
        Execute code that came with the directory although this user has not run it before.

    Returns
    -------
    TrainedNetwork
        ``trained(inputs)`` answers; ``trained.weights`` is an `xarray.Dataset` labelled by unit, input and layer;
        ``trained.scenario`` is the resolved scenario, and ``trained.describe()`` says in words what this is.

    Raises
    ------
    AstrosimError
        If there is no such condition or seed, networks of this kind cannot be loaded, nothing was kept, or code came
        with the directory that is not allowed.
    StoreError
        If the directory is no run, or is damaged.
    """
    path = local_copy(directory)
    with allowing(allow_code):
        scenario = load_run(path)
    chosen = _one(path, "conditions", condition, condition_names(scenario))
    number = _one(path, "seeds", seed, scenario.seeds)
    resolved = resolve(scenario, chosen)
    make: Callable[[Any, Held], TrainedNetwork] = find_system(resolved.system_name).part("trained")
    try:
        found = kept(path, chosen, number, resolved)
    except CheckpointError as error:
        raise StoreError(f"{error}. Put the original back, or run the scenario again.") from error
    state, ended = found or (None, is_committed(path, chosen, number))
    place = noted_data(path) if data is None else Path(os.path.expanduser(data))
    return make(resolved, Held(path, chosen, number, state, ended, _reader(path, chosen, number), place))


def _one[T: (str, int)](path: Path, field: str, asked: T | None, known: Sequence[T]) -> T:
    """Return the condition or seed that was asked for, or the only one."""
    if asked in known:
        assert asked is not None
        return asked
    if asked is None and len(known) == 1:
        return known[0]
    some = ", ".join(map(str, known[:LISTED])) + (", ..." if len(known) > LISTED else "")
    what = "several, and none was named" if asked is None else f"none of them is {asked!r}"
    raise AstrosimError(f"{path / SCENARIO}: {field}: {what}. Name one of {some}.")


def _reader(path: Path, condition: str, seed: int) -> Callable[[str], np.ndarray | None]:
    """Return a function that reads a variable of a committed replicate; None for others."""

    def read(name: str) -> np.ndarray | None:
        if not is_committed(path, condition, seed):
            return None
        with open_replicates(path) as run:
            found = run[name].sel(condition=condition, seed=seed).values if name in run else None
        return found if found is not None and found.size else None

    return read
