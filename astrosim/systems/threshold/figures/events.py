"""Interventions as figures tell them (trials or episodes); `astrosim.plot.marks` gathers them into marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from xarray import Dataset

from astrosim.plot.marks import EPISODE, TRIAL
from astrosim.systems.threshold.scenario.schema import Scenario


class Event(NamedTuple):
    """One intervention on a replicate.

    Attributes
    ----------
    condition : str
    seed : int
    trial : int
        From 0, before which it acted.
    number : int
        Which one of the condition's interventions, from 0.
    action, label : str
        What was done, and its name.
    length : int
        Trials per episode of the condition.
    seeds : int
        Finished seeds of the condition.
    """

    condition: str
    seed: int
    trial: int
    number: int
    action: str
    label: str
    length: int
    seeds: int

    def time(self, unit: str) -> float:
        """Return the time, in episodes or trials."""
        return self.trial / self.length if unit == EPISODE else float(self.trial)

    def when(self, unit: str) -> str:
        """Return the same in words."""
        episode, rest = divmod(self.trial, self.length)
        if unit == TRIAL:
            return f"before trial {self.trial:,}"
        return f"in episode {episode:,}, before trial {self.trial:,}" if rest else f"before episode {episode:,}"


Events = Sequence[Event]


def read_events(dataset: Dataset, resolved: Mapping[str, Scenario]) -> tuple[Event, ...]:
    """Read the interventions of a run, in order of condition, seed and time.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    resolved : mapping of str to Scenario
        By condition; their interventions have the names.
    """
    if "event_trial" not in dataset:
        return ()
    found = []
    committed = dataset["committed"].values
    for row, condition in enumerate(map(str, dataset["condition"].values)):
        scenario = resolved[condition]
        if not scenario.interventions:
            continue
        seeds, length = int(committed[row].sum()), scenario.schedule.trials_per_episode
        replicates = dataset[["event_trial", "event_intervention"]].isel(condition=row).load()
        for column, seed in enumerate(map(int, dataset["seed"].values)):
            times = zip(
                replicates["event_trial"].values[column], replicates["event_intervention"].values[column], strict=True
            )
            for trial, number in [(int(trial), int(number)) for trial, number in times if trial >= 0]:
                item = scenario.interventions[number]
                found.append(Event(condition, seed, trial, number, item.action, item.name, length, seeds))
    return tuple(found)


def of_replicate(events: Iterable[Event], condition: str, seed: int | None) -> tuple[Event, ...]:
    """Return events of one replicate alone."""
    return tuple(e._replace(seeds=1) for e in events if e.condition == condition and e.seed == seed)


def before(events: Iterable[Event], episode: int) -> tuple[Event, ...]:
    """Return events up to the end of an episode (from 0)."""
    return tuple(e for e in events if e.trial < (episode + 1) * e.length)


def task_changed(events: Iterable[Event], conditions: Sequence[str]) -> bool:
    """Return whether some condition has come to have another task, or more patterns."""
    return any(e.action in ("swap_task", "extend_task") and e.condition in conditions for e in events)
