"""Weights before and after learning: of the direct path, which alone decides the outputs, and of all others (1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from xarray import Dataset

from astrosim.plot.style import (
    MUTED,
    PALETTE,
    SEQUENTIAL,
    count_axis,
    marker,
    new_figure,
    say,
    span_episodes,
    styled,
)
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.figures.events import EPISODE, Events
from astrosim.systems.threshold.figures.select import condition_names
from astrosim.systems.threshold.figures.timeline import Timeline
from astrosim.systems.threshold.scenario.schema import Scenario

MOST_CONDITIONS = 6  # rows
MOST_WEIGHTS = 2_000_000  # weights of a condition that are read; assumed: more take seconds and change no histogram
DRAWN_STEPS = 400  # of a distribution; assumed: more cannot be told apart
MOST_NAMED = 5  # kept episodes in the legend
DIRECT, OTHER = PALETTE[5], PALETTE[0]


class Weights(NamedTuple):
    """Weights of a condition, its seeds one after the other.

    Attributes
    ----------
    start : ndarray of float64, shape (synapse,)
        Before the first trial.
    episode : ndarray of int, shape (time,)
        After which weights were kept.
    kept : ndarray of float64, shape (time, synapse)
    direct : ndarray of bool, shape (synapse,)
        From an input to an output of the task's cluster.
    seeds : int
    """

    start: np.ndarray
    episode: np.ndarray
    kept: np.ndarray
    direct: np.ndarray
    seeds: int


@styled
def weight_map(dataset: Dataset, resolved: Mapping[str, Scenario], events: Events = ()) -> Figure:
    """Draw distributions of weights at the start and after each kept episode, and mean |weight| over episodes.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    resolved : mapping of str to Scenario
        By condition; they give the start, which is not stored, and the range.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are marked.
    """
    found = {name: read_weights(dataset, name, resolved[name]) for name in condition_names(dataset)[:MOST_CONDITIONS]}
    shown = {name: weights for name, weights in found.items() if weights is not None}
    figure = new_figure(0.9 + 1.5 * max(len(shown), 0.6))
    if not shown:
        say(figure.subplots(), "No weights of this run were kept (record.weights_at), or no replicate is finished yet.")
        return figure
    grid = figure.subplots(len(shown), 3, squeeze=False, sharex="col", sharey="col")
    timeline = Timeline(events, EPISODE, list(shown))
    for row, (name, weights) in zip(grid, shown.items(), strict=True):
        limit = resolved[name].perturbation.limit
        _distribution(row[0], weights, weights.direct, limit)
        _distribution(row[1], weights, ~weights.direct, limit)
        _magnitudes(row[2], dataset, weights, name, limit)
        timeline.draw(row[2], name)
        row[0].set_ylabel(f"{name}\nshare at or below")
    for axes, title in zip(grid[0], ("a   direct path", "b   all other synapses", "c   mean |weight|"), strict=True):
        axes.set_title(title)
    for axes, label in zip(grid[-1], ("weight", "weight", "episode"), strict=True):
        axes.set_xlabel(label)
    _legend(figure, np.unique(np.concatenate([weights.episode for weights in shown.values()])))
    timeline.legend(figure)
    return figure


def read_weights(dataset: Dataset, condition: str, scenario: Scenario) -> Weights | None:
    """Return weights of a condition's finished seeds, as many as `MOST_WEIGHTS` allow; None if none were kept."""
    own = dataset[["weight", "pre", "post", "neuron_kind", "neuron_cluster", "committed"]].sel(condition=condition)
    seeds = own["seed"].values[own["committed"].values]
    room = max(1, MOST_WEIGHTS // max(own.sizes["weight_episode"] * own.sizes["synapse"], 1))
    replicates = [own.sel(seed=int(seed)).load() for seed in seeds[:room]]
    times = np.flatnonzero(np.isfinite(replicates[0]["weight"].values).any(axis=1)) if replicates else np.empty(0, int)
    if not len(times):
        return None
    real = [replicate["pre"].values >= 0 for replicate in replicates]
    kept = [
        replicate["weight"].values[times][:, some].astype(float)
        for replicate, some in zip(replicates, real, strict=True)
    ]
    starts = [make_engine(scenario, int(replicate["seed"])).weights().astype(float) for replicate in replicates]
    direct = [direct_path(replicate)[some] for replicate, some in zip(replicates, real, strict=True)]
    episodes = own["weight_episode"].values[times]
    return Weights(
        np.concatenate(starts), episodes, np.concatenate(kept, axis=1), np.concatenate(direct), len(replicates)
    )


def direct_path(replicate: Dataset) -> np.ndarray:
    """Return synapses from an input to an output of cluster 0, which has the task: bool, shape (synapse,)."""
    kind, cluster = replicate["neuron_kind"].values, replicate["neuron_cluster"].values
    given, wanted = ((kind == NEURON_KINDS.index(name)) & (cluster == 0) for name in ("input", "output"))
    pre, post = replicate["pre"].values, replicate["post"].values
    return np.asarray((pre >= 0) & given[pre] & wanted[post])


def _looks(episodes: np.ndarray) -> list[Any]:
    """Colours of the kept episodes, dark to light; the last one stands out."""
    ramp = [tuple(c) for c in mpl.colormaps[SEQUENTIAL](np.linspace(0.2, 0.85, max(len(episodes) - 1, 1)))]
    return [*ramp[: len(episodes) - 1], DIRECT]


def _distribution(axes: Axes, weights: Weights, chosen: np.ndarray, limit: float) -> None:
    """Share of the chosen synapses that lie at or below each weight: at the start, and after each kept episode."""
    lines = [(weights.start, MUTED, "start"), *zip(weights.kept, _looks(weights.episode), weights.episode, strict=True)]
    for number, (values, colour, name) in enumerate(lines):
        ordered = np.sort(values[chosen])
        ordered = (
            ordered[np.unique(np.linspace(0, len(ordered) - 1, DRAWN_STEPS).astype(int))] if len(ordered) else ordered
        )
        share = np.linspace(0, 1, len(ordered) + 1)
        x, last = np.concatenate([[-limit], ordered, [limit]]), number == len(lines) - 1
        width = 1.5 if last else 1.0
        axes.step(x, [*share, 1.0], where="post", color=colour, linewidth=width, gid=str(name))
    axes.set(xlim=(-1.04 * limit, 1.04 * limit), ylim=(-0.02, 1.04), yticks=[0, 0.5, 1])
    text = f"{int(chosen.sum()):,} synapses" if chosen.any() else "no synapse"
    axes.annotate(
        text, (1, 0), (0, 3), "axes fraction", "offset points", ha="right", va="bottom", size=6.5, color=MUTED
    )


def _magnitudes(axes: Axes, dataset: Dataset, weights: Weights, name: str, limit: float) -> None:
    """Mean |weight| over episodes: of all synapses as it was recorded, of the direct path where weights were kept."""
    series = dataset["mean_abs_weight"].sel(condition=name)
    known = np.isfinite(series.values).any(axis=0)
    episode = dataset["episode"].values[known]
    look: dict[str, Any] = {"marker": marker(len(episode)), "gid": "all"}
    axes.plot(episode, np.nanmean(series.values[:, known], axis=0), color=OTHER, **look)
    if weights.direct.any():
        direct = np.abs(weights.kept[:, weights.direct]).mean(axis=1)
        axes.plot(weights.episode, direct, "D", color=DIRECT, markersize=3.5, gid="direct", clip_on=False)
    axes.set_ylim(0, limit)
    count_axis(axes, 2)
    span_episodes(axes, dataset["episode"].values)


def _legend(figure: Figure, episodes: np.ndarray) -> None:
    """Lines of the distributions (of many kept episodes some), and what stands in the last column."""
    handles = [Line2D([], [], color=MUTED, label="start")]
    for episode, colour in list(zip(episodes, _looks(episodes), strict=True))[-MOST_NAMED:]:
        handles.append(Line2D([], [], color=colour, label=f"after episode {episode:,}"))
    handles.append(Line2D([], [], color=OTHER, label="all synapses"))
    handles.append(Line2D([], [], color=DIRECT, marker="D", markersize=3.5, linestyle="", label="direct path"))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 4), columnspacing=1.2)
