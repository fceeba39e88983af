"""Legends that fit: as many columns as the figure is wide, and a figure that grows by the rows (inches, points)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

MOST_COLUMNS = 6
BESIDE = 0.34  # of a figure's width; names beside the axes that are wider stand above them
SIZE = 7.5  # points; letters of a legend
LEAST_LETTERS = 4  # of a line
ROW = 0.16  # inches; height of a legend's line


def legend_above(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int = MOST_COLUMNS, **look: Any
) -> Legend | None:
    """Write a legend above a figure, in as many columns as fit; of several rows the figure grows by each further one.

    Parameters
    ----------
    figure : Figure
    handles, labels : sequence
        One per entry; nothing is written of none.
    columns : int
        At most.
    look : optional
        Of `Figure.legend`.
    """
    if not labels:
        return None
    room = 72 * figure.get_figwidth()
    texts = [_folded(figure, text, room - 4 * SIZE) for text in labels]
    for number in range(min(len(texts), columns), 0, -1):
        legend = figure.legend(handles, texts, loc="outside upper center", ncols=number, **look)
        if number == 1 or _points(figure, legend) <= room:
            rows = -(-len(texts) // number) + sum(text.count("\n") for text in texts)
            figure.set_figheight(figure.get_figheight() + ROW * (rows - 1))
            return legend
        legend.remove()
    return None


def counted(names: Sequence[str], seeds: Mapping[str, int]) -> list[str]:
    """Return names of conditions with their number of seeds."""
    return [f"{name}, n = {seeds[name]}" for name in names]


def legend_beside(figure: Figure, axes: Axes, seeds: Mapping[str, int] | None = None) -> None:
    """Write the legend of axes at their right, with the number of seeds if given; above where that is too wide."""
    handles, labels = axes.get_legend_handles_labels()
    labels = labels if seeds is None else counted(labels, seeds)
    widest = max((text_points(figure, text) for text in labels), default=0.0)
    if widest > BESIDE * 72 * figure.get_figwidth():
        legend_above(figure, handles, labels)
    else:
        axes.legend(handles, labels, loc="center left", bbox_to_anchor=(1.02, 0.5))


def text_points(figure: Figure, text: str, size: float = SIZE) -> float:
    """Return the width of a text (points)."""
    drawn = Text(0, 0, text, size=size, figure=figure)
    return float(drawn.get_window_extent(figure.canvas.get_renderer()).width) * 72 / figure.dpi  # type: ignore[attr-defined]


def fold(figure: Figure, name: str, inches: float, size: float = 8.0) -> str:
    """Return a name in as many lines as keep it within a length."""
    return _folded(figure, name, 72 * inches, size)


def _folded(figure: Figure, text: str, points: float, size: float = SIZE) -> str:
    """The text in lines that are no wider than some points, broken where words and parts of names end."""
    width = text_points(figure, text, size)
    if width <= points:
        return text
    most = max(int(len(text) * points / width), LEAST_LETTERS)
    lines = [""]
    for part in (
        piece for word in re.findall(r".+?(?:[ _.-]|$)", text) for piece in wrap(word, most, drop_whitespace=False)
    ):
        if lines[-1] and len(lines[-1]) + len(part) > most:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def _points(figure: Figure, legend: Legend) -> float:
    extent = legend.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
    return float(extent.width) * 72 / figure.dpi
