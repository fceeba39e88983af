"""Figures of one network: its territories as a wheel, how often astrocytes kept, and the spread of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from astrosim.plot.points import INK
from astrosim.plot.style import MUTED, PAPER, cluster_colours, label_decades, new_figure, present_width, styled
from astrosim.systems.blackbox.figures.panels import GRID
from astrosim.systems.blackbox.kernel.policy import Policy

MOST_INPUTS = 40  # rows; a figure of more is no longer read
WIDEST = 4.0  # points; the strongest synapse of a side
LEAST = 0.04  # of the strongest; weaker synapses are not drawn
INNER, OUTER = 0.55, 1.0  # radii of the units' ring and of the rim
ABOVE, BESIDE = 0.08, 1.75  # radii; room above the nodes, and half the width with the names
OPEN = 40.0  # degrees; between inputs and outputs on the rim, on either side
NODE = 26.0  # square points
ROW = 0.19  # inches per input


def around(count: int, middle: float, width: float) -> np.ndarray:
    """Return angles of nodes, evenly over an arc (degrees), from its larger end if it is positive: shape (count,)."""
    if count == 1:
        return np.array([middle])
    return np.linspace(middle + width / 2, middle - width / 2, count)


def on_circle(angles: np.ndarray, radius: float) -> np.ndarray:
    """Return places on a circle at angles (degrees), shape (node,): float64, shape (node, 2)."""
    radians = np.deg2rad(angles)
    return radius * np.stack([np.cos(radians), np.sin(radians)], axis=1)


@styled
def territory_wheel(
    policy: Policy,
    owners: np.ndarray,
    spread: np.ndarray,
    names: tuple[Sequence[str], Sequence[str]],
    title: str = "",
) -> Figure:
    """Draw a network as a wheel: inputs at the left of the rim, outputs at the right, units on the ring between.

    Parameters
    ----------
    policy : Policy
    owners : ndarray of int, shape (unit,)
        Astrocyte of each unit, by which synapses are coloured.
    spread : ndarray of float64, shape (input,)
        Of the inputs; the width of an incoming synapse is |weight| times it.
    names : (sequence of str, sequence of str)
        Of inputs and outputs.
    title : str
    """
    inputs, units, outputs = len(names[0]), len(policy.bias), len(names[1])
    rim = on_circle(around(inputs, 180.0, -_arc(inputs)), OUTER), on_circle(around(outputs, 0.0, _arc(outputs)), OUTER)
    ring = on_circle(90.0 - np.arange(units) * 360.0 / units, INNER)
    top = max(float(np.abs(places[:, 1]).max(initial=0.0)) for places in (*rim, ring)) + ABOVE
    figure = new_figure(present_width() * top / BESIDE + 0.25)
    axes = figure.subplots()
    tones = cluster_colours(owners)
    incoming, outgoing = np.abs(policy.incoming) * spread[policy.taps], np.abs(policy.outgoing)
    targets = np.arange(units)
    sides = (
        (rim[0][policy.taps.ravel()], np.repeat(ring, policy.taps.shape[1], axis=0), incoming.ravel()),
        (np.repeat(ring, outputs, axis=0), np.tile(rim[1], (units, 1)), outgoing.ravel()),
    )
    for (starts, ends, strength), each in zip(sides, (policy.taps.shape[1], outputs), strict=True):
        _synapses(axes, starts, ends, strength, [tones[int(owners[unit])] for unit in np.repeat(targets, each)])
    if len(policy.direct):
        strength = np.abs(policy.direct) * spread[:, None]
        ends = np.tile(rim[1], (inputs, 1))
        _synapses(axes, np.repeat(rim[0], outputs, axis=0), ends, strength.ravel(), [MUTED] * strength.size)
    _nodes(axes, ring, [tones[int(owner)] for owner in owners])
    for places, words, side in ((rim[0], names[0], "right"), (rim[1], names[1], "left")):
        _nodes(axes, places, [INK] * len(places))
        for (x, y), word in zip(places, words, strict=True):
            axes.text(x * 1.05, y * 1.05, word, ha=side, va="center", size=7.5)
    axes.set_aspect("equal")
    axes.set_xlim(-BESIDE, BESIDE)
    axes.set_ylim(-top, top)
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    return figure


def _arc(count: int) -> float:
    """Degrees of the rim that nodes of one sort take."""
    return min(180.0 - OPEN, 24.0 * (count - 1))


def _synapses(axes: Axes, starts: np.ndarray, ends: np.ndarray, strength: np.ndarray, tones: list[Any]) -> None:
    """Lines as wide as synapses are strong, the strongest on top."""
    share = strength / max(float(strength.max(initial=0.0)), 1e-300)
    order = [place for place in np.argsort(share, kind="stable") if share[place] >= LEAST]
    lines = LineCollection(
        list(np.stack([starts[order], ends[order]], axis=1)),
        colors=[tones[place] for place in order],
        linewidths=list(WIDEST * share[order]),
        alpha=0.75,
        capstyle="round",
        zorder=1,
    )
    axes.add_collection(lines)


def _nodes(axes: Axes, places: np.ndarray, tones: list[Any]) -> None:
    axes.scatter(places[:, 0], places[:, 1], s=NODE, c=tones, edgecolors=PAPER, linewidths=0.8, zorder=3)


@styled
def astrocyte_shares(tried: np.ndarray, kept: np.ndarray, title: str = "") -> Figure:
    """Draw how often each astrocyte's proposals were kept, one point per run; bars: mean over seeds.

    Parameters
    ----------
    tried, kept : ndarray of int, shape (seed, astrocyte)
        Trials in which the astrocyte proposed, and those of them that were kept.
    title : str
    """
    figure = new_figure(2.5)
    axes = figure.subplots()
    with np.errstate(invalid="ignore"):
        shares = np.where(tried > 0, kept / np.maximum(tried, 1), np.nan)
    tones = cluster_colours(np.arange(shares.shape[1]))
    for astrocyte in range(shares.shape[1]):
        own = shares[:, astrocyte][np.isfinite(shares[:, astrocyte])]
        axes.scatter(np.full(len(own), astrocyte), own, s=9, color=tones[astrocyte], edgecolors=PAPER, linewidths=0.3)
        if len(own):
            axes.plot([astrocyte - 0.35, astrocyte + 0.35], [own.mean()] * 2, color=INK, linewidth=1.2)
    axes.set_xlim(-0.6, shares.shape[1] - 0.4)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(16, integer=True))
    axes.grid(axis="y", **GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel("astrocyte")
    axes.set_ylabel("share of its proposals kept")
    axes.set_title(title)
    return figure


@styled
def input_spread(centre: np.ndarray, spread: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """Draw mean and standard deviation of each input over the current networks' episodes, one line per run.

    Parameters
    ----------
    centre, spread : ndarray of float64, shape (seed, input)
    names : sequence of str
        Of the inputs.
    title : str
    """
    shown = min(len(names), MOST_INPUTS)
    figure = new_figure(0.7 + ROW * max(shown, 6))
    axes, sizes = figure.subplots(1, 2, sharey=True)
    for place in range(shown):
        heights = place + np.linspace(-0.28, 0.28, len(centre)) if len(centre) > 1 else np.array([float(place)])
        low, high = centre[:, place] - spread[:, place], centre[:, place] + spread[:, place]
        axes.hlines(heights, low, high, color=MUTED, linewidth=0.8)
        axes.scatter(centre[:, place], heights, s=6, color=INK, zorder=3)
        sizes.scatter(spread[:, place], heights, s=6, color=INK, zorder=3)
    axes.set_yticks(range(shown), list(names[:shown]))
    axes.set_ylim(shown - 0.5, -0.5)
    axes.set_xlabel("mean and standard deviation, in the input's unit")
    sizes.set_xscale("log")
    low, high = float(spread[:, :shown].min()), float(spread[:, :shown].max())
    sizes.set_xlim(low / 1.5, high * 1.5)
    label_decades(sizes)
    sizes.set_xlabel("standard deviation")
    for one in (axes, sizes):
        one.grid(axis="x", **GRID)
        one.set_axisbelow(True)
    axes.set_title(title)
    return figure
