"""How all figures look: sizes (inches, points), and two ways of embedding them; colours: `astrosim.plot.palette`."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import (
    Locator,
    LogFormatterSciNotation,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    StrMethodFormatter,
)

from astrosim.plot.palette import DIVERGING, MUTED, PALETTE, PAPER, SEQUENTIAL  # noqa: F401  (figures find all colours here)

WIDTH = 7.1  # inches; two columns of a journal page, 180 mm
NARROW = 5.0  # inches; below, panels that else stand side by side stand one below the other
_width: ContextVar[float] = ContextVar("width", default=WIDTH)
RESOLUTION = 200  # dots an inch of what is drawn as pixels; plain on paper, and small enough for a report
LINES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)))  # once the palette is used up
MORE_INTERVALS = 8  # tried beyond those asked for; assumed: halving a step twice finds a second tick
FEW_RECORDS = 3  # records; up to here lines carry marks
RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # matplotlib brings it
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "figure.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "axes.titlelocation": "left",
    "savefig.dpi": RESOLUTION,
    "figure.dpi": RESOLUTION,
    "svg.hashsalt": "astrosim",  # the same figure gives the same file
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # TrueType: journals refuse type 3
}
MACHINE = ("backend", "backend_fallback", "toolbar", "interactive")
"""Settings of matplotlib that are no matter of looks, and stay the user's."""
SETTINGS = {name: value for name, value in mpl.rcParamsDefault.items() if name not in MACHINE} | RC
"""All others: matplotlib's own defaults, then `RC`, so that no settings file, style sheet or theme shows."""
METADATA = {"png": ("Software",), "svg": ("Date", "Creator"), "pdf": ("CreationDate", "Creator", "Producer")}
"""What files say of their origin by default, and here do not."""
CAPTIONS = {"png": ("Title", "Description"), "svg": ("Title", "Description"), "pdf": ("Title", "Subject")}


def styled[**P, R](draw: Callable[P, R]) -> Callable[P, R]:
    """Run a function under this style alone, and leave matplotlib's settings as they were.

    Parameters
    ----------
    draw : callable
        Draws and returns a figure.
    """

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(SETTINGS):
            return draw(*args, **kwargs)

    return wrapper


@contextmanager
def drawn_at(width: float) -> Iterator[None]:
    """Let figures be drawn at a width (inches)."""
    before = _width.set(width)
    try:
        yield
    finally:
        _width.reset(before)


def present_width() -> float:
    """Return the width that figures are drawn at now (inches)."""
    return _width.get()


def columns_at(most: int) -> int:
    """Return panels side by side at the present width, of which the common width holds some."""
    return max(1, int(most * (present_width() / WIDTH)))


def new_figure(height: float) -> Figure:
    """Make an empty figure of the present width.

    Parameters
    ----------
    height : float
        Inches.

    Returns
    -------
    matplotlib.figure.Figure
        With a constrained layout, 7.1 inches wide unless a command asked for another width.
    """
    figure = Figure(figsize=(present_width(), height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def colours(names: Sequence[str]) -> dict[str, tuple[str, Any]]:
    """Return colour and line style by name, in order; styles change when the palette begins again.

    Parameters
    ----------
    names : sequence of str
        Such as conditions.

    Returns
    -------
    dict of str to (str, line style)
    """
    size = len(PALETTE)
    return {name: (PALETTE[i % size], LINES[i // size % len(LINES)]) for i, name in enumerate(names)}


def cluster_colours(clusters: np.ndarray) -> dict[int, Any]:
    """Return colour by cluster number (int, of any shape): the palette for up to eight, else a sequential map."""
    present = [int(c) for c in np.unique(clusters)]
    if len(present) <= len(PALETTE):
        return dict(zip(present, PALETTE, strict=False))
    ramp = mpl.colormaps[SEQUENTIAL](np.linspace(0, 1, len(present)))
    return dict(zip(present, map(tuple, ramp), strict=True))


class CountLocator(Locator):
    """Places of ticks at whole numbers: as few intervals as asked for, yet two ticks wherever two numbers have room.

    Parameters
    ----------
    intervals : int
        At most, where two ticks allow it.
    """

    def __init__(self, intervals: int) -> None:
        self.intervals = intervals

    def __call__(self) -> list[float]:
        """Return the places within the axis."""
        low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]
        return self.tick_values(float(low), float(high))

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the places from `vmin` to `vmax`."""
        places: list[float] = []
        for intervals in range(self.intervals, self.intervals + MORE_INTERVALS):
            every = np.asarray(MaxNLocator(intervals, integer=True, steps=[1, 2, 5, 10]).tick_values(vmin, vmax))
            places = every[(every >= vmin) & (every <= vmax) & (every == np.round(every))].tolist()
            if len(places) > 1:
                break
        return places


def count_axis(axes: Axes, intervals: int = 4) -> None:
    """Write whole numbers with thousands separators on x, few enough not to touch."""
    axes.xaxis.set_major_locator(CountLocator(intervals))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def label_decades(axes: Axes) -> None:
    """Label decades of a logarithmic x; where its limits hold fewer than two, 1, 2 and 5 of each."""
    low, high = axes.get_xlim()
    if np.floor(np.log10(high)) - np.ceil(np.log10(low)) < 1:
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(np.inf, np.inf)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def span_episodes(axes: Axes, episode: np.ndarray) -> None:
    """Set the limits of x to the first and last recorded episode; a single record still needs a width.

    Parameters
    ----------
    axes : Axes
    episode : ndarray of int, shape (record,)
        Episodes.
    """
    first, last = float(episode.min(initial=0)), float(episode.max(initial=0))
    room = max(0.02 * (last - first), 0.5)
    axes.set_xlim(first - room, max(last, first + 1) + room)  # two whole numbers, so that two ticks say the scale


def marker(points: int) -> str:
    """Return marks for few records: a single one would be an invisible line."""
    return "." if points <= FEW_RECORDS else ""


def say(axes: Axes, text: str) -> None:
    """Write a sentence into axes that have nothing to show."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=MUTED, transform=axes.transAxes, wrap=True)


@styled
def image_bytes(
    figure: Figure, kind: str, resolution: float = RESOLUTION, title: str = "", caption: str = "", text: bool = False
) -> bytes:
    """Return the figure as a file; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
    kind : str
        "png", "svg" or "pdf".
    resolution : float
        Dots an inch of what is pixels.
    title, caption : str
        Kept in the file's metadata if given.
    text : bool
        Keep letters of an SVG as text that can be edited and searched; else they are outlines, the same everywhere.
    """
    unsaid, (said, place) = METADATA[kind], CAPTIONS[kind]
    words = {name: one for name, one in ((said, title), (place, caption)) if one}
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none" if text else "path"}):
        figure.savefig(buffer, format=kind, dpi=resolution, metadata={**dict.fromkeys(unsaid), **words})
    return buffer.getvalue()


def image_uri(figure: Figure, pixels: bool = False) -> str:
    """Return the figure as a data URI: vectors (SVG), or pixels (PNG) where there are many points."""
    kind, media = ("png", "png") if pixels else ("svg", "svg+xml")
    return f"data:image/{media};base64," + base64.b64encode(image_bytes(figure, kind)).decode()
