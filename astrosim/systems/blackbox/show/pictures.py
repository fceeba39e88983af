"""Figures of a run on a black box by name, each with the words under it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.plot.bands import BANDS
from astrosim.plot.points import runs_of
from astrosim.report.drawing import Drawn, Kind
from astrosim.report.words import range_words
from astrosim.systems.blackbox.figures.course import episode_course
from astrosim.systems.blackbox.figures.learning import return_curves, return_points
from astrosim.systems.blackbox.figures.networks import astrocyte_shares, input_spread, territory_wheel
from astrosim.systems.blackbox.figures.panels import looks_of, tasks_of
from astrosim.systems.blackbox.figures.shares import share_curves, threshold_times
from astrosim.systems.blackbox.recording import CURVES
from astrosim.systems.blackbox.replay import StoredTest, has_episodes, stored_policy
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts
from astrosim.systems.blackbox.show.names import input_names, is_discrete, output_names, output_names_of
from astrosim.systems.blackbox.show.played import Shown, median_row, shown_episode
from astrosim.systems.blackbox.show.summary import BlackboxSummary
from astrosim.systems.blackbox.show.tables import has_threshold, times_to_threshold
from astrosim.systems.blackbox.show.words import episodes_words, work_words, worth_words

LOADED = (
    *CURVES, "test_return", "test_steps", "test_item", "astrocyte_tried", "astrocyte_kept", "input_centre",
    "input_spread",
)  # fmt: skip
"""Variables that figures read."""
MEDIAN_WORDS = "the seed of median test mean"


@dataclass(frozen=True)
class Material:
    """Material of the figures."""

    summary: BlackboxSummary
    dataset: Dataset

    @property
    def keeping(self) -> list[str]:
        """Conditions by keep or revert."""
        return [name for name in self.summary.conditions if keeps_or_reverts(self.summary.resolved[name])]

    @property
    def timed(self) -> list[str]:
        """Conditions whose task counts as solved at some return."""
        return [name for name in self.summary.conditions if has_threshold(self.summary, name)]

    @property
    def shown(self) -> str:
        """The condition of the figures of one network: the first in which astrocytes learn, else the first."""
        names, resolved = self.summary.conditions, self.summary.resolved
        return next((name for name in names if resolved[name].learner.rule == "astrocytes"), names[0])

    @property
    def owned(self) -> bool:
        """Whether astrocytes own the weights of the condition that is shown."""
        return self.summary.resolved[self.shown].learner.rule == "astrocytes"

    @cached_property
    def tested(self) -> StoredTest | None:
        """Test episodes and weights of the replicate that is shown; None if weights were not kept."""
        try:
            return StoredTest.read(self.summary.directory, self.shown, median_row(self.summary.of(self.shown))["seed"])
        except AstrosimError:
            return None

    @cached_property
    def played(self) -> Shown | AstrosimError | None:
        """The episode that is shown, or why it cannot be played; None for a task without episodes.

        The code of a user's own module is not run for a report.
        """
        scenario = self.summary.resolved[self.shown]
        if not has_episodes(scenario) or scenario.names_module or self.tested is None:
            return None
        try:
            return shown_episode(self.summary.scenario, self.tested)
        except AstrosimError as error:
            return error

    @property
    def episode(self) -> Shown | None:
        """The episode that is shown, if there is one."""
        return self.played if isinstance(self.played, Shown) else None


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
    if len(tasks_of(summary.rows)) > 1:
        text += f" Seeds of each condition: {range_words(list(runs_of(summary.rows).values()))}."
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


def _times(material: Material) -> Drawn:
    summary, work = material.summary, work_words(material.summary.scenario)
    times = {name: times_to_threshold(summary, name) for name in material.timed}
    return Drawn(
        "Time to the threshold",
        threshold_times(times, work, looks_of(summary.rows)[0]),
        f"{work.capitalize()} until the mean over a fresh batch first reached the task's threshold, one point per "
        "seed. Open: it never did; such runs count as the whole budget. Bar and shade: restricted mean over seeds "
        "and its 95 % interval.",
    )


def _shares(material: Material) -> Drawn:
    summary = material.summary
    rows = [row for row in summary.rows if row["condition"] in material.keeping]
    return Drawn(
        "Proposals kept and given up",
        share_curves(material.dataset, rows, work_words(summary.scenario)),
        "Shares of the proposals since the last record. Given up: behind after the first part of a batch, and not "
        f"evaluated further. Light: one line per seed; thick: mean over seeds; {BANDS}.",
    )


def _astrocytes(material: Material) -> Drawn:
    name = material.shown
    seeds = [row["seed"] for row in material.summary.of(name)]
    own = material.dataset.sel(condition=name, seed=seeds)
    count = material.summary.resolved[name].actors
    tried, kept = (own[variable].values[:, :count] for variable in ("astrocyte_tried", "astrocyte_kept"))
    return Drawn(
        "How often each astrocyte was kept",
        astrocyte_shares(tried, kept, f"{name}, n = {len(seeds)}"),
        f"Condition {name}, n = {len(seeds)} seeds: share of the proposals of an astrocyte that were kept, over the "
        "whole run; one point per seed, bars: mean. Astrocytes that propose together are kept or reverted together.",
    )


def _wheel(material: Material) -> Drawn:
    tested, name = material.tested, material.shown
    assert tested is not None
    scenario = material.summary.resolved[name]
    policy = stored_policy(scenario, tested.seed, len(tested.spread), tested.weights)
    owners = (
        np.arange(len(policy.bias)) // scenario.territory.units if material.owned else np.zeros(len(policy.bias), int)
    )
    names = input_names(scenario.named, len(tested.spread)), output_names_of(scenario.named, len(policy.output_bias))
    tones = (
        "Colour: the astrocyte that owns the unit and its synapses" if material.owned else "No astrocyte owns a part"
    )
    direct = "; grey: the direct path" if len(policy.direct) else ""
    return Drawn(
        "Territories as a wheel",
        territory_wheel(policy, owners, tested.spread, names, f"{name}, seed {tested.seed}"),
        f"Condition {name}, {MEDIAN_WORDS} ({tested.seed}): inputs at the left of the rim, hidden units on the ring, "
        f"outputs at the right, with the weights that were tested. {tones}{direct}. Width: |weight|, of incoming "
        "synapses times the standard deviation of the input, as a share of the strongest of that side; the "
        "weakest are left out.",
    )


def _inputs(material: Material) -> Drawn:
    name = material.shown
    seeds = [row["seed"] for row in material.summary.of(name)]
    own = material.dataset.sel(condition=name, seed=seeds)
    known = np.isfinite(own["input_spread"].values).all(axis=0)
    centre, spread = (own[variable].values[:, known] for variable in ("input_centre", "input_spread"))
    return Drawn(
        "Spread of the observations",
        input_spread(centre, spread, input_names(material.summary.resolved[name].named, centre.shape[1])),
        f"Condition {name}, n = {len(seeds)} seeds, one line each: mean and standard deviation of each input over the "
        "episodes of all current networks. Steps of incoming weights are sized by it.",
    )


def _episode(material: Material) -> Drawn:
    shown = material.episode
    assert shown is not None
    card = shown.replay.player.card
    names = input_names(card.name, card.inputs), output_names(card)
    return Drawn(
        "Course of one episode",
        episode_course(shown.trace, *names, is_discrete(card)),
        f"{shown.words}. The seed is the one of median test mean, the episode that of median return. Observations, and "
        "the action below, over the steps; right: shares of the actions.",
    )


def _has_owners(material: Material) -> bool:
    scenario = material.summary.resolved[material.shown]
    return material.owned and min(scenario.perturbation.together, scenario.actors) < scenario.actors


KINDS: dict[str, Kind[Material]] = {
    "curves": Kind("return on fresh episodes over steps", _curves, lambda m: True),
    "points": Kind("test return of every run, by condition", _points, lambda m: True),
    "times": Kind(
        "steps until the threshold was first reached, by condition", _times, lambda m: bool(m.timed),
        why="its task has no threshold.",
    ),
    "shares": Kind(
        "proposals kept and given up, over steps", _shares, lambda m: bool(m.keeping),
        why="no condition proposes, and keeps or reverts.",
    ),
    "wheel": Kind(
        "territories as a wheel from inputs to outputs", _wheel,
        lambda m: m.summary.resolved[m.shown].has_network and m.tested is not None,
        why="it has no network, or record.weights = false.",
    ),
    "astrocytes": Kind(
        "how often each astrocyte's proposals were kept", _astrocytes, _has_owners,
        why="all astrocytes propose together, or none learns.",
    ),
    "inputs": Kind(
        "mean and standard deviation of each observation", _inputs,
        lambda m: has_episodes(m.summary.resolved[m.shown]), why="its task has no observations.",
    ),
    "episode": Kind(
        "observations and actions of the test episode of median return", _episode, lambda m: m.episode is not None,
        why="weights were not kept, or its task has no episodes that are played for a figure.",
    ),
}  # fmt: skip
"""Figures by name, in the order of the report."""
