"""Figures of a simulation by name, each with the words under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.plot.timeline import MARKED
from astrosim.report.drawing import Drawn, Kind
from astrosim.statistics.inference import LEAST
from astrosim.store.layout import name_of
from astrosim.systems.spiking.figures.events import Event, read_events
from astrosim.systems.spiking.figures.raster import MOST_CONDITIONS, Raster, bin_edges, raster
from astrosim.systems.spiking.figures.rates import rates
from astrosim.systems.spiking.figures.traces import COLUMNS, END, LONG, MOST, OUTER, Course, phase_portrait, traces
from astrosim.systems.spiking.models import ASTROCYTES
from astrosim.systems.spiking.records import TRACES, node_of, time_of
from astrosim.systems.spiking.scenario import contents, populations
from astrosim.systems.spiking.scenario.plain import named_files
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.show.summary import SpikingSummary

SLOW = {"I_SIC"} | {name for model in ASTROCYTES.values() for name in model.recordable}
"""Variables of astrocytes, and what follows from their calcium."""
MEASURES = {"rate_hz": "mean rate (Hz)", "mean_calcium": "mean calcium at the end (uM)"}
"""Columns of a summary, and their words on an axis."""


@dataclass(frozen=True)
class Material:
    """Material of the figures: of each condition the first seed that is finished."""

    summary: SpikingSummary
    dataset: Dataset

    def rows(self, most: int) -> list[dict[str, Any]]:
        """Return the replicates that are shown, of `most` conditions at most."""
        return [self.summary.of(name)[0] for name in self.summary.conditions[:most]]

    def spikes(self, row: dict[str, Any]) -> Raster:
        """Return the spikes of a replicate."""
        scenario, own = self.summary.resolved[row["condition"]], self._own(row)
        count = int(own["spike_count"])
        return Raster(
            title_of(row),
            own["spike_node"].values[:count],
            own["spike_step"].values[:count] * scenario.schedule.step_ms,
            populations_of(scenario),
            scenario.schedule.duration_ms,
        )

    def events(self, rows: Sequence[dict[str, Any]]) -> list[Event]:
        """Return the interventions on replicates, their conditions named by titles."""
        found = read_events(self.dataset, self.summary.resolved, "event_step")
        return [
            event._replace(condition=title_of(row), seeds=1)
            for row in rows
            for event in found
            if (event.condition, event.seed) == (row["condition"], row["seed"])
        ]

    def course(self, row: dict[str, Any], name: str) -> Course:
        """Return a variable of a replicate over time, of those nodes that have it."""
        own, place = self._own(row), name_of(node_of(name))
        values = own[name].values
        has = ~np.isnan(values).all(axis=0)
        labels = [str(label) for label in self.dataset[place].values[has]]
        return Course(own[time_of(name)].values, values[:, has], labels, TRACES[name].unit, name not in SLOW)

    def has(self, *names: str) -> bool:
        """Return whether variables were recorded."""
        return all(name in self.dataset for name in names)

    @property
    def measures(self) -> dict[str, str]:
        """Columns of the summary of which each condition has values, and their words."""
        conditions = self.summary.conditions
        has = {name: np.isfinite([self.summary.column(one, name).sum() for one in conditions]) for name in MEASURES}
        return {name: words for name, words in MEASURES.items() if has[name].all()}

    def _own(self, row: dict[str, Any]) -> Dataset:
        return self.dataset.sel(condition=row["condition"], seed=row["seed"])


def material_of(summary: SpikingSummary, dataset: Dataset) -> Material:
    """Return the material."""
    return Material(summary, dataset)


def populations_of(scenario: SpikingScenario) -> np.ndarray:
    """Return the population of each neuron, empty where it has none: object, shape (neuron,)."""
    if named_files(scenario):
        neurons = contents.files_network(contents.names_of(scenario), scenario.schedule.step_ms)[0].neurons
        return neurons.population if len(neurons.population) else np.full(len(neurons), "", object)
    parts = [(one, populations.model_of(one)) for one in populations.populations_of(scenario)]
    names = [np.full(one.size, one.name, object) for one, model in parts if model and model.name not in ASTROCYTES]
    return np.concatenate([np.zeros(0, object), *names])


def title_of(row: dict[str, Any]) -> str:
    """Return condition and seed of a replicate."""
    return f"{row['condition']}, seed {row['seed']}"


def _shown_words(material: Material, rows: list[dict[str, Any]]) -> str:
    """Say which replicates are shown."""
    if len(rows) == 1 and len(material.summary.conditions) == 1:
        return f"Condition {rows[0]['condition']}, seed {rows[0]['seed']}"
    every = len(material.summary.conditions)
    which = "each condition" if len(rows) == every else f"the first {len(rows)} of {every} conditions"
    return f"The first seed of {which}"


def _raster(material: Material) -> Drawn:
    rows = material.rows(MOST_CONDITIONS)
    shown = [material.spikes(row) for row in rows]
    edges = bin_edges(shown[0].duration)
    marked = MARKED if material.events(rows) else ""
    colours = " Colours: populations." if len(set(shown[0].population.tolist())) > 1 else ""
    return Drawn(
        "Spikes",
        raster(shown, material.events(rows)),
        f"{_shown_words(material, rows)}: each spike of each neuron, at the end of its step; below, the rate, mean "
        f"over the neurons of a population, in bins of {edges[1]:g} ms.{colours}{marked}",
    )


def _rates(material: Material) -> Drawn:
    names, summary = material.summary.conditions, material.summary
    shown = {words: {name: summary.column(name, column) for name in names}
             for column, words in material.measures.items()}  # fmt: skip
    published = {words: {name: own[column] for name, own in summary.reference.items() if column in own}
                 for column, words in material.measures.items()}  # fmt: skip
    return Drawn(
        "Conditions",
        rates(shown, published),
        "One point per seed; open circles: means over seeds, with their 95 % intervals where there are "
        f"{LEAST} seeds or more. n: seeds.",
    )


def _traces(material: Material) -> Drawn:
    rows = material.rows(COLUMNS)
    names = [name for name in TRACES if material.has(name)]
    shown = {title_of(row): {name: material.course(row, name) for name in names} for row in rows}
    every = [course for courses in shown.values() for course in courses.values()]
    events = material.events(rows)
    words = f"{_shown_words(material, rows)}: the recorded variables, one line per node"
    if any(len(course.labels) > MOST for course in every):
        words += f"; of more than {MOST} nodes their median, band: {OUTER[0]:g}th to {OUTER[1]:g}th percentile"
    if any(course.fast and course.time[-1] > LONG for course in every):
        words += f"; of neurons the last {END:g} ms"
    return Drawn("Variables over time", traces(shown, events), f"{words}.{MARKED if events else ''}")


def _portrait(material: Material) -> Drawn:
    rows = material.rows(COLUMNS)
    shown = {title_of(row): (material.course(row, "Ca_astro"), material.course(row, "h_IP3R")) for row in rows}
    count = len(next(iter(shown.values()))[0].labels)
    lines = f"the first {MOST} of {count} recorded astrocytes" if count > MOST else "one line per astrocyte"
    return Drawn(
        "Calcium and the gate of its receptors",
        phase_portrait(shown),
        f"{_shown_words(material, rows)}: share of receptors that are not inhibited against calcium, {lines}; "
        "dot: the end.",
    )


def _portrayed(material: Material) -> bool:
    if not material.has("Ca_astro", "h_IP3R"):
        return False
    row = material.rows(1)[0]
    calcium, gate = material.course(row, "Ca_astro"), material.course(row, "h_IP3R")
    return calcium.values.shape == gate.values.shape and list(calcium.labels) == list(gate.labels)


def _fired(material: Material) -> bool:
    return material.has("spike_node") and any(row["spikes"] for row in material.rows(MOST_CONDITIONS))


KINDS: dict[str, Kind[Material]] = {
    "raster": Kind("spikes over time, and the rates of populations", _raster, _fired),
    "rates": Kind("mean rate and calcium of each condition and seed", _rates,
                  lambda m: len(m.summary.rows) > 1 and bool(m.measures),
                  why="a point per seed needs more than one replicate"),
    "traces": Kind("variables over time", _traces, lambda m: any(m.has(name) for name in TRACES)),
    "portrait": Kind("calcium against the gate of its receptors", _portrait, _portrayed,
                     why="record Ca_astro and h_IP3R of the same astrocytes at the same times"),
}  # fmt: skip
"""All figures, in the order of a report."""
