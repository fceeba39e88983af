"""Interventions gathered into numbered marks (trials, episodes, ms or s); `astrosim.plot.timeline` draws them.

What happens a few times is a line; what happens often, or to each seed at its own time, is a row of ticks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

FEW = 3  # times; what happens more often is a row of ticks
MOST_LINES = 9  # distinct times of a figure; with more all are rows of ticks
EPISODE, TRIAL, MS, SECOND = "episode", "trial", "ms", "s"


class Event(Protocol):
    """One intervention on a replicate."""

    @property
    def condition(self) -> str:
        """Name of the condition."""

    @property
    def seed(self) -> int:
        """Seed of the replicate."""

    @property
    def label(self) -> str:
        """Name of the intervention."""

    @property
    def seeds(self) -> int:
        """Finished seeds of the condition."""

    def time(self, unit: str) -> float:
        """Return the time in a unit."""

    def when(self, unit: str) -> str:
        """Return the same in words."""


Events = Sequence[Event]


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
        if unit in (MS, SECOND):
            return f"{self.label}, {often} from {times[0]:,g} to {times[-1]:,g} {unit}"
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
