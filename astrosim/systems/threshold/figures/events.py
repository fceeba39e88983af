"""Interventions as figures tell them, gathered into numbered marks (trials or episodes).

What happens a few times is a line; what happens often, or to each seed at its own time, is a row of ticks.
`astrosim.systems.threshold.figures.timeline` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xarray import Dataset

from astrosim.systems.threshold.scenario.schema import Scenario

FEW = 3  # times; what happens more often is a row of ticks
MOST_LINES = 9  # distinct times of a figure; with more all are rows of ticks
EPISODE, TRIAL = "episode", "trial"


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


@dataclass(frozen=True)
class Mark:
    """One entry of the legend.

    Attributes
    ----------
    number : int
        From 1, in order of time.
    times : dict of str to tuple of float
        By condition, ascending, in units of the axis.
    recurs : bool
        Drawn as ticks.
    text : str
    """

    number: int
    times: Mapping[str, tuple[float, ...]]
    recurs: bool
    text: str


@dataclass(frozen=True)
class _Track:
    """One label of one condition."""

    condition: str
    label: str
    events: tuple[Event, ...]

    def times(self, unit: str) -> tuple[float, ...]:
        return tuple(sorted({event.time(unit) for event in self.events}))

    @property
    def in_seeds(self) -> int:
        return len({event.seed for event in self.events})

    def many_words(self, unit: str) -> str:
        """How often and from when to when."""
        times, seeds = self.times(unit), self.events[0].seeds
        most = max(sum(e.seed == seed for e in self.events) for seed in {e.seed for e in self.events})
        often = f"{most:,} times" if most > 1 else f"in {self.in_seeds} of {seeds} seeds"
        return f"{self.label}, {often} from {unit} {int(times[0]):,} to {int(times[-1]):,}"


def make_marks(events: Events, unit: str, conditions: int = 2) -> tuple[Mark, ...]:
    """Gather events into numbered marks: one a distinct time, and one for all that happens often.

    Parameters
    ----------
    events : sequence of Event
    unit : str
        "episode" or "trial".
    conditions : int
        Shown in the figure; names of conditions are left out if there is but one.
    """
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        groups.setdefault((event.condition, event.label), []).append(event)
    tracks = [_Track(*key, tuple(own)) for key, own in groups.items()]
    single = [track for track in tracks if len(track.times(unit)) <= FEW]
    if len({time for track in single for time in track.times(unit)}) > MOST_LINES:
        single = []
    marks = _lines(single, unit, conditions > 1)
    many = sorted((t for t in tracks if t not in single), key=lambda t: t.times(unit)[0])
    return (*marks, *_rows(many, unit, conditions > 1, len(marks)))


def _lines(tracks: Sequence[_Track], unit: str, named: bool) -> list[Mark]:
    """A mark for every distinct time."""
    marks: list[Mark] = []
    for time in sorted({time for track in tracks for time in track.times(unit)}):
        said: dict[str, list[str]] = {}
        first = next(event for track in tracks for event in track.events if event.time(unit) == time)
        for track in tracks:
            seeds = {event.seed for event in track.events if event.time(unit) == time}
            if seeds:
                part = (
                    ""
                    if len(seeds) == track.events[0].seeds
                    else f" (in {len(seeds)} of {track.events[0].seeds} seeds)"
                )
                said.setdefault(track.condition, []).append(track.label + part)
        text = f"{first.when(unit)}: {_by_condition(said, named)}"
        marks.append(Mark(len(marks) + 1, dict.fromkeys(said, (time,)), False, text))
    return marks


def _rows(tracks: Sequence[_Track], unit: str, named: bool, first: int) -> list[Mark]:
    """A mark for every label that happens often; conditions to which the same happens at the same times share it."""
    together: dict[str, list[_Track]] = {}
    for track in tracks:
        together.setdefault(track.many_words(unit), []).append(track)
    marks: list[Mark] = []
    for words, own in together.items():
        times = {track.condition: track.times(unit) for track in own}
        text = _by_condition({track.condition: [words] for track in own}, named)
        marks.append(Mark(first + len(marks) + 1, times, True, text))
    return marks


def _by_condition(said: Mapping[str, Sequence[str]], named: bool) -> str:
    """Tell the interventions; conditions with the same ones are named together."""
    groups: dict[str, list[str]] = {}
    for condition, labels in said.items():
        groups.setdefault(", ".join(labels), []).append(condition)
    return "; ".join(f"{', '.join(names)}: {labels}" if named else labels for labels, names in groups.items())
