"""Marks of interventions on axes of time (trials, episodes or ms), their legend, and notes in figures of one moment.

A point of a curve stands at its episode or trial; what acts before an episode or trial stands half a unit before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from astrosim.plot.marks import EPISODE, Events, Mark, make_marks
from astrosim.plot.style import PAPER

INK = "#303030"
LINE = (0, (2.5, 1.5))
MOST_ENTRIES = 8  # lines of the legend
WRAPPED = 125  # letters of a line of the legend, at 7 points
ROW = 0.135  # inches; height of a line of the legend
NEAR = 0.04  # of an axis; numbers nearer than this stand on different levels
LEVELS = 3
ROW_HEIGHT = 0.07  # of an axis; a row of ticks
MARKED = " Numbered marks: interventions, told below the figure."
"""Of the words under a figure."""
LEAD = "What has happened until then:"
HALO = [withStroke(linewidth=1.8, foreground=PAPER)]  # keeps marks visible on maps


class Timeline:
    """The marks of one figure, with the same numbers on all of its axes.

    Parameters
    ----------
    events : sequence of Event
    unit : str
        "episode", "trial" or "ms": what the axes count.
    conditions : sequence of str
        Shown in the figure.
    colours : mapping of str to str, optional
        By condition; a mark of one condition alone has its colour.
    """

    def __init__(
        self, events: Events, unit: str, conditions: Sequence[str], colours: Mapping[str, str] | None = None
    ) -> None:
        self.events, self.unit = [e for e in events if e.condition in conditions], unit
        self.marks = make_marks(self.events, unit, len(conditions))
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
        """Draw ticks below the data, one row per mark, its number behind it."""
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
        """Return the condition's own colour if the mark is its alone."""
        (first, *others) = mark.times
        return INK if others else self.colours.get(first, INK)

    def breaks(self, condition: str, seed: int, records: np.ndarray) -> list[int]:
        """Return places of records at which the state before an event ends, or that after it begins.

        A record of an episode in the midst of which something happened lies between two breaks.

        Parameters
        ----------
        condition : str
        seed : int
        records : ndarray of int, shape (record,)
            Times, in the unit of the axis, ascending.
        """
        times = [event.time(self.unit) for event in self.events if (event.condition, event.seed) == (condition, seed)]
        ends = np.array([[np.floor(time), np.ceil(time)] for time in times]).ravel()
        places = np.searchsorted(records, ends).tolist()
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
