"""Baselines beside a replicate on a table: fitted to its training rows, tested on its test rows, stored with it.

Scores are fractions: share of right labels, or R2.
"""

from __future__ import annotations

import warnings

import numpy as np

from astrosim.core.errors import PackageError
from astrosim.systems.arrays.baselines import Part, baselines
from astrosim.systems.arrays.data import Images, loaded
from astrosim.systems.arrays.data import Part as Rows
from astrosim.systems.arrays.scenario.schema import ArrayScenario

MOST_VALUES = 5_000_000  # training rows x inputs; assumed: from here on baselines would take longer than the learning
KEPT = 32  # replicates of this process; assumed: conditions of a seed follow one another
_found: dict[tuple[object, ...], dict[str, np.ndarray]] = {}


def beside(scenario: ArrayScenario, seed: int, rows: Images) -> dict[str, np.ndarray]:
    """Return variables of the store, float64, shape (baseline,): those of `baselines` in order, or nothing.

    There are none if `record.baselines` is 0, scikit-learn is not installed, or the table is too large for them.
    Conditions on the same rows share them.
    """
    if not scenario.record.baselines or rows.train.inputs.size > MOST_VALUES:
        return {}
    task, settings = scenario.task, scenario.record.baselines
    key = task.source_key, loaded(scenario).sha256, task.test, task.validation, seed, settings
    if key not in _found:
        while len(_found) >= KEPT:
            _found.pop(next(iter(_found)))
        _found[key] = _computed(scenario, seed, rows)
    return _found[key]


def _computed(scenario: ArrayScenario, seed: int, rows: Images) -> dict[str, np.ndarray]:
    """Scores of all baselines; nothing without scikit-learn."""
    parts = [_part(part, scenario.regression) for part in (rows.train, rows.validation, rows.test)]
    weights = rows.train.weights.astype(np.float64) if len(rows.train.weights) else None
    settings = scenario.record.baselines if len(parts[1][0]) else 1
    kind = "number" if scenario.regression else "label"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as R2 of a single row
            found = baselines(parts[0], parts[1], parts[2], kind, settings, seed % 2**32, weights)
    except PackageError:
        return {}
    scores = {"baseline_score": [one.score for one in found], "baseline_validation": [one.validation for one in found]}
    return {name: np.array(values, dtype=np.float64) for name, values in scores.items()}


def _part(part: Rows, regression: bool) -> Part:
    """Inputs and targets of a part, as baselines take them."""
    targets = part.targets.astype(np.float64) if regression else part.labels
    single = targets.ndim == 2 and targets.shape[1] == 1
    return part.inputs.astype(np.float64), targets[:, 0] if single else targets
