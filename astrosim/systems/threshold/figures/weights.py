"""Weights before and after learning: of the direct path from the task's inputs to its outputs, and of all others (1).

In one cycle of neurons without memory the direct path alone decides the outputs; else the others matter, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from xarray import Dataset

from astrosim.plot.legends import fold, legend_above
from astrosim.plot.marks import EPISODE
from astrosim.plot.style import (
    MUTED,
    NARROW,
    PALETTE,
    SEQUENTIAL,
    count_axis,
    marker,
    new_figure,
    present_width,
    say,
    span_episodes,
    styled,
)
from astrosim.plot.timeline import Timeline
from astrosim.rules.choices import NEURON_MODELS
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.figures.events import Events
from astrosim.systems.threshold.figures.select import condition_names
from astrosim.systems.threshold.network.topology import build_network
from astrosim.systems.threshold.scenario.schema import Scenario

NO_WEIGHTS = "no weights were kept. Write record.weights_at = [-1] for those of the last episode."
MOST_CONDITIONS = 6  # rows
MOST_WEIGHTS = 2_000_000  # weights of a condition that are read; assumed: more take seconds and change no histogram
DRAWN_STEPS = 400  # of a distribution; assumed: more cannot be told apart
MOST_NAMED = 5  # kept episodes in the legend
DIRECT, OTHER = PALETTE[5], PALETTE[0]
START = (0, (2, 1))  # line of the weights before the first trial
ROW, NAME = 1.5, 0.7  # inches; a condition, and the share of it that its name may take


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
        From an input of the task, or a tonic neuron, to an output of the task.
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
    if not shown:
        figure = new_figure(0.9 + 0.6 * ROW)
        say(figure.subplots(), NO_WEIGHTS)
        return figure
    stacked = present_width() < NARROW
    figure = new_figure(0.9 + ROW * len(shown) * (3 if stacked else 1))
    grid = _grid(figure, len(shown), stacked)
    timeline = Timeline(events, EPISODE, list(shown))
    looks = episode_looks(np.unique(np.concatenate([weights.episode for weights in shown.values()])))
    for row, (name, weights) in zip(grid, shown.items(), strict=True):
        limit = resolved[name].perturbation.limit
        _distribution(row[0], weights, weights.direct, limit, looks)
        _distribution(row[1], weights, ~weights.direct, limit, looks)
        _magnitudes(row[2], dataset, weights, name, limit)
        timeline.draw(row[2], name)
        row[1].tick_params(labelleft=stacked)
        row[0].set_ylabel(f"{fold(figure, f'{name}, n = {weights.seeds}', NAME * ROW)}\nshare at or below")
    for axes, title in zip(grid[0], ("a   direct path", "b   all other synapses", "c   mean |weight|"), strict=True):
        axes.set_title(title)
    for axes, label in zip(grid[-1], ("weight", "weight", "episode"), strict=True):
        axes.set_xlabel(label)
    _legend(figure, looks, any(weights.direct.any() for weights in shown.values()))
    timeline.legend(figure)
    return figure


def _grid(figure: Figure, conditions: int, stacked: bool) -> np.ndarray:
    """Axes, shape (condition, 3): side by side, or in a narrow figure one below the other."""
    if not stacked:
        return figure.subplots(conditions, 3, squeeze=False, sharex="col", sharey="col")
    grid = figure.subplots(3 * conditions, 1).reshape(3, conditions)
    for panels in grid:
        for axes in panels[1:]:
            axes.sharey(panels[0])
    return grid.T


def decides_alone(scenario: Scenario) -> bool:
    """Return whether the direct path alone decides the outputs: one cycle of neurons that remember nothing."""
    one = scenario.network
    return one.cycles == 1 and NEURON_MODELS[one.model].memoryless and not scenario.neuronal


def has_weights(dataset: Dataset) -> bool:
    """Return whether some condition has kept weights."""
    return "weight" in dataset and any(_kept_times(dataset, name) is not None for name in condition_names(dataset))


def _kept_times(dataset: Dataset, condition: str) -> np.ndarray | None:
    """Places of the kept episodes of a condition, by its first finished seed: int, shape (time,); None for none."""
    own = dataset[["weight", "committed"]].sel(condition=condition)
    if 0 in (own.sizes["weight_episode"], own.sizes["synapse"]) or not own["committed"].values.any():
        return None
    first = own["weight"].isel(seed=int(np.argmax(own["committed"].values))).values
    times = np.flatnonzero(np.isfinite(first).any(axis=1))
    return times if len(times) else None


def read_weights(dataset: Dataset, condition: str, scenario: Scenario) -> Weights | None:
    """Return weights of a condition's finished seeds, as many as `MOST_WEIGHTS` allow; None if none were kept."""
    own = dataset[["weight", "pre", "post", "neuron_kind", "neuron_cluster", "committed"]].sel(condition=condition)
    seeds = own["seed"].values[own["committed"].values]
    room = max(1, MOST_WEIGHTS // max(own.sizes["weight_episode"] * own.sizes["synapse"], 1))
    times = _kept_times(dataset, condition)
    if times is None:
        return None
    replicates = [own.sel(seed=int(seed)).load() for seed in seeds[:room]]
    real = [replicate["pre"].values >= 0 for replicate in replicates]
    kept = [
        replicate["weight"].values[times][:, some].astype(float)
        for replicate, some in zip(replicates, real, strict=True)
    ]
    starts = [make_engine(scenario, int(replicate["seed"])).weights().astype(float) for replicate in replicates]
    direct = [direct_path(replicate, scenario)[some] for replicate, some in zip(replicates, real, strict=True)]
    episodes = own["weight_episode"].values[times]
    return Weights(
        np.concatenate(starts), episodes, np.concatenate(kept, axis=1), np.concatenate(direct), len(replicates)
    )


def direct_path(replicate: Dataset, scenario: Scenario) -> np.ndarray:
    """Return synapses from an input of the task, or a tonic neuron, to an output of the task.

    Parameters
    ----------
    replicate : Dataset
        Of one condition and seed.
    scenario : Scenario
        Resolved.

    Returns
    -------
    ndarray of bool, shape (synapse,)
    """
    kind, pre, post = (replicate[name].values for name in ("neuron_kind", "pre", "post"))
    source, target = (np.zeros(len(kind), bool) for _ in range(2))
    inputs, outputs = _task_neurons(kind, scenario, int(replicate["seed"]))
    source[inputs] = target[outputs] = True
    source |= kind == NEURON_KINDS.index("tonic")
    return np.asarray((pre >= 0) & source[pre] & target[post])


def _task_neurons(kind: np.ndarray, scenario: Scenario, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and outputs of the task: int, shape (bit,) each; the published program's are the first of their kind."""
    if scenario.system != "published":
        network = build_network(scenario, seed)
        return network.inputs, network.outputs
    given, wanted = scenario.task.patterns[0]
    kinds = (NEURON_KINDS.index(name) for name in ("input", "output"))
    first = [np.flatnonzero(kind == one)[: len(bits)] for one, bits in zip(kinds, (given, wanted), strict=True)]
    return first[0], first[1]


def episode_looks(episodes: np.ndarray) -> dict[int, Any]:
    """Return colours by kept episode (int, shape (time,), ascending), dark to light: the same for all conditions."""
    ramp = mpl.colormaps[SEQUENTIAL](np.linspace(0.1, 0.9, len(episodes)))
    return {int(episode): tuple(colour) for episode, colour in zip(episodes, ramp, strict=True)}


def _distribution(axes: Axes, weights: Weights, chosen: np.ndarray, limit: float, looks: Mapping[int, Any]) -> None:
    """Share of the chosen synapses that lie at or below each weight: at the start, and after each kept episode."""
    axes.set(xlim=(-1.04 * limit, 1.04 * limit), ylim=(-0.02, 1.04), yticks=[0, 0.5, 1])
    if not chosen.any():
        axes.text(0.5, 0.5, "no such synapse", ha="center", va="center", color=MUTED, transform=axes.transAxes)
        return
    lines: list[tuple[np.ndarray, Any, str]] = [(weights.start, MUTED, "start")]
    lines += [(v, looks[int(e)], str(e)) for v, e in zip(weights.kept, weights.episode, strict=True)]
    for number, (values, colour, name) in enumerate(lines):
        ordered = np.sort(values[chosen])
        ordered = ordered[np.unique(np.linspace(0, len(ordered) - 1, DRAWN_STEPS).astype(int))]
        share = np.linspace(0, 1, len(ordered) + 1)
        width = 1.5 if number == len(lines) - 1 else 1.0
        x = np.concatenate([[-limit], ordered, [limit]])
        look: dict[str, Any] = {"linestyle": START} if name == "start" else {}
        axes.step(x, [*share, 1.0], where="post", color=colour, linewidth=width, gid=name, **look)
    text = f"{int(chosen.sum()):,} synapse{'' if chosen.sum() == 1 else 's'}"
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


def _legend(figure: Figure, looks: Mapping[int, Any], direct: bool) -> None:
    """Lines of the distributions (of many kept episodes some), and what stands in the last column."""
    handles = [Line2D([], [], color=MUTED, linestyle=START, label="start")]
    places = np.unique(np.linspace(0, len(looks) - 1, min(len(looks), MOST_NAMED)).round().astype(int))
    for episode, colour in (list(looks.items())[place] for place in places):
        handles.append(Line2D([], [], color=colour, label=f"after episode {episode:,}"))
    handles.append(Line2D([], [], color=OTHER, label="all synapses"))
    if direct:
        handles.append(Line2D([], [], color=DIRECT, marker="D", markersize=3.5, linestyle="", label="direct path"))
    legend_above(figure, handles, [str(handle.get_label()) for handle in handles], 4, columnspacing=1.2)
