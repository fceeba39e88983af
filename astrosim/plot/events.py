"""Marks of interventions on axes of time (trials or episodes), with their legend, and their note in other figures.

A point of a curve stands at its episode or trial; what acts before an episode or trial stands half a unit before it.
What happens a few times is a numbered line; what happens often, or to each seed at its own time, is a row of ticks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from xarray import Dataset

from astrosim.plot.style import PAPER
from astrosim.scenario.schema import Scenario

INK = "#303030"
LINE = (0, (2.5, 1.5))
FEW = 3  # times; what happens more often is a row of ticks
MOST_LINES = 9  # distinct times of a figure; with more all are rows of ticks
MOST_ENTRIES = 8  # lines of the legend
WRAPPED = 125  # letters of a line of the legend, at 7 points
ROW = 0.135  # inches; height of a line of the legend
NEAR = 0.04  # of an axis; numbers nearer than this stand on different levels
LEVELS = 3
ROW_HEIGHT = 0.07  # of an axis; a row of ticks
LEAD = "What has happened until then:"
HALO = [withStroke(linewidth=1.8, foreground=PAPER)]  # keeps marks visible on maps
EPISODE, TRIAL = "episode", "trial"


class Event(NamedTuple):
    """One thing that befell a cell.

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
        Trials an episode of the condition.
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
        """When, in episodes or trials."""
        return self.trial / self.length if unit == EPISODE else float(self.trial)


Events = Sequence[Event]


def read_events(dataset: Dataset, resolved: Mapping[str, Scenario]) -> tuple[Event, ...]:
    """What befell the cells of a run, in order of condition, seed and time.

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
        cells = dataset[["event_trial", "event_intervention"]].isel(condition=row).load()
        for column, seed in enumerate(map(int, dataset["seed"].values)):
            times = zip(cells["event_trial"].values[column], cells["event_intervention"].values[column], strict=True)
            for trial, number in [(int(trial), int(number)) for trial, number in times if trial >= 0]:
                item = scenario.interventions[number]
                found.append(Event(condition, seed, trial, number, item.action, item.name, length, seeds))
    return tuple(found)


def of_cell(events: Iterable[Event], condition: str, seed: int | None) -> tuple[Event, ...]:
    """Events of one cell alone."""
    return tuple(e._replace(seeds=1) for e in events if e.condition == condition and e.seed == seed)


def before(events: Iterable[Event], episode: int) -> tuple[Event, ...]:
    """Events up to the end of an episode (from 0)."""
    return tuple(e for e in events if e.trial < (episode + 1) * e.length)


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
        return f"{self.label}, {often} from {unit} {times[0]:,.10g} to {times[-1]:,.10g}"


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
        for track in tracks:
            seeds = {event.seed for event in track.events if event.time(unit) == time}
            if seeds:
                part = (
                    ""
                    if len(seeds) == track.events[0].seeds
                    else f" (in {len(seeds)} of {track.events[0].seeds} seeds)"
                )
                said.setdefault(track.condition, []).append(track.label + part)
        text = f"before {unit} {time:,.10g}: {_by_condition(said, named)}"
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
    """What befell whom; conditions that the same befell are named together."""
    groups: dict[str, list[str]] = {}
    for condition, labels in said.items():
        groups.setdefault(", ".join(labels), []).append(condition)
    return "; ".join(f"{', '.join(names)}: {labels}" if named else labels for labels, names in groups.items())


class Timeline:
    """The marks of one figure, with the same numbers on all of its axes.

    Parameters
    ----------
    events : sequence of Event
    unit : str
        "episode" or "trial": what the axes count.
    conditions : sequence of str
        Shown in the figure.
    colours : mapping of str to str, optional
        By condition; a mark of one condition alone has its colour.
    """

    def __init__(
        self, events: Events, unit: str, conditions: Sequence[str], colours: Mapping[str, str] | None = None
    ) -> None:
        self.marks = make_marks([e for e in events if e.condition in conditions], unit, len(conditions))
        self.colours = colours or {}
        self._roomy: list[Axes] = []

    def draw(
        self,
        axes: Axes,
        condition: str | None = None,
        *,
        shift: float = -0.5,
        numbers: bool = True,
        over: bool = False,
    ) -> None:
        """Mark the events that lie within the axes' present limits.

        Parameters
        ----------
        axes : Axes
        condition : str, optional
            Only its events.
        shift : float
            From an event's time to its place: -0.5 where trial or episode n stands at n, 0 where it begins there.
        numbers : bool
            Write the numbers of the legend beside the marks, and draw rows of ticks, which get room below the data.
        over : bool
            On top of what is drawn, with a halo, as on maps; else below it.
        """
        low, high = axes.get_xlim()
        last, level, rows = -np.inf, 0, []
        for mark in self.marks:
            times = sorted({t + shift for c, own in mark.times.items() if condition in (None, c) for t in own})
            times = [time for time in times if low <= time <= high]
            if mark.recurs or not times:
                rows += [(mark, times)] if times and numbers else []
                continue
            level = (level + 1) % LEVELS if times[0] - last < NEAR * (high - low) else 0
            last = times[0]
            look: dict[str, Any] = {"zorder": 3.5, "path_effects": HALO} if over else {"zorder": 1.5}
            axes.axvline(last, color=self.colour(mark), linewidth=0.9, linestyle=LINE, gid="event", **look)
            if numbers:
                self._number(axes, mark, last, level)
        if rows:
            self._rows(axes, rows)
            axes.set_xlim(low, high)

    def _number(self, axes: Axes, mark: Mark, time: float, level: int) -> None:
        """The number of a line at its top, on the side that has room."""
        low, high = axes.get_xlim()
        left = (time - low) > 0.94 * (high - low)
        self._write(axes, mark, (time, 1), ("data", "axes fraction"), (-2 if left else 2, -1 - 7 * level), left, "top")

    def _rows(self, axes: Axes, rows: Sequence[tuple[Mark, list[float]]]) -> None:
        """Ticks below the data, a row a mark, its number behind it."""
        self._make_room(axes, len(rows))
        look: dict[str, Any] = {"linestyle": "", "marker": "|", "markersize": 4, "markeredgewidth": 0.6, "zorder": 3.5}
        for row, (mark, times) in enumerate(rows):
            height = (row + 0.5) * ROW_HEIGHT
            heights, transform = np.full(len(times), height), axes.get_xaxis_transform()
            axes.plot(times, heights, color=self.colour(mark), transform=transform, gid="events", **look)
            self._write(axes, mark, (1, height), ("axes fraction", "axes fraction"), (2, 0), False, "center")

    def _make_room(self, axes: Axes, rows: int) -> None:
        """Let the axes reach further down, once for all that share them."""
        sharing = axes.get_shared_y_axes().get_siblings(axes)
        if any(other in self._roomy for other in sharing):
            return
        if len(sharing) > 1:  # others may have more rows
            names = {condition for mark in self.marks for condition in mark.times}
            rows = max(rows, *(sum(mark.recurs and name in mark.times for mark in self.marks) for name in names))
        self._roomy.append(axes)
        share = ROW_HEIGHT * rows
        below = axes.transData.inverted().transform(axes.transAxes.transform((0.0, -share / (1 - share))))[1]
        axes.set_ylim(below, axes.get_ylim()[1])

    def _write(
        self,
        axes: Axes,
        mark: Mark,
        place: tuple[float, float],
        frame: tuple[str, str],
        shift: tuple[float, float],
        left: bool,
        vertical: str,
    ) -> None:
        axes.annotate(
            str(mark.number),
            place,
            shift,
            frame,
            "offset points",
            ha="right" if left else "left",
            va=vertical,
            size=6.5,
            zorder=6,
            color=self.colour(mark),
            path_effects=HALO,
            gid="event number",
        )

    def colour(self, mark: Mark) -> str:
        """The condition's own colour if the mark is its alone."""
        (first, *others) = mark.times
        return INK if others else self.colours.get(first, INK)

    def breaks(self, condition: str, records: np.ndarray) -> list[int]:
        """Places of the first records (at times `records`) after each event of a condition that is a line."""
        times = [t for mark in self.marks if not mark.recurs for t in mark.times.get(condition, ())]
        places = np.searchsorted(records, np.array(times)).tolist()
        return sorted({place for place in places if 0 < place < len(records)})

    def legend(self, figure: Figure) -> None:
        """Say below the figure what the numbers mean; the figure grows by that. Nothing if nothing happened."""
        shown = self.marks[:MOST_ENTRIES]
        handles, texts = [], []
        for mark in shown:
            style = {"linestyle": "", "marker": "|", "markersize": 5} if mark.recurs else {"linestyle": LINE}
            handles.append(Line2D([], [], color=self.colour(mark), linewidth=0.9, **style))
            texts.append(_folded(f"{mark.number}  {mark.text}"))
        if len(self.marks) > len(shown):
            handles.append(Line2D([], [], linestyle=""))
            texts.append(f"and {len(self.marks) - len(shown)} more")
        _below(figure, handles, texts)


def note(figure: Figure, events: Events, conditions: Sequence[str], episode: int | None = None) -> None:
    """Say below a figure of one moment what has happened before it, and when. Nothing if nothing has.

    Parameters
    ----------
    figure : Figure
    events : sequence of Event
        Those before the moment.
    conditions : sequence of str
        Shown in the figure.
    episode : int, optional
        The moment, if it is not the end of the run: it is said.
    """
    marks = make_marks([e for e in events if e.condition in conditions], EPISODE, len(conditions))
    texts = [_folded(mark.text) for mark in marks[:MOST_ENTRIES]]
    if len(marks) > len(texts):
        texts.append(f"and {len(marks) - len(texts)} more")
    texts = [LEAD, *texts] if texts else []
    if episode is not None:
        texts.insert(0, f"After episode {episode:,}.")
    _below(figure, [Line2D([], [], linestyle="") for _ in texts], texts, handlelength=0, handletextpad=0)


def _folded(text: str) -> str:
    return "\n".join(wrap(text, WRAPPED))


def _below(figure: Figure, handles: list[Line2D], texts: list[str], **look: float) -> None:
    """A legend under the figure, which grows by it."""
    if not texts:
        return
    rows = sum(text.count("\n") + 1 for text in texts)
    figure.set_figheight(figure.get_figheight() + ROW * (rows + 1))
    figure.legend(
        handles, texts, loc="outside lower left", ncols=1, fontsize=7, labelspacing=0.25, borderaxespad=0.3, **look
    ).set_gid("events")
