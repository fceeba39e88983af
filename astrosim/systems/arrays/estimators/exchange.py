"""Between an estimator's parameters and arrays and those of `fit`: scenario, distinct rows, parts, stored runs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tomli_w

from astrosim.core.errors import AstrosimError, ParameterError
from astrosim.systems.arrays.fit import CURVES, Moments, Trained
from astrosim.systems.arrays.kernel.arrays import THRESHOLD
from astrosim.systems.arrays.learners.keep_or_revert import PARAMETERS
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.tables.parts import Scaling, split
from astrosim.systems.arrays.tables.raw import TRAIN, count_of
from astrosim.systems.arrays.tables.sources import MEMORY
from astrosim.systems.arrays.tables.table import Table
from astrosim.systems.arrays.trained import TrainedArrays

RECORDS = 20  # of a fit, about; assumed: the best of them is looked for among them
FIRST_BATCH = 10  # the first batch is this part of the largest; own tasks, section 9
LAST_CAP = 3.0  # the cap of sigma falls to this part of it; own tasks, section 3
FEWEST_ROWS = 50  # fewer are not parted; own tasks, section 12
BOUNDS: dict[str, tuple[type, float, float]] = {
    "units": (int, 1, 100_000),
    "features": (int, 0, 10**6),
    "trials": (int, 1, 10**10),
    "sigma": (float, 1e-12, 100),
    "cap": (float, 1e-12, 100),
    "l2": (float, 0, 10),
    "race": (float, 1e-12, 1),
    "batch": (int, 1, 10**6),
    "stay": (int, 1, 10**7),
    "average": (float, 0, 1 - 1e-9),
    "validation_fraction": (float, 1e-12, 1 - 1e-9),
}
"""Kind, least and largest value of each numeric parameter."""


class DistinctRows(NamedTuple):
    """Rows to learn from, each different: inputs (row, input), targets (row,) or (row, output), weights (row,)."""

    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None


def check_parameters(name: str, values: Mapping[str, Any]) -> None:
    """Refuse numeric parameters of an estimator that are out of range.

    Raises
    ------
    ParameterError
        Names the estimator, the parameter, its value and the range.
    """
    for parameter, (kind, least, most) in BOUNDS.items():
        value = values[parameter]
        wanted = (int, np.integer) if kind is int else (int, float, np.integer, np.floating)
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, wanted) or not least <= value <= most:
            what = "a whole number" if kind is int else "a number"
            raise ParameterError(f"{name}: {parameter}: out of range ({value!r}). Give {what} from {least} to {most}.")


def scenario_tables(values: Mapping[str, Any], held: bool) -> dict[str, Any]:
    """Return the tables of the scenario that an estimator's parameters describe.

    Trials are rounded up to whole batches of `stay` trials.

    Parameters
    ----------
    values : mapping
        Of the parameters, each in its range.
    held : bool
        Whether validation rows choose the best record.
    """
    stay = min(int(values["stay"]), int(values["trials"]))
    stays = math.ceil(values["trials"] / stay)
    most = max(1, stays // RECORDS)
    every = next(number for number in range(most, 0, -1) if stays % number == 0)
    batch = int(values["batch"])
    return {
        "kind": "task",
        "name": "estimator",
        "task": {"data": MEMORY, "test": 0.0, "validation": 0.0},
        "network": {"units": int(values["units"]), "features": int(values["features"]), "connections": "features"},
        "perturbation": {
            "sigma": float(values["sigma"]),
            "cap": float(values["cap"]),
            "last_cap": float(values["cap"]) / LAST_CAP,
        },
        "decision": {"l2": float(values["l2"]), "race": float(values["race"])},
        "batches": {"first": math.ceil(batch / FIRST_BATCH), "last": batch, "stay": stay},
        "learner": {"average": float(values["average"]), "judged": "best" if held else "last"},
        "schedule": {"trials": stays * stay},
        "record": {"every": every * stay},
    }


def distinct(inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray | None) -> DistinctRows:
    """Return rows in the order of their values, equal ones as one with the sum of their weights, none of weight 0.

    What is learned then depends neither on the order of the rows, nor on whether a row is repeated or has a weight, nor
    on whether columns were scaled before.

    Parameters
    ----------
    inputs : ndarray of float64, shape (row, input)
    targets : ndarray, shape (row,) or (row, output)
    weights : ndarray of float64, shape (row,), optional
    """
    share = np.ones(len(inputs)) if weights is None else weights
    kept = np.flatnonzero(share > 0)
    table = np.column_stack([inputs[kept], targets[kept].astype(np.float64)])
    _, first, member = np.unique(sorting_keys(table), return_index=True, return_inverse=True)
    total = np.bincount(member.ravel(), share[kept])
    alike = bool((total == total[0]).all())
    return DistinctRows(inputs[kept][first], targets[kept][first], None if alike else total)


def sorting_keys(table: np.ndarray) -> np.ndarray:
    """Return a key per row, shape (row,), whose bytes sort as the rows' numbers do, column by column.

    Parameters
    ----------
    table : ndarray of float64, shape (row, column)
    """
    bits = (np.ascontiguousarray(table) + 0.0).view(np.uint64)  # the sum has no negative zero
    sign = np.uint64(1 << 63)
    ordered = np.where(bits & sign, ~bits, bits | sign).astype(">u8")
    return ordered.view(np.dtype((np.void, ordered.itemsize * ordered.shape[1]))).ravel()


def parted(rows: DistinctRows, fraction: float, seed: int, classes: int) -> tuple[DistinctRows, DistinctRows | None]:
    """Return training rows and validation rows, by the permutation of a run; None where the rows are too few.

    Parameters
    ----------
    rows : DistinctRows
    fraction : float
        Share of the validation rows.
    seed : int
    classes : int
        0 where numbers are learned.
    """
    number, count = len(rows.targets), count_of(fraction, len(rows.targets))
    sizes = np.bincount(rows.targets, minlength=classes) if classes else np.array([number])
    if number < FEWEST_ROWS or sizes.min() < 2 or count < max(classes, 2) or number - count < max(classes, 2):
        return rows, None
    found = split(table_from(rows, classes), seed, 0.0, fraction)
    return tuple(  # type: ignore[return-value]
        DistinctRows(rows.inputs[part], rows.targets[part], None if rows.weights is None else rows.weights[part])
        for part in (found.train, found.validation)
    )


def table_from(rows: DistinctRows, classes: int) -> Table:
    """Return rows as the table that a run would have read."""
    number = len(rows.targets)
    return Table(
        inputs=rows.inputs,
        names=tuple(f"x{k}" for k in range(rows.inputs.shape[1])),
        labels=rows.targets if classes else np.zeros(number, np.int64),
        targets=np.zeros((number, 0)) if classes else rows.targets.reshape(number, -1),
        outputs=tuple(map(str, range(classes))) if classes else ("y",),
        weights=rows.weights,
        groups=None,
        origins=np.full(number, TRAIN, np.int8),
        sha256="",
    )


def resumed(trained: Trained, held: bool) -> Trained:
    """Return what was learned as a start: after a fit that kept its best record, learning goes on from that one.

    Parameters
    ----------
    trained : Trained
    held : bool
        Whether validation rows will choose the best record from now on.
    """
    arrays, own = dict(trained.arrays), {name: getattr(trained, name) for name in PARAMETERS}
    if "best_reward" in arrays:
        arrays |= {f"{kind}{name}": own[name] for kind in ("", "mean_") for name in own if f"{kind}{name}" in arrays}
    best = {name: values for name, values in arrays.items() if name.startswith("best_")}
    arrays = {name: values for name, values in arrays.items() if name not in best}
    if held:
        arrays |= {f"best_{name}": values for name, values in own.items()} | {"best_reward": np.full(1, -np.inf)}
    return replace(trained, arrays=arrays)


def write_scenario(
    path: str | os.PathLike[str],
    tables: dict[str, Any],
    rows: DistinctRows,
    labels: np.ndarray,
    test: float | tuple[Any, Any],
) -> Path:
    """Write a scenario and the NPZ files of its rows, side by side.

    Parameters
    ----------
    path : path-like
        Of the scenario, ending in ``.toml``; its rows go beside it.
    tables : dict
        Of the scenario; the task's data is filled in.
    rows : DistinctRows
    labels : ndarray, shape (row,) or (row, output)
        In place of the rows' targets: class labels as the user wrote them, or numbers.
    test : float or (array_like, array_like)
        Share of the test rows, or inputs and targets of their own.

    Returns
    -------
    Path
        Of the scenario.

    Raises
    ------
    AstrosimError
        If the path does not end in .toml, or the files cannot be written.
    """
    place = Path(os.path.expanduser(path))
    if place.suffix != ".toml":
        raise AstrosimError(f"{place}: no scenario file (ends in {place.suffix!r}). Give a path that ends in .toml.")
    task = dict(tables["task"])
    extra = {} if rows.weights is None else {"weights": rows.weights}
    files = {"data": {"X": rows.inputs, "y": labels, **extra}}
    if isinstance(test, tuple):
        beside = {} if rows.weights is None else {"weights": np.ones(len(test[1]))}
        files["test_file"] = {"X": np.asarray(test[0], np.float64), "y": np.asarray(test[1]), **beside}
        task["test"] = 0.0
    else:
        task["test"] = float(test)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for field, arrays in files.items():
            file = place.with_name(f"{place.stem}{'' if field == 'data' else '-test'}.npz")
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
            task[field] = file.name
        place.write_text(tomli_w.dumps({**tables, "name": place.stem, "task": task}), encoding="utf-8")
    except OSError as error:
        raise AstrosimError(f"{place}: cannot be written ({error.strerror}). Name another place.") from error
    return place


def parameters_from(scenario: ArrayScenario, seed: int) -> dict[str, Any]:
    """Return the parameters of the estimator that a resolved scenario describes."""
    share = float(scenario.task.validation)
    own = {"validation_fraction": share} if 0 < share < 1 else {}
    return own | {
        "units": scenario.network.units,
        "features": scenario.incoming,
        "trials": scenario.schedule.trials,
        "sigma": scenario.perturbation.sigma,
        "cap": scenario.perturbation.cap,
        "l2": scenario.decision.l2,
        "race": scenario.decision.race,
        "batch": scenario.batches.last,
        "stay": scenario.batches.stay,
        "average": scenario.learner.average,
        "early_stopping": scenario.learner.judged == "best",
        "random_state": seed,
    }


def trained_from(network: TrainedArrays) -> Trained:
    """Return what a run has trained as `fit` would: with it an estimator answers, and learning goes on."""
    scenario, held, net = network.scenario, network.held, network.net
    scaling = network.images.scaling
    if scaling is None:  # images: pixels in [0, 1], where the network's centre is in steps
        steps = network.steps
        scaling = Scaling(net.centre.astype(np.float64) / steps, np.full(len(net.centre), 1.0 / (steps * net.scale)))
    none = Scaling(np.zeros(0), np.zeros(0))
    numbers = network.images.target_scaling or none
    rows = network.images.train
    tally = (held.stored("astrocyte_tried"), held.stored("astrocyte_kept"))
    tried, kept = (np.zeros(1, np.int64) if one is None else one[: scenario.astrocytes] for one in tally)
    names = {"validation_score": "validation_r2" if scenario.regression else "validation_accuracy"}
    curves = {name: held.stored(names.get(name, name)) for name in CURVES}
    return Trained(
        taps=net.taps.copy(),
        **{name: getattr(net, name).copy() for name in PARAMETERS},
        threshold=net.kind == THRESHOLD,
        regression=scenario.regression,
        scaling=scaling,
        target_scaling=numbers,
        curves={name: np.zeros(0) if curve is None else curve[: scenario.records] for name, curve in curves.items()},
        tried=tried,
        kept=kept,
        arrays={name: array.copy() for name, array in (held.state or {}).items()},
        batches=scenario.stays,
        seed=held.seed,
        moments=_moments(scaling, rows.inputs),
        target_moments=_moments(numbers, rows.targets),
        trials=scenario.schedule.trials,
    )


def _moments(scaling: Scaling, scaled: np.ndarray) -> Moments:
    """Return sums over rows of which the scaling and the scaled values are known."""
    number = len(scaled)
    spread = scaled.std(axis=0) > 0 if number and scaled.shape[1] else np.zeros(len(scaling.scale), bool)
    return Moments(float(number), scaling.centre.copy(), np.where(spread, scaling.scale**2, 0.0) * number)
