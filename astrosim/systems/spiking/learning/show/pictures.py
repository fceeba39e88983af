"""Figures of learning over spiking windows by name, each with the words under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.report.drawing import Drawn, Kind
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
    found, share = material.summary, {}
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
        share[name] = np.nanmean(np.array(filled), axis=0) / min(all_bits, bits)
    return Drawn(
        "Right bits over trials",
        accuracy_over_trials(trials, share),
        "Share of bits that are read as their targets, mean over seeds; a seed that ended once all were right counts "
        "with all of them.",
    )


def _calcium(material: Material) -> Drawn:
    condition = material.calcium_conditions[-1]
    row, own = material.first(condition)
    known = np.isfinite(own["calcium"].values).any(axis=1)
    seconds = own["record"].values[known] * trial_time(material.summary.resolved[condition].recipe) / MS_PER_S
    calcium, threshold = own["calcium"].values[known], own["threshold"].values[known]
    return Drawn(
        "Calcium over time",
        calcium_over_time(seconds, calcium, threshold, f"{condition}, seed {row['seed']}"),
        f"Condition {condition}, seed {row['seed']}: calcium of each astrocyte; bold while above its threshold.",
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
    "calcium": Kind("calcium over time", _calcium, _calcium_recorded, why="let calcium decide (astrocytes.activation)"),
    "raster": Kind("spikes of the windows at the end", _raster, lambda m: True),
}
"""All figures, in the order of a report."""
