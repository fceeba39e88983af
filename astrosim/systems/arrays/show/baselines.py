"""Baselines of a run on tables beside its conditions: rows like those of summary.csv (scores are fractions)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.store import open_replicates
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.arrays.beside import MOST_VALUES
from astrosim.systems.arrays.scenario.schema import ArrayScenario

Summary = RunSummary[ArrayScenario]
LEAD = "sklearn: "
"""Lead of a baseline's name, which no condition has."""


def baseline_rows(summary: Summary, score: str) -> list[dict[str, Any]]:
    """Return a row per baseline and seed: condition (the baseline's name), seed, test and validation score.

    Conditions on the same rows have the same baselines, which are told once.
    """
    if not first_of_each_table(summary.resolved):
        return []
    try:
        with open_replicates(summary.directory) as dataset:
            if "baseline_score" not in dataset or not dataset.sizes.get("baseline"):
                return []
            return list(_rows(summary, score, dataset[["baseline_score", "baseline_validation"]].load()))
    except (AstrosimError, OSError):
        return []


def _rows(summary: Summary, score: str, dataset: Dataset) -> Iterator[dict[str, Any]]:
    firsts = first_of_each_table(summary.resolved)
    for condition in firsts:
        own = dataset.sel(condition=condition)
        names = own["baseline_name"].values.tolist()
        ending = f", {condition}" if len(firsts) > 1 else ""
        for place, name in enumerate(names):
            for row in summary.of(condition):
                here = own.sel(seed=row["seed"], baseline=place)
                test, validation = float(here["baseline_score"]), float(here["baseline_validation"])
                if np.isfinite(test):
                    yield {
                        "condition": f"{LEAD}{name}{ending}",
                        "seed": row["seed"],
                        f"test_{score}": test,
                        f"validation_{score}": validation,
                    }


def first_of_each_table(resolved: Mapping[str, ArrayScenario]) -> list[str]:
    """Return the first condition of each table, cut in the same parts, with the same number of settings."""
    found: dict[tuple[object, ...], str] = {}
    for name, one in resolved.items():
        if not one.task.of_images:
            key = one.task.source_key, one.task.test, one.task.validation, one.record.baselines
            found.setdefault(key, name)
    return list(found.values())


def baseline_words(summary: Summary) -> str:
    """Return what the baselines are, in a sentence."""
    settings = sorted({one.record.baselines for one in summary.resolved.values() if not one.task.of_images})
    return (
        "methods of scikit-learn, fitted to the same training rows and tested on the same test rows; settings tried: "
        f"{' or '.join(map(str, settings))}, the library's own first, the best on the validation rows taken."
    )


def absence(summary: Summary, known: bool) -> str:
    """Return why a run on tables has no baselines, in a sentence; empty where they are known, or none were wanted."""
    wanted = [one for one in summary.resolved.values() if one.record.baselines and not one.task.of_images]
    if not wanted or not summary.rows or known:
        return ""
    if any(one.sizes.train * one.sizes.inputs > MOST_VALUES for one in wanted):
        return f"Baselines by scikit-learn are left out: the table has more than {MOST_VALUES:,} training values."
    return "Baselines by scikit-learn are not shown: it was not installed. pip install 'astrosim[tasks]', run again."
