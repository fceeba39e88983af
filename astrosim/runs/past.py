"""The shorter run that a longer one goes on from: its scenario, the ends of its replicates, and what it stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from astrosim.contracts.simulation import Lasting
from astrosim.core.errors import StoreError
from astrosim.runs.checkpoint import fitting
from astrosim.runs.kept import Ends
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Lengthening, Runner
from astrosim.scenario import Experiment, condition_names, resolve
from astrosim.scenario.field_info import fields_of, value_at
from astrosim.store.layout import TRAJECTORY

REMEDY = "Run the changed scenario into another directory with --out."


@dataclass(frozen=True)
class Past:
    """A finished run, in the directory that a longer one is to take over.

    Attributes
    ----------
    directory : Path
    resolved : mapping of str to Experiment
        By condition.
    """

    directory: Path
    resolved: Mapping[str, Any]

    @property
    def ends(self) -> Ends:
        """Return the ends of its replicates."""
        return Ends(self.directory)

    def prolong(self, replicate: Replicate, member: Lasting) -> None:
        """Let a replicate of the longer run go on from the end of the shorter one, if it was kept.

        Raises
        ------
        CheckpointError
            If that end is of no use.
        """
        short = self.resolved[replicate.condition]
        if (found := self.ends.load(replicate, short)) is not None:
            with fitting(self.ends.path(replicate)):
                member.prolong(*found, short, self.stored(replicate))

    def stored(self, replicate: Replicate) -> Callable[..., np.ndarray | None]:
        """Return a function that reads a variable of a replicate: its values, of the store's shape, or None.

        It also takes how many entries are read along the variable's first dimension; all if left out.
        """
        root, place = self.directory / TRAJECTORY, (replicate.row, replicate.column)

        def read(name: str, count: int | None = None) -> np.ndarray | None:
            array = zarr.open_array(root / name, mode="r") if (root / name).is_dir() else None
            part = place if count is None else (*place, slice(0, count))
            return None if array is None or 0 in array.shape else np.asarray(array[part])

        return read


def check_longer(directory: Path, short: Experiment, long: Experiment, runner: Runner[Any]) -> None:
    """Refuse to go on with a run under another scenario, unless all that differs is a greater length.

    Parameters
    ----------
    directory : Path
    short, long : Experiment
        Of the run, and the one that was given.
    runner : Runner
        Of their system.

    Raises
    ------
    StoreError
        Names each field that may not change, and the one that may.
    """
    problems = list(_problems(short, long, runner.lengthening))
    if problems:
        place = directory / "scenario.toml"
        raise StoreError("\n".join(f"{place}: not the scenario that was given: {problem}" for problem in problems))


def _problems(short: Experiment, long: Experiment, lengthening: Lengthening | None) -> Iterator[str]:
    if lengthening is None:
        yield f"kind: runs of this kind do not go on for longer ({short.kind}). {REMEDY}"
        return
    if short.seeds != long.seeds or condition_names(short) != condition_names(long):
        what = "seeds" if short.seeds != long.seeds else "conditions"
        yield f"{what}: others than those of the run. Only {lengthening.field} may grow. {REMEDY}"
        return
    told = set()
    for name in condition_names(short):
        for problem in _differences(resolve(short, name), resolve(long, name), lengthening):
            if problem not in told:
                yield problem
            told.add(problem)


def _differences(short: Experiment, long: Experiment, lengthening: Lengthening) -> Iterator[str]:
    """Tell what may not change between a resolved scenario and its longer one."""
    old, new = ({path: value_at(one, path) for path in fields_of(type(short))} for one in (short, long))
    for path in (path for path in old if old[path] != new[path] and path not in ("conditions", "reference")):
        if path != lengthening.field:
            yield f"{path}: a run that goes on keeps it ({new[path]}). Only {lengthening.field} may grow. {REMEDY}"
        elif new[path] < old[path]:
            yield f"{path}: shorter than the run ({new[path]}). Write more than {old[path]}."
        elif problem := lengthening.problem(short, long):
            yield f"{problem} {REMEDY}"
