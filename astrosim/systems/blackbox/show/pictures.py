"""Figures of a run on a black box by name, each with the words under it."""

from __future__ import annotations

from dataclasses import dataclass

from xarray import Dataset

from astrosim.plot.bands import BANDS
from astrosim.report.drawing import Drawn, Kind
from astrosim.systems.blackbox.figures.learning import return_curves, return_points
from astrosim.systems.blackbox.recording import CURVES
from astrosim.systems.blackbox.show.summary import BlackboxSummary
from astrosim.systems.blackbox.show.words import episodes_words, work_words, worth_words

LOADED = (*CURVES, "test_return", "test_steps", "test_item")
"""Variables that figures read."""


@dataclass(frozen=True)
class Material:
    """Material of the figures."""

    summary: BlackboxSummary
    dataset: Dataset

    @property
    def shown(self) -> list[str]:
        """Conditions in which astrocytes learn."""
        resolved = self.summary.resolved
        return [name for name in self.summary.conditions if resolved[name].learner.rule == "astrocytes"]


def material_of(summary: BlackboxSummary, dataset: Dataset) -> Material:
    """Return the material, with what figures read in memory."""
    return Material(summary, dataset.assign({name: dataset[name].load() for name in LOADED if name in dataset}))


def _curves(material: Material) -> Drawn:
    summary = material.summary
    scenario = summary.scenario
    items, worth = episodes_words(scenario), worth_words(scenario)
    text = (
        f"Mean {worth} of the current network over the {items} of a fresh batch, at the records. Light: one line per "
        f"seed; thick: mean over seeds, from where all have begun; {BANDS}."
    )
    if any(one.schedule.stop_at != "none" for one in summary.resolved.values()):
        text += " Runs that stopped early keep their last value in the mean."
    return Drawn(
        f"{worth.capitalize()} over {work_words(scenario)}",
        return_curves(material.dataset, summary.rows, work_words(scenario), f"{worth} on fresh {items}"),
        text,
    )


def _points(material: Material) -> Drawn:
    summary = material.summary
    items, worth = episodes_words(summary.scenario), worth_words(summary.scenario)
    return Drawn(
        f"Test {worth} of every run",
        return_points(summary.rows, f"test {worth}, mean over {items}"),
        f"One point per seed, the best on top, with its 95 % interval over test {items} where there are three or more. "
        "Bar and shade: mean over seeds and its 95 % interval.",
    )


KINDS: dict[str, Kind[Material]] = {
    "curves": Kind("return on fresh episodes over steps", _curves, lambda m: True),
    "points": Kind("test return of every run, by condition", _points, lambda m: True),
}
"""Figures by name, in the order of the report."""
