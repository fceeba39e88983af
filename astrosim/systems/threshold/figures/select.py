"""What of a trajectory dataset a figure needs: which conditions learned, which had astrocytes, which seed to show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from xarray import DataArray, Dataset

from astrosim.store.variables import IDLE, NOBODY
from astrosim.systems.threshold.diagnostics import probe_accuracy

TRIAL_SAMPLE = 5_000_000  # trials of one replicate that a figure reads at most; assumed: 20 MB of decisions


def condition_names(dataset: Dataset) -> list[str]:
    """Return conditions in the order of the run."""
    return [str(name) for name in dataset["condition"].values]


def counts(dataset: Dataset) -> dict[str, int]:
    """Return number of finished seeds by condition."""
    return dict(zip(condition_names(dataset), dataset["committed"].values.sum(axis=1).tolist(), strict=True))


def last_record(dataset: Dataset, condition: str) -> int:
    """Return index of the last record that any replicate of a condition has (conditions may differ in length); -1 if
    none."""
    recorded = np.isfinite(probes(dataset).sel(condition=condition).values).any(axis=0)
    return int(np.flatnonzero(recorded)[-1]) if recorded.any() else -1


def probes(dataset: Dataset) -> DataArray:
    """Return accuracy of every frozen probe: (condition, seed, episode), 1; nan where nothing is recorded."""
    accuracy = dataset["pattern_accuracy"]
    bits = (dataset["output"].values >= 0).any(axis=3).sum(axis=-1)
    return DataArray(probe_accuracy(accuracy.values, bits), dims=accuracy.dims[:-1], name="probe").assign_coords(
        {name: dataset[name] for name in ("condition", "seed", "episode")}
    )


def with_astrocytes(dataset: Dataset) -> list[str]:
    """Return conditions that have astrocytes in some committed replicate."""
    if dataset.sizes.get("astrocyte", 0) == 0:
        return []
    placed = np.isfinite(dataset["astrocyte_x"].values).any(axis=(1, 2))
    return [name for name, has in zip(condition_names(dataset), placed, strict=True) if has]


def first_seed(dataset: Dataset, condition: str) -> int | None:
    """Return first seed of a condition that is committed; None if none is."""
    for seed in dataset["seed"].values:
        if np.isfinite(dataset["mean_binary_reward"].sel(condition=condition, seed=seed).values).any():
            return int(seed)
    return None


def best_seed(dataset: Dataset, condition: str) -> int | None:
    """Seed with the best last probe (the first of several alike); None if none is committed."""
    last = last_record(dataset, condition)
    if last < 0:
        return None
    accuracy = probes(dataset).sel(condition=condition).values[:, last]
    return int(dataset["seed"].values[int(np.nanargmax(np.round(accuracy, 12)))])


def with_decisions(dataset: Dataset) -> list[str]:
    """Return conditions whose trial log is there and in which somebody decided something."""
    if "decision" not in dataset:
        return []
    found = []
    for name in condition_names(dataset):
        seed = first_seed(dataset, name)
        if seed is not None:
            head = dataset["decision"].sel(condition=name, seed=seed).isel(trial=slice(0, 10_000)).values
            if (head > IDLE).any():
                found.append(name)
    return found


def activity_by_bin(active: np.ndarray, edges: Sequence[int] | np.ndarray, astrocytes: int) -> np.ndarray:
    """Share of the trials of each bin in which each astrocyte was active.

    Parameters
    ----------
    active : ndarray of int, shape (trial, slot)
        Active astrocytes; NOBODY in unused slots.
    edges : sequence of int, shape (bin + 1,)
        First trial of each bin, and the end.
    astrocytes : int

    Returns
    -------
    ndarray of float, shape (astrocyte, bin)
    """
    shares = np.empty((astrocytes, len(edges) - 1))
    for i, (start, end) in enumerate(pairwise(edges)):
        members = active[start:end]
        shares[:, i] = np.bincount(members[members > NOBODY], minlength=astrocytes)[:astrocytes] / max(end - start, 1)
    return shares
