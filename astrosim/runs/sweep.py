"""Sweeps from Python: over the fields of a scenario, or over the arguments of a function."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.core.errors import RunError, ScenarioError
from astrosim.runs.directory import take_name
from astrosim.runs.experiment import Progress
from astrosim.runs.session import run_scenario
from astrosim.scenario import Experiment, load_scenario
from astrosim.scenario.choose import swept
from astrosim.scenario.inputs import ComplaintError
from astrosim.scenario.sweep.axis import Axis, read_axis
from astrosim.scenario.sweep.fit import complete
from astrosim.scenario.sweep.section import Setting, Sweep
from astrosim.store.read import open_run

if TYPE_CHECKING:
    import xarray

Function = Callable[..., Any]
VALUE = "value"  # name of the result of a function that returns a number
SEED = "seed"


def sweep(
    scenario: str | os.PathLike[str] | Experiment | Function,
    values: Mapping[str, Any],
    *,
    design: str = "grid",
    samples: int = 0,
    draw: int = 0,
    seeds: Sequence[int] | None = None,
    directory: str | Path | None = None,
    workers: int | None = None,
    data: str | Path | None = None,
    progress: Progress | None = None,
) -> xarray.Dataset:
    """Run a scenario, or call a function, under every setting of some parameters.

    Parameters
    ----------
    scenario : str, path-like, Experiment or callable
        A scenario file or bundled name, a scenario, or a function of keyword arguments and `seed` that returns a number
        or a mapping of str to number.
    values : mapping of str to list, array or mapping
        By field (dotted path, or short name) or argument: its values, or a range ``{"from": 0.1, "to": 1.0, "steps":
        4, "scale": "log"}``; for random designs without steps.
    design : {"grid", "zip", "latin_hypercube", "sobol"}
        How values go together; see `astrosim.scenario.sweep.section`.
    samples : int
        Points of a random design; of sobol a power of 2.
    draw : int
        Seed of these points.
    seeds : sequence of int, optional
        By default those of the scenario; of a function 0 alone.
    directory : str or Path, optional
        Of the run; by default ``runs/NAME``, or the first of ``NAME-2`` ... that is free. A function has none.
    workers : int, optional
        Processes; see `astrosim.run`. A function is called in this process unless more than one is asked for; then it
        must be one that can be sent to others, such as a function of a module.
    data, progress
        See `astrosim.run`.

    Returns
    -------
    xarray.Dataset
        Of a scenario: as `open_run` gives it. Of a function: its results, with the arguments as dimensions (grid) or as
        coordinates along `setting` (other designs), and `seed`; results named like an argument are left out.

    Raises
    ------
    ScenarioError
        If a name is no field, or a setting no valid scenario.
    RunError
        If a function fails, or returns something else; names setting and seed.
    """
    chosen: dict[str, Any] = {"design": design, "samples": samples, "seed": draw}
    if callable(scenario):
        if directory is not None:
            raise ScenarioError(["directory: a function has none. Keep its results with Dataset.to_netcdf."])
        return _called(scenario, _of_arguments(values, chosen), seeds or (0,), workers or 1)
    own: Any = scenario if isinstance(scenario, Experiment) else load_scenario(scenario)
    own = swept(own if seeds is None else own.changed({"seeds": seeds}), values, **chosen)
    place = take_name(Path("runs") / own.name) if directory is None else Path(directory)
    run_scenario(own, place, workers=workers, data=data, progress=progress)
    return open_run(place)


def _of_arguments(values: Mapping[str, Any], chosen: Mapping[str, Any]) -> Sweep:
    """The sweep over the arguments of a function."""
    axes = {name: read_axis(raw) for name, raw in values.items()}
    wrong = [f"{name}: {axis}" for name, axis in axes.items() if not isinstance(axis, Axis)]
    if not axes or SEED in axes:
        wrong.append(f"values: {'the seeds go into `seeds`' if axes else 'no argument varies'}. Write x=[0.1, 0.2].")
    if wrong:
        raise ScenarioError(wrong)
    try:
        return complete(Sweep(**chosen).having(axes=axes))
    except ComplaintError as error:
        raise ScenarioError([str(problem) for problem in error.problems]) from None


def _called(function: Function, own: Sweep, seeds: Sequence[int], workers: int) -> xarray.Dataset:
    """Results of a function under every setting and seed."""
    calls = [(setting, seed) for setting in own.settings for seed in seeds]
    if workers == 1:
        found = [_call(function, *one) for one in calls]
    else:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(_call, [function] * len(calls), *zip(*calls, strict=True)))
    return _dataset(own, seeds, found)


def _call(function: Function, setting: Setting, seed: int) -> dict[str, float]:
    where = ", ".join(f"{name} = {value!r}" for name, value in setting.values.items())
    try:
        result = function(**setting.values, seed=seed)
        named = dict(result) if isinstance(result, Mapping) else {VALUE: result}
        return {str(name): float(value) for name, value in named.items()}
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise RunError(f"{where}, seed {seed}: {what}. Return a number, or a mapping of numbers.") from error


def _dataset(own: Sweep, seeds: Sequence[int], found: Sequence[Mapping[str, float]]) -> xarray.Dataset:
    import xarray

    names = list(dict.fromkeys(name for one in found for name in one if name not in own.axes))
    grid = own.design == "grid"
    dims = (*own.paths, SEED) if grid else ("setting", SEED)
    shape = (*own.shape, len(seeds))
    variables = {
        name: (dims, np.array([one.get(name, math.nan) for one in found], dtype=float).reshape(shape)) for name in names
    }
    coordinates: dict[str, Any] = {SEED: np.array(seeds)}
    for path, axis in own.axes.items():
        values: Iterable[Any] = axis.points if grid else [setting.values[path] for setting in own.settings]
        coordinates[path] = (path if grid else "setting", _labels(values))
    return xarray.Dataset(variables, coordinates)


def _labels(values: Iterable[Any]) -> np.ndarray:
    """Values as labels of a dimension: numbers and texts as they are, all else as text."""
    listed = list(values)
    plain = all(type(value) in (int, float) for value in listed) or all(type(value) is str for value in listed)
    return np.array(listed if plain else list(map(str, listed)))
