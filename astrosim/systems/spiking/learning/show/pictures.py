"""Figures of learning over spiking windows by name, each with the words under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.plot.timeline import MARKED
from astrosim.report.drawing import Drawn, Kind
from astrosim.statistics.inference import LEAST, mean_interval
from astrosim.systems.spiking.figures.events import Event, read_events
from astrosim.systems.spiking.figures.rates import rates
from astrosim.systems.spiking.learners.windows import trial_time
from astrosim.systems.spiking.learning.figures.courses import (
    accuracy_over_trials,
    calcium_over_time,
    solved_over_trials,
    window_raster,
)
from astrosim.systems.spiking.learning.show.summary import WindowSummary

MS_PER_S = 1000.0


@dataclass(frozen=True)
class Material:
    """Material of the figures: all seeds, or the first of the last condition whose calcium counts."""

    summary: WindowSummary
    dataset: Dataset

    @property
    def calcium_conditions(self) -> list[str]:
        """Conditions in which calcium decides."""
        found = self.summary.resolved
        return [name for name in self.summary.conditions if found[name].astrocytes.activation != "random"]

    @property
    def events(self) -> tuple[Event, ...]:
        """Interventions of all replicates, in trials."""
        return read_events(self.dataset, self.summary.resolved, "event_trial")

    def first(self, condition: str) -> tuple[dict[str, Any], Dataset]:
        """Return the row of the first finished seed of a condition, and its records."""
        row = self.summary.of(condition)[0]
        return row, self.dataset.sel(condition=condition, seed=row["seed"])


def material_of(summary: WindowSummary, dataset: Dataset) -> Material:
    """Return the material."""
    return Material(summary, dataset)


def _solved(material: Material) -> Drawn:
    found = material.summary
    hits = {name: found.column(name, "solved_trial") for name in found.conditions}
    most = {name: float(found.resolved[name].schedule.trials) for name in found.conditions}
    return Drawn(
        "Solved seeds over trials",
        solved_over_trials(hits, most),
        "Share of seeds on which all bits of all patterns have been right, over trials.",
    )


def _accuracy(material: Material) -> Drawn:
    found, share, band = material.summary, {}, {}
    bits = material.dataset.sizes["pattern"] * material.dataset.sizes["bit"]
    trials = material.dataset["record"].values
    for name in found.conditions:
        right = material.dataset["right_bits"].sel(condition=name).values.astype(float)
        own = found.resolved[name].task.patterns
        all_bits = len(own) * len(own[0][1])
        right[right < 0] = np.nan
        ended = [row["trials"] for row in found.of(name)]
        rows = [right[list(material.dataset["seed"].values).index(row["seed"])] for row in found.of(name)]
        filled = [np.where((trials > end) & found.resolved[name].schedule.stop, all_bits, row)
                  for end, row in zip(ended, rows, strict=True)]  # fmt: skip
        every = np.array(filled) / min(all_bits, bits)
        share[name] = np.nanmean(every, axis=0)
        intervals = [mean_interval(own, bounds=(0.0, 1.0)) for own in every.T] if len(every) >= LEAST else []
        if intervals:
            band[name] = np.array([[one.low for one in intervals], [one.high for one in intervals]])
    events = material.events
    return Drawn(
        "Right bits over trials",
        accuracy_over_trials(trials, share, band, events),
        "Share of bits that are read as their targets, mean over seeds; a seed that ended once all were right counts "
        f"with all of them. Bands: 95 % intervals of the means.{MARKED if events else ''}",
    )


def _ends(material: Material) -> Drawn:
    found = material.summary
    shown = {"share of right bits at the end": {name: found.column(name, "mean_accuracy") for name in found.conditions}}
    return Drawn(
        "Right bits at the end",
        rates(shown),
        "One point per seed; open circles: means over seeds, with their 95 % intervals where there are "
        f"{LEAST} seeds or more. n: seeds.",
    )


def _differ(material: Material) -> bool:
    """Whether there is more than one replicate, and not all end with all bits right."""
    rows = material.summary.rows
    return len(rows) > 1 and any(row["mean_accuracy"] < 1.0 for row in rows)


def _calcium(material: Material) -> Drawn:
    condition = material.calcium_conditions[-1]
    row, own = material.first(condition)
    known = np.isfinite(own["calcium"].values).any(axis=1)
    unit = trial_time(material.summary.resolved[condition].recipe) / MS_PER_S
    seconds, seed = own["record"].values[known] * unit, row["seed"]
    events = [
        event._replace(at=event.at * unit, seeds=1)
        for event in material.events
        if (event.condition, event.seed) == (condition, seed)
    ]
    calcium, threshold = own["calcium"].values[known], own["threshold"].values[known]
    return Drawn(
        "Calcium over time",
        calcium_over_time(seconds, calcium, threshold, f"{condition}, seed {seed}", events),
        f"Condition {condition}, seed {seed}: calcium of each astrocyte; bold while above its threshold."
        f"{MARKED if events else ''}",
    )


def _calcium_recorded(material: Material) -> bool:
    names = material.calcium_conditions
    return bool(names) and bool(np.isfinite(material.first(names[-1])[1]["calcium"].values).any())


def _raster(material: Material) -> Drawn:
    condition = material.summary.conditions[-1]
    row, own = material.first(condition)
    count = int(own["spike_count"])
    task = material.summary.resolved[condition].task
    pattern, node = own["spike_pattern"].values[:count], own["spike_node"].values[:count]
    time = own["spike_step"].values[:count] * task.step_ms
    return Drawn(
        "Spikes of the windows at the end",
        window_raster(pattern, node, time, task.window_ms, f"{condition}, seed {row['seed']}"),
        f"Condition {condition}, seed {row['seed']}: each spike in the standing window of each pattern, driven neurons "
        "included.",
    )


KINDS: dict[str, Kind[Material]] = {
    "solved": Kind("solved seeds over trials", _solved, lambda m: True),
    "accuracy": Kind("right bits over trials", _accuracy, lambda m: m.dataset.sizes["record"] > 0),
    "ends": Kind(
        "right bits at the end of each condition and seed",
        _ends,
        _differ,
        why="a point per seed needs more than one replicate, and some with wrong bits",
    ),
    "calcium": Kind("calcium over time", _calcium, _calcium_recorded, why="let calcium decide (astrocytes.activation)"),
    "raster": Kind("spikes of the windows at the end", _raster, lambda m: True),
}
"""All figures, in the order of a report."""
