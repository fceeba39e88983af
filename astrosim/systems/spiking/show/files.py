"""Files of an export of a simulation: spikes, and a table per variable over time (ms)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.export.replicates import committed, pieces
from astrosim.scenario import resolve
from astrosim.store.layout import name_of
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.records import TRACES, node_of, time_of

DIGITS = 9  # after the point of a time in ms: a step has at most three


def write_files(dataset: Dataset, scenario: Any, folder: Path) -> None:
    """Write ``spikes.csv`` and ``trace_VARIABLE.csv``.

    Where a run has one condition and one seed, columns are those of the data alone; else condition and seed come first.
    """
    replicates = list(committed(dataset))
    alone = dataset.sizes["condition"] * dataset.sizes["seed"] == 1
    head = [] if alone else ["condition", "seed"]
    if "spike_node" in dataset:
        with (folder / "spikes.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*head, "node", "time_ms"])
            for row, column in replicates:
                index = [] if alone else _index(dataset, row, column)
                writer.writerows([*index, *cells] for cells in spike_rows(dataset, scenario, row, column))
    for name in (name for name in TRACES if name in dataset):
        with (folder / f"trace_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*head, "time_ms", *dataset[name_of(node_of(name))].values.tolist()])
            for row, column in replicates:
                index = [] if alone else _index(dataset, row, column)
                writer.writerows([*index, *cells] for cells in trace_rows(dataset, name, row, column))


def _index(dataset: Dataset, row: int, column: int) -> list[Any]:
    return [str(dataset["condition"].values[row]), int(dataset["seed"].values[column])]


def spike_rows(dataset: Dataset, scenario: Any, row: int, column: int) -> Iterator[tuple[str, float]]:
    """Return label and time of each spike of a replicate, in order."""
    own = resolve(scenario, str(dataset["condition"].values[row]))
    labels = network_of(own, int(dataset["seed"].values[column])).labels
    step, count = own.schedule.step_ms, int(dataset["spike_count"][row, column])
    for piece in pieces(count, "spike"):
        nodes = dataset["spike_node"][row, column, piece].values
        times = np.round(dataset["spike_step"][row, column, piece].values * step, DIGITS)
        yield from zip(labels[nodes].tolist(), times.tolist(), strict=True)


def trace_rows(dataset: Dataset, name: str, row: int, column: int) -> Iterator[list[Any]]:
    """Return time and values of each sample of a replicate, in order; empty where a node has none."""
    times = np.round(dataset[time_of(name)].values, DIGITS)
    for piece in pieces(len(times), time_of(name)):
        values = dataset[name][row, column, piece].values
        for time, row_values in zip(times[piece].tolist(), values.tolist(), strict=True):
            cells = ["" if math.isnan(value) else value for value in row_values]
            if any(cell != "" for cell in cells):  # else padding behind the end of a shorter condition
                yield [time, *cells]
