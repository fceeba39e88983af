"""Figures of a simulation by name, each with the words under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.report.drawing import Drawn, Kind
from astrosim.store.layout import name_of
from astrosim.systems.spiking.figures.raster import raster
from astrosim.systems.spiking.figures.traces import MOST, Course, phase_portrait, traces
from astrosim.systems.spiking.records import TRACES, node_of, time_of
from astrosim.systems.spiking.show.summary import SpikingSummary


@dataclass(frozen=True)
class Material:
    """Material of the figures: the first condition and seed that is finished."""

    summary: SpikingSummary
    dataset: Dataset

    @property
    def row(self) -> dict[str, Any]:
        """The replicate that is shown."""
        return self.summary.of(self.summary.conditions[0])[0]

    @property
    def title(self) -> str:
        """Condition and seed."""
        return f"{self.row['condition']}, seed {self.row['seed']}"

    @property
    def own(self) -> Dataset:
        """Records of that replicate."""
        return self.dataset.sel(condition=self.row["condition"], seed=self.row["seed"])

    @property
    def spikes(self) -> tuple[np.ndarray, np.ndarray]:
        """Node and time (ms) of each spike, shape (spike,)."""
        step = self.summary.resolved[self.row["condition"]].schedule.step_ms
        count = int(self.own["spike_count"])
        return self.own["spike_node"].values[:count], self.own["spike_step"].values[:count] * step

    def course(self, name: str) -> Course:
        """Return a variable over time."""
        own, place = self.own, name_of(node_of(name))
        labels = [str(label) for label in self.dataset[place].values]
        return Course(own[time_of(name)].values, own[name].values, labels, TRACES[name].unit)

    def has(self, *names: str) -> bool:
        """Return whether variables were recorded."""
        return all(name in self.dataset for name in names)


def material_of(summary: SpikingSummary, dataset: Dataset) -> Material:
    """Return the material."""
    return Material(summary, dataset)


def _raster(material: Material) -> Drawn:
    node, time = material.spikes
    row = material.row
    duration = material.summary.resolved[row["condition"]].schedule.duration_ms
    return Drawn(
        "Spikes",
        raster(node, time, row["neurons"], duration, material.title),
        f"Condition {row['condition']}, seed {row['seed']}: each spike of each neuron, at the end of its step; below, "
        "the rate, mean over all neurons.",
    )


def _traces(material: Material) -> Drawn:
    names = [name for name in TRACES if material.has(name)]
    courses = {name: material.course(name) for name in names}
    more = any(len(course.labels) > MOST for course in courses.values())
    row = material.row
    return Drawn(
        "Variables over time",
        traces(courses, material.title),
        f"Condition {row['condition']}, seed {row['seed']}: the recorded variables, one line per node"
        + (f"; of each variable the first {MOST} nodes." if more else "."),
    )


def _portrait(material: Material) -> Drawn:
    row = material.row
    return Drawn(
        "Calcium and the gate of its receptors",
        phase_portrait(material.course("Ca_astro"), material.course("h_IP3R"), material.title),
        f"Condition {row['condition']}, seed {row['seed']}: share of receptors that are not inhibited against calcium, "
        "one line per astrocyte; dot: the end.",
    )


def _portrayed(material: Material) -> bool:
    if not material.has("Ca_astro", "h_IP3R"):
        return False
    calcium, gate = material.course("Ca_astro"), material.course("h_IP3R")
    return calcium.values.shape == gate.values.shape and list(calcium.labels) == list(gate.labels)


KINDS: dict[str, Kind[Material]] = {
    "raster": Kind("spikes over time, and the rate", _raster, lambda m: m.has("spike_node") and m.row["spikes"] > 0),
    "traces": Kind("variables over time", _traces, lambda m: any(m.has(name) for name in TRACES)),
    "portrait": Kind("calcium against the gate of its receptors", _portrait, _portrayed,
                     why="record Ca_astro and h_IP3R of the same astrocytes at the same times"),
}  # fmt: skip
"""All figures, in the order of a report."""
