"""What a figure of a run is: its kind, the drawing with the words under it, and its image in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.figure import Figure

from astrosim.plot.style import image_uri


class Drawn(NamedTuple):
    """A figure and the words under it."""

    title: str
    figure: Figure
    caption: str


class Kind[M](NamedTuple):
    """One kind of figure.

    Attributes
    ----------
    sentence : str
        What it shows.
    draw : callable
        From the material of a run.
    has : callable
        Whether the run has something for it.
    moment : bool
        It shows one moment, so that an episode can be chosen.
    reported : bool
        It is part of the report.
    why : str
        Why a run may have nothing for it, and what to do; empty if the sentence tells enough.
    """

    sentence: str
    draw: Callable[[M], Drawn]
    has: Callable[[M], bool]
    moment: bool = False
    reported: bool = True
    why: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure of the report: its image as a data URI, and the words under it."""

    title: str
    uri: str
    caption: str

    @classmethod
    def of(cls, drawn: Drawn) -> Picture:
        """Embed a figure."""
        return cls(drawn.title, image_uri(drawn.figure), drawn.caption)


def reported[M](kinds: Iterable[Kind[M]], material: M) -> list[Picture]:
    """Return all figures of the report that the run has something for, in order."""
    return [Picture.of(kind.draw(material)) for kind in kinds if kind.reported and kind.has(material)]
