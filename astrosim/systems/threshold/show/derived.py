"""Variables that an export of a run of threshold networks adds to the stored ones, and the meanings of codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.scenario import resolve
from astrosim.scenario.interventions import ACTIONS
from astrosim.store.variables import NAN, NEURON_KINDS, Variable
from astrosim.systems.threshold.figures.select import probes
from astrosim.systems.threshold.records import DECISIONS
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary

FLAGS = {
    "decision": dict(DECISIONS),
    "neuron_kind": dict(enumerate(NEURON_KINDS)),
    "event_action": dict(enumerate(ACTIONS)),
}
"""Words by code."""
ACCURACY = Variable("accuracy", ("episode",), "f8", NAN, "1", "fraction of matching bits of the frozen probe")
GIVEN = Variable("input", ("pattern", "input_bit"), "i1", -1, "1", "input vector of the task at the start")
WANTED = Variable("target", ("pattern", "bit"), "i1", -1, "1", "target vector of the task at the start")
CEILINGS = {
    "ceiling": "structural ceiling: the best accuracy that any weights within range are known to reach",
    "ceiling_upper": "upper bound of the structural ceiling; equal where it is exact",
}
"""Columns of summary.csv that are exported, and their meanings."""


def derived(directory: Path, scenario: Scenario, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Return accuracy per episode, patterns and targets, and ceilings: arrays of shape (condition, seed, ...)."""
    given, wanted = _tasks(scenario, dataset)
    return [(ACCURACY, probes(dataset).values), (GIVEN, given), (WANTED, wanted), *_ceilings(directory, dataset)]


def _tasks(scenario: Scenario, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets: int8, shape (condition, seed, pattern, bit); -1 where there are none."""
    names, replicates = map(str, dataset["condition"].values), dataset["committed"].shape
    tasks = [resolve(scenario, name).task.patterns for name in names]
    longest = max(len(given) for pairs in tasks for given, _ in pairs)
    size = (*replicates, dataset.sizes["pattern"])
    given, wanted = np.full((*size, longest), -1, np.int8), np.full((*size, dataset.sizes["bit"]), -1, np.int8)
    for row, pairs in enumerate(tasks):
        for number, pair in enumerate(pairs):
            for array, text in zip((given, wanted), pair, strict=True):
                array[row, :, number, : len(text)] = [int(bit) for bit in text]
    for array in (given, wanted):
        array[~dataset["committed"].values] = -1
    return given, wanted


def _ceilings(directory: Path, dataset: Dataset) -> list[tuple[Variable, np.ndarray]]:
    """Ceilings of the finished replicates; none if there is no summary yet."""
    if not (directory / "summary.csv").exists():
        return []
    rows: dict[tuple[str, int], dict[str, Any]] = {
        (row["condition"], row["seed"]): row for row in Summary.read(directory).rows
    }
    found = []
    for name, words in CEILINGS.items():
        values = np.full(dataset["committed"].shape, NAN)
        for row, column in np.argwhere(dataset["committed"].values).tolist():
            place = str(dataset["condition"].values[row]), int(dataset["seed"].values[column])
            values[row, column] = rows[place][name] if place in rows else NAN
        found.append((Variable(name, (), "f8", NAN, "1", words), values))
    return found
